import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ManagementPath } from '../../core/contract/ports';
import { isJsonObject } from '../../core/json';
import type { AuditEvent, AuditWriter } from './writer';

/** Largest batch, bytes: 256 records with their redacted bodies. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Takes batches of records by `POST /records` (one JSON object a line) and answers 204 once all of them are on disk, 503 when they are not.
 * A batch that is not made of records is answered 400 and leaves nothing behind.
 */
export function auditServer(writer: AuditWriter): Server {
  return createServer((request, response) => {
    handle(writer, request, response).catch((reason: unknown) => {
      answer(response, 500, reason instanceof Error ? reason.message : String(reason));
    });
  });
}

async function handle(writer: AuditWriter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'POST /records':
      return record(writer, request, response);
    case `GET ${ManagementPath.live}`:
      return answer(response, 200, 'alive');
    case `GET ${ManagementPath.ready}`:
      return writer.available ? answer(response, 200, 'ready') : answer(response, 503, 'the last write failed');
    case `GET ${ManagementPath.metrics}`:
      return answer(response, 200, metrics(writer));
    default:
      return answer(response, 404, 'no such path');
  }
}

async function record(writer: AuditWriter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  if (body === undefined) return answer(response, 413, `a batch has at most ${MAX_BODY_BYTES} bytes`);
  const events = parse(body);
  if (!events) return answer(response, 400, 'every line is one JSON object with an id');
  const written = await Promise.all(events.map((event) => writer.appendDurable(event)));
  return written.every(Boolean) ? answer(response, 204) : answer(response, 503, 'the records could not be written');
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The writer's own fields are never taken from outside: a gateway cannot forge a place in the chain. */
function parse(body: string): AuditEvent[] | undefined {
  const events: AuditEvent[] = [];
  for (const line of body.split('\n')) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (!isJsonObject(value) || typeof value['id'] !== 'string') return undefined;
    const { class_uid: _class, writer: _writer, epoch: _epoch, sequence: _sequence, previous: _previous, ...event } = value;
    events.push(event);
  }
  return events;
}

function metrics(writer: AuditWriter): string {
  return [
    '# TYPE kea_audit_written_total counter',
    `kea_audit_written_total ${writer.written}`,
    '# TYPE kea_audit_lost_total counter',
    `kea_audit_lost_total ${writer.lost}`,
    '# TYPE kea_audit_available gauge',
    `kea_audit_available ${writer.available ? 1 : 0}`,
    '',
  ].join('\n');
}

function answer(response: ServerResponse, status: number, text = ''): void {
  response.writeHead(status, text ? { 'content-type': 'text/plain; charset=utf-8' } : {});
  response.end(text);
}
