import type { IncomingMessage, ServerResponse } from 'node:http';
import { Header } from '../../../core/contract/headers';
import { PROBE_ROUTE } from '../../../core/contract/edge-routes';
import { WorkerPath } from '../../../core/contract/ports';
import { innerAnswers } from './inner-probe';
import type { Registry } from './registry';

/** What questions about the worker itself need to know. */
export interface ProbeState {
  readonly registry: Registry;
  readonly leaving: boolean;
  readonly innerSocket: string;
}

/**
 * Answers what is no call: Envoy's health check and the supervisor's question for readiness. They cost no record and no metric.
 * False for everything else. A call of the edge always has a route header, and none of its routes but the probe's has this one.
 */
export function answerProbe(request: IncomingMessage, response: ServerResponse, state: ProbeState): boolean {
  const route = request.headers[Header.route];
  if (route === undefined && request.url === WorkerPath.health) {
    send(response, state.leaving ? 503 : 200, {});
    return true;
  }
  if (route !== PROBE_ROUTE) return false;
  void ready(request, state).then(([status, body]) => send(response, status, body));
  return true;
}

async function ready(request: IncomingMessage, { registry, innerSocket }: ProbeState): Promise<readonly [number, object]> {
  const bundle = request.headers[Header.part];
  if (typeof bundle !== 'string' || !registry.hasIndex(bundle)) return [503, { reason: 'the worker lacks the bundle of the routes' }];
  return (await innerAnswers(innerSocket)) ? [200, { bundle }] : [503, { reason: 'the inner listener does not answer' }];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
