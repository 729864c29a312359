import type { FrontName } from '../../../core/contract/fronts';
import { parseStrictJson } from '../../../core/strict-json';
import { checkMediaType, readBody } from './body';
import type { Call } from './call';
import { frontPointer, jsonLength, readFront, takesMediaType } from './front';
import type { AdmittedBody } from './known-bodies';
import { isRefusal, refusal, type Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { limitName } from './token-charge';
import { MAX_EXPLAINED_BYTES, MAX_JSON_DEPTH, MAX_JSON_KEYS } from './settings';

export const ABORTED = 'aborted';

/** Media type, size, JSON, schema: in this order, the first that fails answers. */
export async function admitBody(
  call: Call,
  target: LoadedMethod,
  front: FrontName | undefined,
  services: WorkerServices,
): Promise<AdmittedBody | Refusal | typeof ABORTED> {
  const { method } = target;
  const unsupported = takesMediaType(call.request, front) ? undefined : checkMediaType(call.request);
  if (unsupported !== undefined) return unsupported;
  const body = await readBody(call.request, method.maxBodyBytes, call.memory, method.timeoutMs);
  if ('refused' in body) return body;
  if ('aborted' in body) return ABORTED;
  call.notes.body = body.bytes;
  // A standard's body is rewritten to the contract's, and is rare enough to be read each time.
  const name = front === undefined ? services.bodies.name(method.requestSchema, body.bytes) : undefined;
  const known = name === undefined ? undefined : services.bodies.find(name);
  if (known !== undefined) return known;
  const length = jsonLength(call.request, front, body.bytes.length);
  if (typeof length !== 'number') return length;
  const parsed = parseStrictJson(body.bytes.subarray(0, length), {
    maxBytes: method.maxBodyBytes,
    maxDepth: MAX_JSON_DEPTH,
    maxKeys: MAX_JSON_KEYS,
  });
  if (!parsed.ok) {
    const pointer = parsed.pointer?.slice(0, 256);
    if (pointer !== undefined) call.notes.pointers = [pointer];
    return refusal('malformed-request', {
      detail: parsed.reason,
      ...(pointer === undefined ? {} : { errors: [{ pointer, rule: parsed.rule, detail: parsed.reason }] }),
    });
  }
  const read =
    front === undefined ? { ...parsed, bytes: body.bytes } : readFront(target, front, parsed, body.bytes.subarray(length), services);
  if (isRefusal(read)) {
    call.notes.pointers = read.errors?.map(({ pointer }) => pointer) ?? [];
    return read;
  }
  call.notes.body = read.bytes;
  const errors = services.validators.check(
    method.requestSchema,
    () => services.registry.schema(target.owner, method.requestSchema),
    read.value,
    body.bytes.length <= MAX_EXPLAINED_BYTES,
  );
  if (errors !== undefined) {
    call.notes.pointers = errors.map((error) => error.pointer);
    const places = 'places' in read ? read.places : undefined;
    return refusal('invalid-request', { errors: errors.map((error) => ({ ...error, pointer: frontPointer(error.pointer, places) })) });
  }
  return {
    bytes: read.bytes,
    value: read.value,
    inexact: read.inexact,
    exact: front === undefined ? parsed.exact : read.inexact.size === 0,
    form: 'form' in read ? read.form : undefined,
    name,
    canonical: undefined,
    keyed: undefined,
  };
}

/** Counts the call against its caller's limit, whether or not the cache will answer it. */
export async function admitRate(call: Call, target: LoadedMethod, services: WorkerServices): Promise<Refusal | undefined> {
  const limit = target.method.rateLimit;
  if (limit === undefined) return undefined;
  const taking = services.limiter.take(limitName(call, target), limit);
  const verdict = taking instanceof Promise ? await taking : taking;
  if (verdict.allowed) {
    for (const [header, value] of Object.entries(verdict.headers)) call.notes.headers.push(header, value);
    return undefined;
  }
  return refusal('too-many-requests', { headers: verdict.headers });
}
