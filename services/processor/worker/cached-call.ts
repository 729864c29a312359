import { canonicalJson } from '../../../core/canonical';
import { Header } from '../../../core/contract/headers';
import { cacheKey } from '../../../core/decide/cache-key';
import { storable } from '../../../core/decide/storable';
import type { BundleVersion } from '../../../core/contract/bundle';
import { ABORTED, type AdmittedBody } from './admit';
import { elapsed, type Answer, type Call } from './call';
import { askModel, type ModelOutcome, type ModelQuestion } from './model-call';
import type { Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { MAX_CACHED_BYTES, TTL_JITTER } from './settings';

type CachedScope = Exclude<LoadedMethod['method']['cache'], { readonly scope: 'none' }>;

/** Answers from the cache, or asks the model once for all equal questions of the moment, or asks it for this caller alone. */
export function answerMethod(
  call: Call,
  target: LoadedMethod,
  version: BundleVersion,
  pinned: boolean,
  body: AdmittedBody,
  services: WorkerServices,
): Promise<Answer | Refusal | typeof ABORTED> {
  const { method, owner } = target;
  const { cache } = method;
  const question = {
    target,
    version,
    pinned,
    body,
    requestId: call.id,
    trace: traceOf(call),
    remainingMs: method.timeoutMs - elapsed(call),
  };
  if (cache.scope === 'none') return answerAlone(call, { ...question, forward: body.bytes }, services);
  // What is not exact has no canonical form that says the same, so it has no key.
  const canonical = body.exact && !isStream(body) ? canonicalJson(body.value) : undefined;
  const epoch = services.registry.epoch ?? services.cache.epoch;
  const key =
    canonical === undefined || epoch === undefined || !method.idempotent
      ? undefined
      : cacheKey({
          model: owner.contract.model,
          contract: owner.contract.contract,
          method: method.method,
          version: version.version,
          versionDigest: version.digest,
          schemaDigest: target.schemaDigest,
          epoch,
          scope: cache.scope,
          principal: call.caller.principal,
          canonicalBody: canonical,
        });
  if (key === undefined || canonical === undefined) {
    call.notes.cache = 'bypass';
    call.notes.headers[Header.cacheStatus] = 'kea; fwd=bypass';
    return answerAlone(call, { ...question, forward: body.bytes }, services);
  }
  return answerByKey(call, key, cache, { ...question, forward: canonical }, services);
}

async function answerByKey(
  call: Call,
  key: string,
  cache: CachedScope,
  question: ModelQuestion,
  services: WorkerServices,
): Promise<Answer | Refusal | typeof ABORTED> {
  const found = services.cache.get(key);
  const entry = found instanceof Promise ? await found : found;
  if (entry !== undefined) {
    const now = Date.now();
    call.notes.cache = 'hit';
    call.notes.version = entry.version;
    call.notes.headers[Header.cacheStatus] = `kea; hit; ttl=${Math.max(0, Math.floor((entry.expiresAt - now) / 1000))}`;
    call.notes.headers['age'] = String(Math.max(0, Math.floor((now - entry.storedAt) / 1000)));
    return whole(entry.body);
  }
  const flight = services.flights.join(key, (onCancel) => askModel(question, services, onCancel));
  const outcome = await whileConnected(call, flight.result, flight.leave, question.remainingMs);
  if (outcome === ABORTED) return ABORTED;
  const stored = flight.leader && outcome.kind === 'answer' && store(key, cache, question, outcome, services);
  call.notes.cache = stored ? 'stored' : 'miss';
  call.notes.headers[Header.cacheStatus] = `kea; fwd=miss${stored ? '; stored' : ''}${flight.leader ? '' : '; collapsed'}`;
  return answerOf(call, question, outcome);
}

/** Waits for the outcome as long as the caller does. */
async function whileConnected(
  call: Call,
  result: Promise<ModelOutcome>,
  leave: () => void,
  remainingMs: number,
): Promise<ModelOutcome | typeof ABORTED> {
  let onClose: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const gone = new Promise<typeof ABORTED>((resolve) => {
    onClose = () => resolve(ABORTED);
    call.response.once('close', onClose);
    if (call.response.destroyed) onClose();
  });
  // A waiter's time may end before that of the leader whom it joined.
  const late = new Promise<ModelOutcome>((resolve) => {
    timer = setTimeout(
      () => resolve({ kind: 'refused', version: '', refusal: { refused: 'timeout' }, upstreamMs: remainingMs }),
      Math.max(0, remainingMs) + 200,
    );
  });
  const outcome = await Promise.race([result, gone, late]);
  clearTimeout(timer);
  if (onClose !== undefined) call.response.off('close', onClose);
  leave();
  return outcome;
}

function store(
  key: string,
  cache: CachedScope,
  question: ModelQuestion,
  outcome: Extract<ModelOutcome, { kind: 'answer' }>,
  services: WorkerServices,
): boolean {
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
  if (!verdict.store) return false;
  const now = Date.now();
  const ttlMs = Math.ceil(cache.ttlSeconds * 1000 * (1 - Math.random() * TTL_JITTER));
  services.cache.set(key, { body: bytes, version: outcome.version, storedAt: now, expiresAt: now + ttlMs });
  return true;
}

async function answerAlone(call: Call, question: ModelQuestion, services: WorkerServices): Promise<Answer | Refusal | typeof ABORTED> {
  let cancel: () => void = () => undefined;
  const asked = askModel(question, services, (each) => {
    cancel = each;
  });
  const outcome = await whileConnected(call, asked, () => undefined, question.remainingMs);
  if (outcome === ABORTED) {
    cancel();
    return ABORTED;
  }
  return answerOf(call, question, outcome);
}

function answerOf(call: Call, question: ModelQuestion, outcome: ModelOutcome): Answer | Refusal {
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
        body: outcome.body,
        cancel: outcome.cancel,
      };
    case 'answer':
      if (!outcome.valid) notes.outsideContract = true;
      return whole(outcome.body);
  }
}

function whole(body: string | Uint8Array): Answer {
  return { kind: 'whole', status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** A body that asks for a stream is answered by one; it is not stored. */
function isStream(body: AdmittedBody): boolean {
  return typeof body.value === 'object' && body.value !== null && (body.value as { readonly stream?: unknown }).stream === true;
}

function traceOf(call: Call): ModelQuestion['trace'] {
  const { traceparent, tracestate } = call.request.headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}
