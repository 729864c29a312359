import { hostname } from 'node:os';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import { RemoteAudit } from './remote';
import { type AuditEvent, AuditWriter } from './writer';

/** What a request worker needs of an audit log, wherever its records end up. */
export interface AuditLog {
  /** Records that were dropped since the start. */
  readonly lost: number;
  /** Records that were acknowledged or written since the start. */
  readonly written: number;
  /** False while the last durable write failed. */
  readonly available: boolean;
  /** Best effort: returns at once. */
  append(event: AuditEvent): void;
  /** Resolves when the record is on a disk; false when it could not be written. */
  appendDurable(event: AuditEvent): Promise<boolean>;
  close(): Promise<void>;
}

/** The log of one request worker: the cluster's writers where there are some, else files of its own. */
export function openAuditLog(config: ProcessorConfig['audit'], worker: number, onError: (error: Error) => void): AuditLog {
  const writer = `${config.writer}-${worker}`;
  if (config.writers?.length)
    return new RemoteAudit({ writers: config.writers, gateway: `${process.env['KEA_POD'] ?? hostname()}/${writer}` });
  return new AuditWriter({ folder: config.folder, writer, onError });
}
