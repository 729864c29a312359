import { limitKey } from '../../../core/decide/rate-limit';
import type { JsonValue } from '../../../core/json';
import { parseStrictJson } from '../../../core/strict-json';
import { checkMediaType, readBody } from './body';
import type { Call } from './call';
import { refusal, type Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { MAX_EXPLAINED_BYTES, MAX_JSON_DEPTH, MAX_JSON_KEYS } from './settings';

/** A body that fits its method's schema. */
export interface AdmittedBody {
  readonly bytes: Buffer;
  readonly value: JsonValue;
  readonly exact: boolean;
  readonly inexact: ReadonlyMap<string, string>;
}

export const ABORTED = 'aborted';

/** Media type, size, JSON, schema: in this order, the first that fails answers. */
export async function admitBody(
  call: Call,
  target: LoadedMethod,
  services: WorkerServices,
): Promise<AdmittedBody | Refusal | typeof ABORTED> {
  const { method } = target;
  const unsupported = checkMediaType(call.request);
  if (unsupported !== undefined) return unsupported;
  const body = await readBody(call.request, method.maxBodyBytes, call.memory, method.timeoutMs);
  if ('refused' in body) return body;
  if ('aborted' in body) return ABORTED;
  call.notes.body = body.bytes;
  const parsed = parseStrictJson(body.bytes, { maxBytes: method.maxBodyBytes, maxDepth: MAX_JSON_DEPTH, maxKeys: MAX_JSON_KEYS });
  if (!parsed.ok) {
    const pointer = parsed.pointer?.slice(0, 256);
    if (pointer !== undefined) call.notes.pointers = [pointer];
    return refusal('malformed-request', {
      detail: parsed.reason,
      ...(pointer === undefined ? {} : { errors: [{ pointer, rule: parsed.rule, detail: parsed.reason }] }),
    });
  }
  const errors = services.validators.check(
    method.requestSchema,
    () => services.registry.schema(target.owner, method.requestSchema),
    parsed.value,
    body.bytes.length <= MAX_EXPLAINED_BYTES,
  );
  if (errors !== undefined) {
    call.notes.pointers = errors.map((error) => error.pointer);
    return refusal('invalid-request', { errors });
  }
  return { bytes: body.bytes, value: parsed.value, exact: parsed.exact, inexact: parsed.inexact };
}

/** Counts the call against its caller's limit, whether or not the cache will answer it. */
export async function admitRate(call: Call, target: LoadedMethod, services: WorkerServices): Promise<Refusal | undefined> {
  const limit = target.method.rateLimit;
  if (limit === undefined) return undefined;
  const verdict = await services.limiter.take(`${target.id}\n${limitKey(limit.by, call.caller)}`, limit);
  if (verdict.allowed) {
    Object.assign(call.notes.headers, verdict.headers);
    return undefined;
  }
  return refusal('too-many-requests', { headers: verdict.headers });
}
