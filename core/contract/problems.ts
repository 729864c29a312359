import type { JsonValue } from '../json';
import type { FrontName } from './fronts';

/** Media type of every error answer, RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** Stable problem types: `https://kea.dev/problems/<name>`; status and title belong to the type. */
export const Problem = {
  'bad-request': { status: 400, title: 'The request line or its headers are not acceptable' },
  'malformed-request': { status: 400, title: 'The request body is not the JSON that it must be' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  // The same for what does not exist, so the reason is told only to who holds the token and asks: `kea sso doctor`.
  forbidden: { status: 403, title: 'The caller may not call this; kea sso doctor says for a token what it lacks' },
  'roles-overage': { status: 403, title: 'The identity provider left the roles out of the token, because there were too many' },
  'not-found': { status: 404, title: 'There is no such method or version' },
  'method-not-allowed': { status: 405, title: 'This path takes another HTTP method' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  gone: { status: 410, title: 'The contract is past its sunset' },
  'body-too-large': { status: 413, title: 'The request body is larger than the method takes' },
  'unsupported-media-type': { status: 415, title: 'The request body has a media type or encoding that is not taken' },
  'invalid-request': { status: 422, title: 'The request does not fit the schema' },
  'too-many-requests': { status: 429, title: 'The limit of requests is used up' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  internal: { status: 500, title: 'The gateway failed' },
  'invalid-response': { status: 502, title: 'The model answered outside its contract' },
  'model-failed': { status: 502, title: 'The model failed' },
  'processor-unavailable': { status: 503, title: 'The request processor is not available' },
  'portal-unavailable': { status: 503, title: 'The documentation site is not available' },
  'no-instance': { status: 503, title: 'No instance of the model is ready' },
  overloaded: { status: 503, title: 'The platform is shedding load' },
  'configuration-pending': { status: 503, title: 'This worker does not have the configuration of the route yet' },
  'audit-unavailable': { status: 503, title: 'The call could not be recorded' },
  timeout: { status: 504, title: 'The model did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof Problem;

/** `type` of a problem document. */
export function problemType(name: ProblemName): string {
  return `https://kea.dev/problems/${name}`;
}

/** An RFC 9457 document. `errors` are JSON pointers into the caller's own body, with the rule that failed and never a value. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** `urn:uuid:<request id>`: equals the id of the audit record. */
  readonly instance: string;
  readonly errors?: readonly { readonly pointer: string; readonly rule: string; readonly detail: string }[];
  readonly [extension: string]: JsonValue | undefined;
}

/** The member `error` of a problem document on a standard path: a text for the Open Inference Protocol, an object for OpenAI's clients. */
export function frontError(front: FrontName, name: ProblemName, message: string = Problem[name].title, pointer?: string): JsonValue {
  return front === 'infer' ? message : { message, type: name, code: name, param: pointer ?? null };
}
