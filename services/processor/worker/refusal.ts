import type { JsonValue } from '../../../core/json';
import type { FrontName } from '../../../core/contract/fronts';
import { frontError, Problem, PROBLEM_JSON, problemType, type ProblemDocument, type ProblemName } from '../../../core/contract/problems';

/** A call that ends in a problem document. `errors` never hold values. */
export interface Refusal {
  readonly refused: ProblemName;
  /** One sentence for the caller, without values. */
  readonly detail?: string;
  readonly errors?: ProblemDocument['errors'];
  readonly headers?: { readonly [name: string]: string };
}

export function refusal(refused: ProblemName, more: Omit<Refusal, 'refused'> = {}): Refusal {
  return { refused, ...more };
}

/** A refusal that says when to come again. */
export function retryLater(refused: ProblemName, seconds: number, detail?: string): Refusal {
  return { refused, headers: { 'retry-after': String(seconds) }, ...(detail === undefined ? {} : { detail }) };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** RFC 9457 document and headers of a refusal. */
export function problemAnswer(
  refused: Refusal,
  requestId: string,
  front?: FrontName,
): { status: number; headers: { [name: string]: string }; body: Buffer } {
  const { status, title } = Problem[refused.refused];
  const document: ProblemDocument = {
    type: problemType(refused.refused),
    title,
    status,
    ...(refused.detail === undefined ? {} : { detail: refused.detail }),
    instance: `urn:uuid:${requestId}`,
    ...(refused.errors === undefined ? {} : { errors: refused.errors }),
    ...(front === undefined ? {} : { error: told(front, refused) }),
  };
  return {
    status,
    headers: { ...refused.headers, 'content-type': PROBLEM_JSON, 'cache-control': 'no-store' },
    body: Buffer.from(JSON.stringify(document)),
  };
}

/** What clients of the standards are told: the detail, or the first thing that is wrong with the body. */
function told(front: FrontName, { refused, detail, errors }: Refusal): JsonValue {
  const [first] = errors ?? [];
  return frontError(
    front,
    refused,
    detail ?? (first === undefined ? undefined : `${first.pointer} ${first.detail}`.trimStart()),
    first?.pointer,
  );
}
