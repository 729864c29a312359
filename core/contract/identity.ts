import { isJsonObject, type JsonObject, type JsonValue } from '../json';

/** Seconds by which the clocks of provider and gateway may differ. */
export const CLOCK_SKEW_SECONDS = 30;

/** A provider whose tokens are taken, and how they are read. */
export interface TrustedIssuer {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  /** A token must be made out to one of these. */
  readonly audiences: readonly string[];
  /** Where in a token things stand; a dot steps into an object, an address (`https://…`) is one key. */
  readonly claims: { readonly roles: string; readonly subject: string; readonly client: string; readonly tenant?: string };
  /** Value of the claim → roles that it stands for, such as the id of a group; other values count literally. */
  readonly roleOf: { readonly [value: string]: readonly string[] };
}

/** Claims of a JSON Web Token, or undefined when it is none. Verifies nothing. */
export function claimsOf(token: string): JsonObject | undefined {
  try {
    const parts = token.split('.');
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) as JsonValue;
    return parts.length === 3 && isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** Path of a claim inside a token: a name that is an address is one key, as providers with namespaced claims write it. */
export function claimPath(claim: string): readonly string[] {
  return /^https?:\/\//.test(claim) ? [claim] : claim.split('.');
}

/** The value at a claim's path. */
export function claimAt(claims: JsonObject, claim: string): JsonValue | undefined {
  return claimPath(claim).reduce<JsonValue | undefined>((at, step) => (isJsonObject(at) ? at[step] : undefined), claims);
}

/** Texts of a claim that holds a list of them, or one. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

/** Values of the roles claim: a list. The gateway reads no role out of a single text. */
export function roleValues(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? textsOf(value) : [];
}

/** Roles that values of the claim stand for: each value itself, and what it is mapped to. */
export function rolesFrom(values: readonly string[], roleOf: TrustedIssuer['roleOf']): readonly string[] {
  return [...new Set(values.flatMap((value) => [value, ...(Object.hasOwn(roleOf, value) ? (roleOf[value] ?? []) : [])]))];
}

/** Values of the claim that give a role: its own name, and what is mapped to it. The other way round of `rolesFrom`. */
export function valuesFor(role: string, roleOf: TrustedIssuer['roleOf']): readonly string[] {
  return [role, ...Object.keys(roleOf).filter((value) => value !== role && roleOf[value]?.includes(role))];
}

/**
 * Whether the provider left the groups out because there were too many, and says only where they could be asked for (Entra ID beyond 200 groups:
 * `_claim_names`, `hasgroups`). Such a token is refused by name: "no groups" would be wrong.
 * https://learn.microsoft.com/en-us/security/zero-trust/develop/configure-tokens-group-claims-app-roles
 */
export function hasOverage(claims: JsonObject): boolean {
  return isJsonObject(claims['_claim_names']) || claims['hasgroups'] === true || claims['hasgroups'] === 'true';
}
