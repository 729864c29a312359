import { createServer, type Server } from 'node:http';
import type { CanaryReport } from '../../../core/contract/canary';
import { ManagementPath } from '../../../core/contract/ports';
import type { JsonObject } from '../../../core/json';

/** What the management port shows and does. */
export interface Management {
  /** Everything about the configuration that serves, workers and Envoy. */
  status(): JsonObject;
  /** Undefined when calls can be taken, else the reason why not. */
  notReady(): Promise<string | undefined>;
  metrics(): Promise<string>;
  /** What was counted of each version, for the verdict on a canary. */
  canary(): CanaryReport;
  drain(): Promise<JsonObject>;
}

/** Serves health, status, metrics and drain. No model, cache or identity provider is asked: their failure must not restart gateways. */
export async function serveManagement(management: Management, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    void answer(management, request.method ?? '', path ?? '')
      .catch(() => ({ status: 500, type: 'text/plain', body: 'failed\n' }))
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(body);
      });
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve()));
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(management: Management, method: string, path: string): Promise<Answer> {
  if (method !== 'GET') return text(405, 'only GET');
  switch (path) {
    case ManagementPath.live:
      return text(200, 'live');
    case ManagementPath.ready: {
      const reason = await management.notReady();
      return reason === undefined ? text(200, 'ready') : text(503, reason);
    }
    case ManagementPath.config:
      return json(management.status());
    case ManagementPath.metrics:
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await management.metrics() };
    case ManagementPath.canary:
      return json(management.canary() as unknown as JsonObject);
    case ManagementPath.drain:
      return json(await management.drain());
    default:
      return text(404, 'no such page');
  }
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function json(body: JsonObject): Answer {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(body, null, 2)}\n` };
}
