import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { BundleVersion } from '../../../core/contract/bundle';
import { Header } from '../../../core/contract/headers';
import { fallbackVersion } from '../../../core/decide/choose-version';
import type { JsonValue } from '../../../core/json';
import { decodeCall, encodeCall } from '../codec';
import type { AdmittedBody } from './known-bodies';
import type { Room } from './gates';
import { refusal, retryLater, isRefusal, type Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { DEADLINE_STEP_MS } from './settings';
import type { UpstreamCall, UpstreamResult } from './upstream';

/** What it takes to ask a model: nothing of the caller, so that equal questions can share one call. */
export interface ModelQuestion {
  readonly target: LoadedMethod;
  readonly version: BundleVersion;
  /** A pinned version is never replaced by its sibling. */
  readonly pinned: boolean;
  readonly body: AdmittedBody;
  /** Bytes for runtimes that take the contract's own JSON: those that were validated, or their canonical form where that is the key. */
  readonly forward: string | Uint8Array;
  readonly requestId: string;
  readonly trace: UpstreamCall['trace'];
  /** Milliseconds left of the method's time. */
  readonly remainingMs: number;
}

export type ModelOutcome =
  | {
      readonly kind: 'answer';
      readonly version: string;
      readonly body: string | Uint8Array;
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly valid: boolean;
      readonly upstreamMs: number;
    }
  | {
      readonly kind: 'stream';
      readonly version: string;
      readonly body: Readable;
      /** The event that tells the usage was asked for by KEA, not by the caller. */
      readonly hideUsage: boolean;
      readonly cancel: () => void;
      readonly upstreamMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly version: string;
      readonly refusal: Refusal;
      /** For the record, not for the caller: what was wrong with the model's answer. */
      readonly reason?: string;
      readonly upstreamMs: number;
    };

/** Encode, forward, decode, check. A version without an instance is replaced once by its ready sibling. Never rejects. */
export async function askModel(
  question: ModelQuestion,
  services: WorkerServices,
  onCancel: (cancel: () => void) => void,
): Promise<ModelOutcome> {
  const started = performance.now();
  const first = await askVersion(question, question.version, started, services, onCancel);
  if (question.pinned || first.kind !== 'refused' || first.refusal.refused !== 'no-instance') return first;
  const { contract } = question.target.owner;
  const ready = services.registry.readyVersions(question.target.owner);
  const sibling = fallbackVersion({ routing: contract.routing, ready }, question.version.version);
  const other = sibling === undefined ? undefined : question.target.owner.versions.get(sibling);
  return other === undefined ? first : askVersion(question, other, started, services, onCancel);
}

async function askVersion(
  question: ModelQuestion,
  version: BundleVersion,
  started: number,
  services: WorkerServices,
  onCancel: (cancel: () => void) => void,
): Promise<ModelOutcome> {
  const { method, owner, responseTypes } = question.target;
  const failed = (why: Refusal, reason?: string): ModelOutcome => ({
    kind: 'refused',
    version: version.version,
    refusal: why,
    ...(reason === undefined ? {} : { reason }),
    upstreamMs: performance.now() - started,
  });
  const encoded = encodeCall(method.call, version, {
    value: question.body.value,
    inexact: question.body.inexact,
    body: question.forward,
    defaults: question.target.defaults,
    countTokens: method.rateLimit?.tokens !== undefined,
  });
  if (!encoded.ok) {
    return failed(refusal('invalid-request', { errors: [{ pointer: encoded.pointer, rule: encoded.rule, detail: encoded.reason }] }));
  }
  const left = (): number => Math.floor(question.remainingMs - (performance.now() - started));
  const entering = services.gates.enter(version.cluster, roomOf(version, services.sharers), Math.max(0, left()), onCancel);
  const entered = entering instanceof Promise ? await entering : entering;
  if (entered.kind !== 'in') return failed(retryLater('overloaded', 1, FULL[entered.kind]));
  const modelMs = left();
  if (modelMs <= 0) {
    entered.leave();
    return failed(refusal('timeout'));
  }
  let cancel: () => void = () => undefined;
  const result = await services.upstream[encoded.stream ? 'stream' : 'send'](
    {
      cluster: version.cluster,
      path: encoded.path,
      body: encoded.body,
      requestId: question.requestId,
      modelMs: encoded.stream ? 0 : modelMs,
      waitMs: modelMs + DEADLINE_STEP_MS,
      retries: method.idempotent ? method.retries : 0,
      trace: question.trace,
    },
    (each) => {
      cancel = each;
      onCancel(each);
    },
  );
  if (result.kind === 'stream') result.body.once('close', entered.leave);
  else entered.leave();
  const upstreamMs = performance.now() - started;
  services.metrics.upstream(owner.contract.model, owner.contract.contract, version.version, upstreamMs);
  const taken = takeResult(result, version);
  if (isRefusal(taken)) return failed(taken, reasonOf(result));
  if (taken.kind === 'stream') {
    return { kind: 'stream', version: version.version, body: taken.body, hideUsage: encoded.hideUsage === true, cancel, upstreamMs };
  }
  const decoded = decodeCall(method.call, version, taken.body, encoded, responseTypes);
  if (!decoded.ok) return failed(refusal('invalid-response'), decoded.reason);
  const valid = method.responseCheck === 'none' || fits(question.target, decoded.value, services);
  if (!valid && method.responseCheck === 'enforce')
    return failed(refusal('invalid-response'), 'the answer does not fit the response schema');
  return { kind: 'answer', version: version.version, body: decoded.body, status: taken.status, headers: taken.headers, valid, upstreamMs };
}

const FULL = {
  full: 'as many calls as may wait for the model already do',
  late: 'all instances of the model were busy all the time',
} as const;

/** A small model takes a burst too. */
const LEAST_QUEUE = 64;

/** This worker's part of what all instances take, and of those who may wait. */
function roomOf({ concurrency, queue = Math.max(LEAST_QUEUE, concurrency) }: BundleVersion, sharers: number): Room {
  return { inside: Math.max(1, Math.ceil(concurrency / sharers)), waiting: Math.ceil(queue / sharers) };
}

function fits(target: LoadedMethod, value: JsonValue, services: WorkerServices): boolean {
  const { responseSchema } = target.method;
  const errors = services.validators.check(responseSchema, () => services.registry.schema(target.owner, responseSchema), value, false);
  return errors === undefined;
}

/** What the inner listener or the model answered, in identifiers and numbers. */
function reasonOf(result: UpstreamResult): string {
  if (result.kind !== 'answer' && result.kind !== 'stream') return result.kind;
  const inner = result.headers[Header.inner];
  return typeof inner === 'string' ? `inner ${result.status} ${inner.slice(0, 100)}` : `status ${result.status}`;
}

type Taken = Extract<UpstreamResult, { kind: 'answer' | 'stream' }>;

/** What the caller is told about everything but a 2xx of the model. Nothing that the model said leaves with it. */
function takeResult(result: UpstreamResult, version: BundleVersion): Taken | Refusal {
  switch (result.kind) {
    case 'timeout':
      return refusal('timeout');
    case 'unreachable':
      return retryLater('processor-unavailable', 1, 'the inner listener cannot be reached');
    case 'broken':
    case 'cancelled':
      return refusal('model-failed');
    case 'too-large':
      return refusal('invalid-response', { detail: 'the answer is too large' });
    case 'answer':
    case 'stream':
      break;
  }
  const inner = result.headers[Header.inner];
  if (typeof inner === 'string') return innerRefusal(inner, result.status);
  if (result.status >= 200 && result.status < 300) return result;
  if (result.kind === 'stream') result.body.destroy();
  if (result.status === 429) return retryLater('overloaded', 1, 'the model takes no more calls at the moment');
  if (result.status >= 500) return refusal('model-failed');
  // A runtime that takes the contract's own JSON may know more than the schema; tensor servers get what KEA wrote.
  if ((result.status === 400 || result.status === 422) && (version.protocol === 'json' || version.protocol === 'openai')) {
    return refusal('invalid-request', { detail: 'the model does not take this request' });
  }
  return refusal('invalid-response');
}

/** Envoy's own reply: its flags tell why no model answered. Source: envoy docs, configuration/observability/access_log/usage, RESPONSE_FLAGS. */
function innerRefusal(mark: string, status: number): Refusal {
  const [flags = ''] = mark.split(';', 1);
  const has = (...names: readonly string[]): boolean => names.some((name) => flags.split(',').includes(name));
  if (has('UT', 'SI', 'DT', 'UMSDR')) return refusal('timeout');
  if (has('UO', 'OM')) return retryLater('overloaded', 1, 'the model takes no more calls at the moment');
  if (has('UH', 'UF', 'NC', 'NR', 'LH', 'FI')) return retryLater('no-instance', 5);
  if (status === 504) return refusal('timeout');
  return refusal('model-failed');
}
