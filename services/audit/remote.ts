import { Pool } from 'undici';
import type { AuditLog } from './audit-log';
import { BatchQueue } from './queue';
import type { AuditEvent } from './writer';

export interface RemoteAuditOptions {
  /** Audit writers, `http://host:port`; the first that acknowledges counts. */
  readonly writers: readonly string[];
  /** Name of this gateway, kept in every record. */
  readonly gateway: string;
  /** Best-effort records wait at most this long. @default 100 ms */
  readonly flushMs?: number;
  /** Best-effort records beyond this many are lost, and counted. @default 20000 */
  readonly maxQueued?: number;
  /** One writer has this long to acknowledge a batch. @default 2000 ms */
  readonly timeoutMs?: number;
}

/** Records in one request: enough to share a disk sync, few enough to stay below the writer's limit. */
const MAX_BATCH = 256;

/**
 * Sends records to the audit writers of the cluster, because a gateway's own disk goes with its pod.
 * A batch goes to one writer, and to the next when that one does not acknowledge; a record that two have written is one record, by its id.
 */
export class RemoteAudit implements AuditLog {
  private readonly pools: readonly Pool[];
  private readonly queue: BatchQueue<AuditEvent>;
  private preferred = 0;

  constructor(private readonly options: RemoteAuditOptions) {
    this.queue = new BatchQueue({ ...options, maxBatch: MAX_BATCH, write: (batch) => this.send(batch) });
    const limit = options.timeoutMs ?? 2000;
    this.pools = options.writers.map(
      (writer) => new Pool(writer, { connections: 4, headersTimeout: limit, bodyTimeout: limit, connect: { timeout: limit } }),
    );
  }

  get lost(): number {
    return this.queue.lost;
  }

  get written(): number {
    return this.queue.written;
  }

  get available(): boolean {
    return this.queue.available;
  }

  append(event: AuditEvent): void {
    this.queue.append(event);
  }

  appendDurable(event: AuditEvent): Promise<boolean> {
    return this.queue.appendDurable(event);
  }

  async close(): Promise<void> {
    await this.queue.close();
    await Promise.all(this.pools.map((pool) => pool.close()));
  }

  /** Tries each writer once, beginning with the one that answered last. */
  private async send(events: readonly AuditEvent[]): Promise<void> {
    const body = events
      .map((event) => JSON.stringify({ ...event, gateway: this.options.gateway, ...(this.lost > 0 ? { lost: this.lost } : {}) }))
      .join('\n');
    for (let attempt = 0; attempt < this.pools.length; attempt++) {
      const index = (this.preferred + attempt) % this.pools.length;
      if (await this.post(this.pools[index], body)) {
        this.preferred = index;
        return;
      }
    }
    throw new Error('no audit writer acknowledged the records');
  }

  private async post(pool: Pool | undefined, body: string): Promise<boolean> {
    try {
      const answer = await pool?.request({ method: 'POST', path: '/records', headers: { 'content-type': 'application/x-ndjson' }, body });
      await answer?.body.dump();
      return answer?.statusCode === 204;
    } catch {
      return false;
    }
  }
}
