import { canonicalJson } from '../../../core/canonical';
import type { BundleContract, BundleVersion } from '../../../core/contract/bundle';
import { Header } from '../../../core/contract/headers';
import { cacheEpoch, type CacheEpochs } from '../../../core/decide/cache-epoch';
import { keyBeginning, keyOf } from '../../../core/decide/cache-key';
import { storable } from '../../../core/decide/storable';
import { ABORTED } from './admit';
import type { CacheEntry, Lease } from './cache/entry';
import { NO_LEASE } from './cache/memory';
import { elapsed, type Answer, type Call } from './call';
import type { AdmittedBody } from './known-bodies';
import { askModel, type ModelOutcome, type ModelQuestion } from './model-call';
import type { Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { MAX_CACHED_BYTES, TTL_JITTER } from './settings';
import { chargeStream, chargeWhole } from './token-charge';

type CachedScope = Exclude<LoadedMethod['method']['cache'], { readonly scope: 'none' }>;

/** What one look for an answer, for all who ask the same at the moment, came back with. */
export type FlightResult =
  | { readonly from: 'cache'; readonly entry: CacheEntry }
  | { readonly from: 'model'; readonly outcome: ModelOutcome; readonly stored: boolean };

/** Answers from the cache, or asks the model once for all equal questions of the moment, or asks it for this caller alone. */
export function answerMethod(
  call: Call,
  target: LoadedMethod,
  version: BundleVersion,
  pinned: boolean,
  body: AdmittedBody,
  services: WorkerServices,
): Answer | Promise<Answer | Refusal | typeof ABORTED> {
  const { cache } = target.method;
  const question = (forward: string | Uint8Array): ModelQuestion => ({
    target,
    version,
    pinned,
    body,
    forward,
    requestId: call.id,
    trace: traceOf(call),
    remainingMs: target.method.timeoutMs - elapsed(call),
  });
  if (cache.scope === 'none') return answerAlone(call, question(body.bytes), services);
  const key = keyFor(call, target, version, cache, body, services);
  if (key === undefined) {
    call.notes.cache = 'bypass';
    tell(call, cache, 'fwd=bypass');
    return answerAlone(call, question(body.bytes), services);
  }
  const near = services.cache.peek(key);
  const canonical = body.canonical ?? '';
  if (near === undefined) return answerByKey(call, key, cache, question(canonical), services);
  return hit(call, key, cache, near, target, body, () => question(canonical), services);
}

/** The key under which the answer to this body is kept; its canonical text is made on the way. */
function keyFor(
  call: Call,
  target: LoadedMethod,
  version: BundleVersion,
  cache: CachedScope,
  body: AdmittedBody,
  services: WorkerServices,
): string | undefined {
  // What is not exact has no canonical form that says the same, so it has no key.
  if (!body.exact || !target.method.idempotent || isStream(body)) return undefined;
  const beginning = beginningOf(call, target, version, cache, services);
  if (beginning === undefined) return undefined;
  body.canonical ??= canonicalJson(body.value);
  if (body.keyed?.beginning !== beginning) body.keyed = { beginning, key: keyOf(beginning, body.canonical) };
  return body.keyed.key;
}

/** What the last key of a method and version began with, and what it was made of. */
interface Beginning {
  readonly epochs: CacheEpochs;
  readonly base: string | undefined;
  readonly purged: CacheEpochs['purged'];
  readonly principal: string;
  readonly text: string | undefined;
}

const beginnings = new WeakMap<LoadedMethod, Map<string, Beginning>>();

function beginningOf(
  call: Call,
  target: LoadedMethod,
  { version, digest }: BundleVersion,
  { scope }: CachedScope,
  { registry, cache: { epochs } }: WorkerServices,
): string | undefined {
  // Of the bundle and of the store; without one nothing is kept.
  if (epochs === undefined) return undefined;
  const { epoch: base, purged } = registry;
  const principal = scope === 'principal' ? call.caller.principal : '';
  let ofMethod = beginnings.get(target);
  if (ofMethod === undefined) beginnings.set(target, (ofMethod = new Map()));
  const last = ofMethod.get(version);
  if (last !== undefined && last.epochs === epochs && last.base === base && last.purged === purged && last.principal === principal)
    return last.text;
  const { model, contract } = target.owner.contract;
  const text = keyBeginning({
    model,
    contract,
    method: target.method.method,
    version,
    versionDigest: digest,
    schemaDigest: target.schemaDigest,
    epoch: cacheEpoch([{ base: base ?? '', purged }, epochs], model, contract, version),
    scope,
    principal,
  });
  ofMethod.set(version, { epochs, base, purged, principal, text });
  return text;
}

async function answerByKey(
  call: Call,
  key: string,
  cache: CachedScope,
  question: ModelQuestion,
  services: WorkerServices,
): Promise<Answer | Refusal | typeof ABORTED> {
  const { timeoutMs } = question.target.method;
  // Others may join who have more time left than whoever was first: each of them keeps to its own.
  const shared = { ...question, remainingMs: timeoutMs };
  const flight = services.flights.join(key, (onCancel) => fetchShared(key, cache, shared, services, onCancel));
  const result = await whileConnected(call, flight.result, flight.leave, question.remainingMs);
  if (result === ABORTED) return ABORTED;
  if (result === LATE) return { refused: 'timeout' };
  if (result.from === 'cache') return hit(call, key, cache, result.entry, question.target, question.body, () => question, services);
  call.notes.cache = result.stored ? 'stored' : 'miss';
  if (flight.leader) call.notes.asked = { question, outcome: result.outcome };
  tell(call, cache, `fwd=miss${result.stored ? '; stored' : ''}${flight.leader ? '' : '; collapsed'}`);
  return answerOf(call, question, result.outcome, services);
}

function hit(
  call: Call,
  key: string,
  cache: CachedScope,
  entry: CacheEntry,
  target: LoadedMethod,
  body: AdmittedBody,
  question: () => ModelQuestion,
  services: WorkerServices,
): Answer {
  const now = Date.now();
  call.notes.cache = 'hit';
  call.notes.version = entry.version;
  // A number of seconds that is negative says that the answer is stale, RFC 9211 §2.6.
  tell(call, cache, `hit; ttl=${Math.floor((entry.expiresAt - now) / 1000)}`, Math.max(0, Math.floor((now - entry.storedAt) / 1000)));
  // What came again is likely to come once more.
  services.bodies.add(body);
  if (entry.expiresAt <= now) refresh(key, cache, question(), services);
  chargeWhole(call, target, entry.body, services);
  return whole(entry.body);
}

/** What callers are told of the cache; nothing where a hit would tell that somebody else asked the same about sensitive data. */
function tell(call: Call, cache: CachedScope, status: string, age?: number): void {
  const { contract } = call.notes;
  if (cache.scope === 'shared' && contract !== undefined && SENSITIVE.has(contract.contract.classification)) return;
  call.notes.headers.push(Header.cacheStatus, `kea; ${status}`);
  if (age !== undefined) call.notes.headers.push('age', String(age));
}

const SENSITIVE: ReadonlySet<BundleContract['classification']> = new Set(['confidential', 'restricted']);

/** How long after a look the next one is made, while somebody else fetches: grows up to the longest. */
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 50;

/** Looks into the store, and asks the model when it is this worker's turn. Of all gateways one asks; the others look again until its answer is there. */
async function fetchShared(
  key: string,
  cache: CachedScope,
  question: ModelQuestion,
  services: WorkerServices,
  onCancel: (cancel: () => void) => void,
): Promise<FlightResult> {
  const started = performance.now();
  let cancelled = false;
  onCancel(() => (cancelled = true));
  let pause = FIRST_LOOK_MS;
  for (;;) {
    const looking = services.cache.look(key);
    const found = looking instanceof Promise ? await looking : looking;
    if (found.kind === 'entry') return { from: 'cache', entry: found.entry };
    const waited = performance.now() - started;
    const lease = found.kind === 'lead' ? found.lease : NO_LEASE;
    if (cancelled) {
      lease.release();
      return NOBODY;
    }
    if (found.kind === 'lead' || waited > question.remainingMs / 2) {
      return fetchAndStore(cache, { ...question, remainingMs: question.remainingMs - waited }, lease, services, onCancel);
    }
    // Jitter keeps many gateways from looking in step.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    pause = Math.min(LONGEST_LOOK_MS, pause * 2);
  }
}

async function fetchAndStore(
  cache: CachedScope,
  question: ModelQuestion,
  lease: Lease,
  services: WorkerServices,
  onCancel: (cancel: () => void) => void,
): Promise<FlightResult> {
  const outcome = await askModel(question, services, onCancel);
  const entry = outcome.kind === 'answer' ? entryOf(cache, question, outcome) : undefined;
  if (entry === undefined) lease.release();
  else lease.store(entry);
  return { from: 'model', outcome, stored: entry !== undefined };
}

/** Fetches anew behind a stale answer; one of all who gave it does, and nobody waits. */
function refresh(key: string, cache: CachedScope, question: ModelQuestion, services: WorkerServices): void {
  const name = `${key} refresh`;
  if (services.flights.has(name)) return;
  const flight = services.flights.join(name, async (onCancel): Promise<FlightResult> => {
    const lease = await services.cache.renew(key);
    if (lease === undefined) return NOBODY;
    return fetchAndStore(cache, { ...question, remainingMs: question.target.method.timeoutMs }, lease, services, onCancel);
  });
  void flight.result.finally(flight.leave);
}

/** Of a look that nobody waits for any more. */
const NOBODY: FlightResult = {
  from: 'model',
  outcome: { kind: 'refused', version: '', refusal: { refused: 'overloaded' }, upstreamMs: 0 },
  stored: false,
};

const LATE = 'late';

/** Waits for the result as long as the caller does, and as long as it may. */
function whileConnected<T>(
  call: Call,
  result: Promise<T>,
  leave: () => void,
  remainingMs: number,
): Promise<T | typeof ABORTED | typeof LATE> {
  const { response } = call;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      response.off('close', onClose);
      leave();
    };
    const end = (outcome: T | typeof ABORTED | typeof LATE): void => {
      stop();
      resolve(outcome);
    };
    const onClose = (): void => end(ABORTED);
    // The model's own end of time comes a little sooner and tells more.
    const timer = setTimeout(() => end(LATE), Math.max(0, remainingMs) + 200);
    result.then(end, (error: Error) => {
      stop();
      reject(error);
    });
    if (response.destroyed) onClose();
    else response.once('close', onClose);
  });
}

/** What is kept of an answer; nothing where it must not be. */
function entryOf(cache: CachedScope, question: ModelQuestion, outcome: Extract<ModelOutcome, { kind: 'answer' }>): CacheEntry | undefined {
  const bytes = Buffer.from(outcome.body);
  const verdict = storable({
    status: outcome.status,
    complete: true,
    fromModel: true,
    valid: outcome.valid,
    bytes: bytes.length,
    maxBytes: MAX_CACHED_BYTES,
    headers: outcome.headers,
    keyedVersion: question.version.version,
    answeredVersion: outcome.version,
  });
  if (!verdict.store) return undefined;
  const now = Date.now();
  const expiresAt = now + Math.ceil(cache.ttlSeconds * 1000 * (1 - Math.random() * TTL_JITTER));
  return { body: bytes, version: outcome.version, storedAt: now, expiresAt, staleUntil: expiresAt + (cache.staleSeconds ?? 0) * 1000 };
}

async function answerAlone(call: Call, question: ModelQuestion, services: WorkerServices): Promise<Answer | Refusal | typeof ABORTED> {
  let cancel: () => void = () => undefined;
  const asked = askModel(question, services, (each) => {
    cancel = each;
  });
  const outcome = await whileConnected(call, asked, () => undefined, question.remainingMs);
  if (outcome === ABORTED || outcome === LATE) {
    cancel();
    return outcome === LATE ? { refused: 'timeout' } : ABORTED;
  }
  call.notes.asked = { question, outcome };
  return answerOf(call, question, outcome, services);
}

function answerOf(call: Call, question: ModelQuestion, outcome: ModelOutcome, services: WorkerServices): Answer | Refusal {
  const { notes } = call;
  notes.upstreamMs = outcome.upstreamMs;
  if (outcome.version !== '') notes.version = outcome.version;
  if (outcome.version !== '' && outcome.version !== question.version.version) notes.insteadOf ??= question.version.version;
  switch (outcome.kind) {
    case 'refused':
      if (outcome.reason !== undefined) notes.reason = outcome.reason;
      if (outcome.refusal.errors !== undefined) notes.pointers = outcome.refusal.errors.map((error) => error.pointer);
      return outcome.refusal;
    case 'stream':
      notes.streamed = true;
      return {
        kind: 'stream',
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
        body: chargeStream(call, question.target, outcome, services),
        cancel: outcome.cancel,
      };
    case 'answer':
      if (!outcome.valid) notes.outsideContract = true;
      chargeWhole(call, question.target, outcome.body, services);
      return whole(outcome.body);
  }
}

function whole(body: string | Uint8Array): Answer {
  return { kind: 'whole', status: 200, headers: JSON_ANSWER, body };
}

const JSON_ANSWER = { 'content-type': 'application/json' } as const;

/** A body that asks for a stream is answered by one; it is not stored. */
function isStream(body: AdmittedBody): boolean {
  return typeof body.value === 'object' && body.value !== null && (body.value as { readonly stream?: unknown }).stream === true;
}

const NO_TRACE: ModelQuestion['trace'] = {};

function traceOf(call: Call): ModelQuestion['trace'] {
  const { traceparent, tracestate } = call.request.headers;
  if (traceparent === undefined) return NO_TRACE;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}
