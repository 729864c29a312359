import { Pool } from 'undici';
import type { AuditLog } from './audit-log';
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

interface Queued {
  readonly event: AuditEvent;
  readonly done: ((written: boolean) => void) | undefined;
}

/** Records in one request: enough to share a disk sync, few enough to stay below the writer's limit. */
const MAX_BATCH = 256;

/**
 * Sends records to the audit writers of the cluster, because a gateway's own disk goes with its pod.
 * A batch goes to one writer, and to the next when that one does not acknowledge; a record that two have written is one record, by its id.
 */
export class RemoteAudit implements AuditLog {
  private readonly pools: readonly Pool[];
  private readonly queue: Queued[] = [];
  private durableQueued = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private preferred = 0;
  lost = 0;
  written = 0;
  available = true;

  constructor(private readonly options: RemoteAuditOptions) {
    const limit = options.timeoutMs ?? 2000;
    this.pools = options.writers.map(
      (writer) => new Pool(writer, { connections: 4, headersTimeout: limit, bodyTimeout: limit, connect: { timeout: limit } }),
    );
  }

  append(event: AuditEvent): void {
    if (this.queue.length >= (this.options.maxQueued ?? 20_000)) {
      this.lost++;
      return;
    }
    this.queue.push({ event, done: undefined });
    this.timer ??= setTimeout(() => this.run(), this.options.flushMs ?? 100);
  }

  appendDurable(event: AuditEvent): Promise<boolean> {
    return new Promise((done) => {
      this.queue.push({ event, done });
      this.durableQueued++;
      this.run();
    });
  }

  async close(): Promise<void> {
    this.run();
    await this.running;
    await Promise.all(this.pools.map((pool) => pool.close()));
  }

  private run(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      // What arrived between the last look at the queue and now.
      if (this.durableQueued > 0) this.run();
      else if (this.queue.length > 0) this.timer ??= setTimeout(() => this.run(), this.options.flushMs ?? 100);
    });
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, MAX_BATCH);
      this.durableQueued -= batch.filter((queued) => queued.done !== undefined).length;
      const written = await this.send(batch.map((queued) => queued.event));
      this.available = written;
      if (written) this.written += batch.length;
      else this.lost += batch.length;
      for (const queued of batch) queued.done?.(written);
    }
  }

  /** Tries each writer once, beginning with the one that answered last. */
  private async send(events: readonly AuditEvent[]): Promise<boolean> {
    const body = events
      .map((event) => JSON.stringify({ ...event, gateway: this.options.gateway, ...(this.lost > 0 ? { lost: this.lost } : {}) }))
      .join('\n');
    for (let attempt = 0; attempt < this.pools.length; attempt++) {
      const index = (this.preferred + attempt) % this.pools.length;
      if (await this.post(this.pools[index], body)) {
        this.preferred = index;
        return true;
      }
    }
    return false;
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
