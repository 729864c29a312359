import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { EDGE_HEALTH_PATH, Socket, WorkerPath } from '../../../core/contract/ports';
import type { ProcessorConfig } from '../../../core/contract/processor-config';
import { isJsonObject, type JsonValue } from '../../../core/json';

const LIMIT_MS = 1500;

/** Undefined when a request went the whole way (public listener; routes, worker and inner listener by the digest that serves), else what failed. */
export async function notWholeWay(config: ProcessorConfig, digest: string): Promise<string | undefined> {
  const { edge } = config;
  if (edge) {
    const health = await get({ host: edge.host, port: edge.port, path: EDGE_HEALTH_PATH }, edge.tls);
    if (health?.status !== 200) return health ? 'the public listener takes no calls' : 'the public listener does not answer';
  }
  const answer = await get({ socketPath: join(config.socketFolder, Socket.probe), path: WorkerPath.ready }, false);
  if (!answer) return 'envoy does not answer';
  const body = parse(answer.text);
  if (answer.status !== 200) return typeof body['reason'] === 'string' ? body['reason'] : `the routes lead to status ${answer.status}`;
  return body['bundle'] === digest ? undefined : 'the routes are those of another bundle';
}

interface Place {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly path: string;
}

function get(place: Place, tls: boolean): Promise<{ readonly status: number; readonly text: string } | undefined> {
  return new Promise((resolve) => {
    // Asks whether it answers, not who: the certificate is for other names than this one.
    const options = { ...place, agent: false, timeout: LIMIT_MS, headers: { host: 'kea-probe' }, rejectUnauthorized: false };
    const question = (tls ? requestTls : request)(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', () => resolve(undefined));
    });
    question.on('timeout', () => question.destroy());
    question.on('error', () => resolve(undefined));
    question.end();
  });
}

function parse(text: string): { readonly [key: string]: JsonValue | undefined } {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
