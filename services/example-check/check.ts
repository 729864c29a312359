import type { BundleExample, BundleMethod, BundleVersion } from '../../core/contract/bundle';
import type { JsonSchema, JsonValue } from '../../core/json';
import { decodeCall, encodeCall } from '../processor/codec/index';
import { Validators } from '../processor/worker/validators';
import { difference } from './compare';

/** How one example went. */
export type ExampleResult = {
  readonly method: string;
  readonly example: string;
  /** From sending to the whole answer. */
  readonly milliseconds: number;
} & (
  | { readonly ok: true; readonly answer: JsonValue }
  /** `unreachable`: no connection was made, so that trying again is worthwhile; `wrong`: the model answered, and not as promised. */
  | { readonly ok: false; readonly kind: 'unreachable' | 'wrong'; readonly reason: string }
);

export interface CheckOptions {
  /** Where the model server listens, `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  readonly version: BundleVersion;
  readonly methods: readonly BundleMethod[];
  /** By digest, as in the bundle. */
  readonly schemas: { readonly [digest: string]: JsonSchema };
  readonly signal?: AbortSignal;
}

/** Largest answer of an example that is read. */
const MOST_ANSWER = 16 * 1024 * 1024;

/**
 * Sends each example of each method, one after the other, through the codec that the gateway uses, and judges the answers by schema and tolerance.
 * Never throws. Examples of methods that are not idempotent are sent as well: they are what the author promises to work.
 */
export async function checkExamples(options: CheckOptions): Promise<ExampleResult[]> {
  const validators = new Validators();
  const results: ExampleResult[] = [];
  for (const method of options.methods) {
    for (const example of method.examples) {
      const started = performance.now();
      const verdict = await checkExample(options, method, example, validators);
      const milliseconds = Math.round((performance.now() - started) * 10) / 10;
      results.push({ method: method.method, example: example.name, milliseconds, ...verdict });
    }
  }
  return results;
}

/** `score/typical: /score is 0.2, not 0.84 ± 0.03`, for the first that failed; undefined when all went well. */
export function firstFailure(results: readonly ExampleResult[]): string | undefined {
  const failed = results.find((result) => !result.ok);
  return failed && !failed.ok ? `${failed.method}/${failed.example}: ${failed.reason}` : undefined;
}

type Verdict =
  | { readonly ok: true; readonly answer: JsonValue }
  | { readonly ok: false; readonly kind: 'unreachable' | 'wrong'; readonly reason: string };

async function checkExample(options: CheckOptions, method: BundleMethod, example: BundleExample, validators: Validators): Promise<Verdict> {
  const encoded = encodeCall(method.call, options.version, { value: example.request });
  if (!encoded.ok) return wrong(`the request does not fit the model: ${encoded.pointer} ${encoded.reason}`);
  const answered = await post(`${options.baseUrl}${encoded.path}`, encoded.body, method.timeoutMs, options.signal);
  if (!('bytes' in answered)) return answered;
  // Events of a stream are not the contract's JSON; that the runtime started one is all that can be said here.
  if (encoded.stream) return { ok: true, answer: null };
  const schema = options.schemas[method.responseSchema];
  const decoded = decodeCall(method.call, options.version, answered.bytes, encoded, schema);
  if (!decoded.ok) return wrong(`the answer is outside the protocol: ${decoded.reason}`);
  const misfit = schema && fitsNot(validators, method.responseSchema, schema, decoded.value);
  if (misfit !== undefined) return wrong(misfit);
  const differs = example.response === undefined ? undefined : difference(example.response, decoded.value, example.tolerance ?? 0);
  return differs ? wrong(`${differs.pointer} ${differs.reason}`.trim()) : { ok: true, answer: decoded.value };
}

/** Why the answer does not fit; a schema that is none is the plan's mistake and said as such. */
function fitsNot(validators: Validators, digest: string, schema: JsonSchema, value: JsonValue): string | undefined {
  try {
    const errors = validators.check(digest, () => schema, value, true);
    return (
      errors && `the answer does not fit the response schema: ${errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`
    );
  } catch (error) {
    return `the response schema cannot be used: ${causeOf(error)}`;
  }
}

async function post(
  url: string,
  body: string | Uint8Array,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly bytes: Uint8Array } | Verdict> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    });
    const bytes = await bounded(response);
    if (bytes === undefined) return wrong(`the answer is larger than ${MOST_ANSWER} bytes`);
    if (response.status === 200) return { bytes };
    return wrong(
      `the model answered ${response.status}: ${Buffer.from(bytes.subarray(0, 300)).toString('utf8').replace(/\s+/g, ' ').trim()}`,
    );
  } catch (error) {
    if (deadline.aborted) return wrong(`the model did not answer within ${timeoutMs} ms`);
    return { ok: false, kind: 'unreachable', reason: `the model cannot be reached: ${causeOf(error)}` };
  }
}

async function bounded(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function wrong(reason: string): Verdict {
  return { ok: false, kind: 'wrong', reason };
}

/** Node's fetch hides the reason one level below. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause);
}
