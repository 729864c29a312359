import type { IncomingMessage, ServerResponse } from 'node:http';
import { AUTHZ_ROUTE } from '../../../core/contract/edge-routes';
import { Header } from '../../../core/contract/headers';
import { chooseVersion } from '../../../core/decide/choose-version';
import { isPastSunset } from '../../../core/decide/sunset';
import type { JsonObject } from '../../../core/json';
import { errorPlace } from '../../shared/error-place';
import { log } from '../../shared/log';
import { ABORTED, admitBody, admitRate } from './admit';
import { authorize } from './authorize';
import { answerMethod } from './cached-call';
import { newCall, type Answer, type Call } from './call';
import { writeFront } from './front';
import { oipPage, oipServerPage, openAiPage } from './front-pages';
import { catalogue, contractDocument, platformDocument } from './pages';
import { auditEvent, auditLevel, outcomeOf } from './record';
import { isRefusal, problemAnswer, refusal, retryLater, type Refusal } from './refusal';
import { sendStream, sendWhole } from './send';
import type { WorkerServices } from './services';
import { findTarget, type Target } from './target';

/** Status that stands in the record of a call whose caller left before the answer. */
const CLIENT_LEFT = 499;

/** One request from its headers to its recorded answer. Never rejects. */
export async function serve(request: IncomingMessage, response: ServerResponse, services: WorkerServices): Promise<void> {
  const call = newCall(request, response, services);
  try {
    const result = await decide(call, services).catch((error: Error) => internal(call, error));
    const finishing = finish(call, result, services);
    if (finishing !== undefined) await finishing;
    services.shadow.mirror(call, services);
  } catch (error) {
    internal(call, error as Error);
    response.destroy();
  } finally {
    call.memory.release();
  }
}

/** The pipeline: each step answers, refuses, or hands on. */
async function decide(call: Call, services: WorkerServices): Promise<Answer | Refusal | typeof ABORTED> {
  if (call.request.headers[Header.route] === AUTHZ_ROUTE) return authorize(call, services);
  const target = findTarget(call, services.registry);
  if (isRefusal(target)) return target;
  const denied = services.denials.refuse(call);
  if (denied !== undefined) return denied;
  if (target.kind !== 'method') return page(call, target, services);
  if (isPastSunset(target.method.owner.contract.lifecycle, call.time)) return refusal('gone');
  // Until a record can be written again no strict call is made; this refusal's own record is what tries it.
  if (auditLevel(call) === 'strict' && !services.audit.available) return retryLater('audit-unavailable', 5);
  const body = await admitBody(call, target.method, target.front, services);
  if (body === ABORTED || isRefusal(body)) return body;
  const limited = await admitRate(call, target.method, services);
  if (limited !== undefined) return limited;
  const choice = pickVersion(call, target, services);
  if (isRefusal(choice)) return choice;
  const answering = answerMethod(call, target.method, choice.version, choice.pinned, body, services);
  const answer = answering instanceof Promise ? await answering : answering;
  return answer === ABORTED || isRefusal(answer) ? answer : writeFront(call, target.method, body.form, answer);
}

function pickVersion(call: Call, { method: { owner }, pin }: Extract<Target, { kind: 'method' }>, services: WorkerServices) {
  const { contract, versions } = owner;
  const choice = chooseVersion({
    contract: owner.name,
    routing: contract.routing,
    deployed: owner.deployed,
    ready: services.registry.readyVersions(owner),
    pin,
    headers: call.request.headers as { readonly [name: string]: string | undefined },
    principal: call.caller.principal,
    requestId: call.id,
  });
  if (choice.kind === 'unknown-version') return refusal('not-found', { detail: 'there is no such version of this contract' });
  const version = choice.kind === 'version' ? versions.get(choice.version) : undefined;
  if (choice.kind === 'none' || version === undefined) return retryLater('no-instance', 5);
  call.notes.version = version.version;
  if (choice.reason === 'pin') call.notes.pinned = true;
  if (choice.intended !== undefined) call.notes.insteadOf = choice.intended;
  return { version, pinned: choice.reason === 'pin' };
}

function page(call: Call, target: Exclude<Target, { kind: 'method' }>, services: WorkerServices): Answer | Refusal {
  const roles = call.caller.roles ?? [];
  const path = (call.request.url ?? '').split('?', 1)[0] ?? '';
  const told = (document: JsonObject | Refusal): Answer | Refusal => (isRefusal(document) ? document : json(document));
  const { registry } = services;
  switch (target.kind) {
    case 'catalogue':
      return json(catalogue(registry, roles));
    case 'platform-openapi':
      return json(platformDocument(registry, roles));
    case 'contract-openapi':
      return json(contractDocument(registry, target.contract, roles));
    case 'platform-v2':
      return told(oipServerPage(path.slice('/v2'.length)));
    case 'v2.page':
      return told(oipPage(target.contract, path, registry));
    case 'openai.page':
      return json(openAiPage(target.contract, path));
  }
}

/** What a page shows depends on the caller. */
function json(document: JsonObject): Answer {
  return {
    kind: 'whole',
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'private, no-cache' },
    body: JSON.stringify(document),
  };
}

/** Records the call, then answers: at `durable` and `strict` the record is on disk before the first byte leaves. */
function finish(call: Call, result: Answer | Refusal | typeof ABORTED, services: WorkerServices): void | Promise<void> {
  if (result === ABORTED) {
    call.notes.aborted = true;
    const recording = record(call, CLIENT_LEFT, 0, services);
    return recording instanceof Promise ? recording.then(() => void call.response.destroy()) : void call.response.destroy();
  }
  let answer: Answer;
  if (isRefusal(result)) {
    call.notes.problem = result.refused;
    answer = { kind: 'whole', ...problemAnswer(result, call.id, call.notes.front) };
  } else {
    answer = result;
  }
  if (call.notes.unrecorded === true && !isRefusal(result)) return send(call, answer, true);
  const recording = record(call, answer.status, answer.kind === 'whole' ? lengthOf(answer.body) : 0, services);
  return recording instanceof Promise ? recording.then((recorded) => send(call, answer, recorded)) : send(call, answer, recording);
}

function lengthOf(body: Uint8Array | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

function send(call: Call, answer: Answer, recorded: boolean): void | Promise<void> {
  if (recorded) return answer.kind === 'stream' ? sendStream(call, answer) : sendWhole(call, answer);
  if (answer.kind === 'stream') answer.cancel();
  call.notes.problem = 'audit-unavailable';
  return sendWhole(call, { kind: 'whole', ...problemAnswer(retryLater('audit-unavailable', 5), call.id, call.notes.front) });
}

/** False when the answer must not leave, because its record could not be written. */
function record(call: Call, status: number, bytes: number, services: WorkerServices): boolean | Promise<boolean> {
  count(call, status, services);
  const event = auditEvent(call, status, bytes, services);
  const level = auditLevel(call);
  if (level === 'metadata') {
    services.audit.append(event);
    return true;
  }
  return services.audit.appendDurable(event).then((written) => written || level !== 'strict');
}

function count(call: Call, status: number, { metrics }: WorkerServices): void {
  const { contract, version = '', cache } = call.notes;
  const [model, name] = contract === undefined ? ['platform', ''] : [contract.contract.model, contract.contract.contract];
  metrics.call(model, name, version, outcomeOf(status));
  if (call.notes.problem !== undefined) metrics.add(`kea_problems_total{problem="${call.notes.problem}"}`);
  if (cache !== undefined) metrics.cache(model, name, version, cache);
  if (call.notes.insteadOf !== undefined) metrics.call(model, name, version, 'fallback');
  if (call.notes.outsideContract === true) metrics.call(model, name, version, 'outside-contract');
}

/** A bug of ours: one line with the place, never with a value. */
function internal(call: Call, error: Error): Refusal {
  log('error', 'internal error', { id: call.id, name: error.name, at: errorPlace(error) });
  return refusal('internal');
}
