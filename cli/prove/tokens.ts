import { generateKeyPairSync, sign } from 'node:crypto';
import { claimAt, claimsOf, roleValues, rolesFrom } from '../../core/contract/identity';
import type { JsonObject } from '../../core/json';
import type { ResolvedIssuer } from '../../schema/resolved';
import { BAD_TOKENS, type BadToken } from '../../schema/access/matrix';

/** A token of the provider that the stack trusts. */
export interface RealToken {
  /** How reports call it: its name on the command line. */
  readonly name: string;
  readonly token: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly claims: JsonObject;
}

/** Reads a token's claims; undefined when it is none. Verifies nothing: the gateway does. */
export function realToken(
  name: string,
  token: string,
  { claims: paths, roleOf = {} }: Pick<ResolvedIssuer, 'claims' | 'roleOf'>,
): RealToken | undefined {
  const claims = claimsOf(token);
  if (!claims) return undefined;
  const subject = claimAt(claims, paths.subject);
  return {
    name,
    token,
    claims,
    subject: typeof subject === 'string' ? subject : '',
    roles: rolesFrom(roleValues(claimAt(claims, paths.roles)), roleOf),
  };
}

/**
 * Tokens that must open nothing, made from a good one's claims and signed by a key that nobody trusts. A provider's own expired token, or one for
 * another audience, proves more: `given` replaces a made one by name.
 */
export function badTokens(good: JsonObject, given: ReadonlyMap<BadToken, string>): ReadonlyMap<BadToken, string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (claims: JsonObject, alg = 'RS256'): string => {
    const text = `${part({ alg, typ: 'JWT', kid: 'kea-prove' })}.${part({ ...good, iat: now, exp: now + 600, ...claims })}`;
    return `${text}.${alg === 'none' ? '' : sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const made: Record<BadToken, () => string> = {
    expired: () => signed({ iat: now - 7200, exp: now - 3600 }),
    'wrong issuer': () => signed({ iss: 'https://elsewhere.invalid' }),
    'wrong audience': () => signed({ aud: 'somebody-else' }),
    'none algorithm': () => signed({}, 'none'),
    'other key': () => signed({}),
  };
  return new Map(BAD_TOKENS.map((kind) => [kind, given.get(kind) ?? made[kind]()]));
}
