import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessRecord, AuditRecord } from '../../core/contract/audit';
import { CHAIN_START, lineHash } from './chain';
import { BatchQueue } from './queue';

export type AuditLevel = 'metadata' | 'durable' | 'strict';

/** A record before the writer gives it its place in the chain. */
export type AuditEvent = Omit<AuditRecord, 'class_uid' | 'writer' | 'epoch' | 'sequence'> | AccessRecord;

export interface AuditWriterOptions {
  readonly folder: string;
  readonly writer: string;
  /** A file is closed beyond this size. @default 64 MiB */
  readonly maxFileBytes?: number;
  /** Best-effort records wait at most this long in memory. @default 100 ms */
  readonly flushMs?: number;
  /** Best-effort records beyond this many are lost, and counted. @default 20000 */
  readonly maxQueued?: number;
  readonly onError?: (error: Error) => void;
}

/** Lines in one write: enough to share an fsync, few enough to keep the event loop free. */
const MAX_BATCH = 512;

/**
 * Appends audit records to files of this writer's present life: `<writer>.<epoch>.<number>.jsonl`, one chain over all files of an epoch.
 * A record gets its sequence number when its line is written, so a line that could not be written leaves no gap: it is counted, and the
 * count (`lost`) stands in the records that follow.
 */
export class AuditWriter {
  readonly epoch = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;
  private readonly queue: BatchQueue<AuditEvent>;
  private file: FileHandle | undefined;
  private fileNumber = 0;
  private fileBytes = 0;
  private sequence = 0;
  private previous = CHAIN_START;

  constructor(private readonly options: AuditWriterOptions) {
    this.queue = new BatchQueue({ ...options, maxBatch: MAX_BATCH, write: (batch, sync) => this.write(batch, sync) });
  }

  /** Records that were dropped since the start. */
  get lost(): number {
    return this.queue.lost;
  }

  /** Records on their way to disk or written. */
  get written(): number {
    return this.sequence;
  }

  /** False while the last write failed: a strict call is refused before the model is asked. */
  get available(): boolean {
    return this.queue.available;
  }

  /** Best effort: returns at once. */
  append(event: AuditEvent): void {
    this.queue.append(event);
  }

  /** Resolves when the record is on disk (fsync, shared by all that wait); false when it could not be written. */
  appendDurable(event: AuditEvent): Promise<boolean> {
    return this.queue.appendDurable(event);
  }

  /** Writes what is queued and closes the file. */
  async close(): Promise<void> {
    await this.queue.close();
    await this.file?.datasync().catch(() => undefined);
    await this.file?.close().catch(() => undefined);
    this.file = undefined;
  }

  /** Writes a batch as one piece. On failure the file, the sequence and the chain are as they were before. */
  private async write(batch: readonly AuditEvent[], sync: boolean): Promise<void> {
    const file = await this.currentFile();
    let { sequence, previous } = this;
    let text = '';
    const beginning = `{"class_uid":6003,"writer":${JSON.stringify(this.options.writer)},"epoch":"${this.epoch}","sequence":`;
    for (const event of batch) {
      sequence++;
      // The record's own members lead, its place in the chain first: put together as text, because this is done for every call.
      const rest = JSON.stringify(event).slice(1, -1);
      const lost = this.lost > 0 ? `,"lost":${this.lost}` : '';
      const line = `${beginning}${sequence},"previous":"${previous}",${rest}${lost}}`;
      previous = lineHash(line);
      text += `${line}\n`;
    }
    const bytes = Buffer.from(text);
    try {
      let offset = 0;
      while (offset < bytes.length) {
        const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, this.fileBytes + offset);
        offset += bytesWritten;
      }
      if (sync) await file.datasync();
    } catch (error) {
      // After a failed fsync nobody knows what the disk holds: the file is cut to what was known and left, the chain goes on in a new one.
      await file.truncate(this.fileBytes).catch(() => undefined);
      await file.close().catch(() => undefined);
      this.file = undefined;
      throw error;
    }
    this.fileBytes += bytes.length;
    this.sequence = sequence;
    this.previous = previous;
  }

  private async currentFile(): Promise<FileHandle> {
    if (this.file !== undefined && this.fileBytes < (this.options.maxFileBytes ?? 64 * 1024 * 1024)) return this.file;
    if (this.file !== undefined) {
      await this.file.datasync();
      await this.file.close();
      this.file = undefined;
    }
    await mkdir(this.options.folder, { recursive: true, mode: 0o750 });
    const name = `${this.options.writer}.${this.epoch}.${String(this.fileNumber).padStart(6, '0')}.jsonl`;
    this.file = await open(join(this.options.folder, name), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o640);
    this.fileNumber++;
    this.fileBytes = 0;
    await syncFolder(this.options.folder);
    return this.file;
  }
}

/** A new file survives a power cut only once its folder was synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
