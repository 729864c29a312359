import { claimPath } from '../../../core/contract/identity';
import type { JsonObject } from '../../../core/json';

/** Dynamic metadata key under which jwt_authn leaves the verified claims. */
export const CLAIMS_KEY = 'jwt';
export const JWT_FILTER = 'envoy.filters.http.jwt_authn';

/**
 * Names travel to the processor in headers: outer blanks are dropped there, so `ada` and `ada ` would be one principal,
 * and control characters do not pass.
 */
export const PLAIN_NAME = '[^\\x00-\\x20\\x7f]([^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f])?';

/** Matches the verified claim at `claim` against a value matcher. */
export function claimMatches(claim: string, value: JsonObject): JsonObject {
  const path = [CLAIMS_KEY, ...claimPath(claim)].map((key) => ({ key }));
  return { sourced_metadata: { metadata_matcher: { filter: JWT_FILTER, path, value } } };
}
