import { CLOCK_SKEW_SECONDS, claimAt, hasOverage, roleValues, rolesFrom, textsOf, type TrustedIssuer } from '../contract/identity';
import type { JsonObject } from '../json';

/** A method as its door sees it. */
export interface GuardedMethod {
  readonly model: string;
  readonly contract: string;
  readonly method: string;
  /** Any one of these admits. */
  readonly roles: readonly string[];
  readonly public: boolean;
  /** Needed besides, to pin a version. */
  readonly pinRole: string;
}

/** One statement about a token; `holds: false` refuses it everywhere. */
export interface TokenFact {
  readonly about: 'issuer' | 'audience' | 'time' | 'subject' | 'roles' | 'signature';
  readonly holds: boolean;
  readonly said: string;
}

export interface MethodVerdict {
  readonly model: string;
  readonly contract: string;
  readonly method: string;
  readonly allowed: boolean;
  readonly mayPin: boolean;
  /** The exact reason, for people. */
  readonly reason: string;
}

export interface AccessExplanation {
  readonly facts: readonly TokenFact[];
  /** False when the gateway answers 401 whatever is called. */
  readonly accepted: boolean;
  readonly subject: string;
  readonly client: string;
  readonly roles: readonly string[];
  readonly methods: readonly MethodVerdict[];
}

/**
 * What the gateway makes of a token's claims, and why. Pure: `now` in seconds since 1970. Signatures are checked elsewhere: `signature` is what came of it.
 */
export function explainAccess(
  claims: JsonObject,
  trusted: readonly TrustedIssuer[],
  methods: readonly GuardedMethod[],
  now: number,
  signature: readonly TokenFact[] = [],
): AccessExplanation {
  const issuer = trusted.find((each) => each.issuer === claims['iss']);
  const reader = issuer ?? trusted[0];
  const values = reader ? roleValues(claimAt(claims, reader.claims.roles)) : [];
  const roles = reader ? rolesFrom(values, reader.roleOf) : [];
  const subject = reader ? textAt(claims, reader.claims.subject) : '';
  const facts = [
    issuerFact(claims, trusted),
    ...signature,
    ...(issuer ? [audienceFact(claims, issuer)] : []),
    timeFact(claims, now),
    ...(reader ? [subjectFact(subject, reader), rolesFact(claims, values, roles, reader)] : []),
  ];
  const accepted = facts.every(({ about, holds }) => holds || about === 'subject' || about === 'roles');
  const refusal = facts.find(({ holds, about }) => !holds && about !== 'roles');
  const overage = roles.length === 0 && hasOverage(claims);
  return {
    facts,
    accepted,
    subject,
    client: reader ? textAt(claims, reader.claims.client) : '',
    roles,
    methods: methods.map((method) => verdict(method, roles, refusal, overage)),
  };
}

function verdict(guarded: GuardedMethod, roles: readonly string[], refusal: TokenFact | undefined, overage: boolean): MethodVerdict {
  const { model, contract, method, pinRole } = guarded;
  const say = (allowed: boolean, reason: string): MethodVerdict => ({
    model,
    contract,
    method,
    allowed,
    mayPin: allowed && roles.includes(pinRole),
    reason,
  });
  // A public method takes no token or a good one; a bad one is refused there too.
  if (guarded.public && (!refusal || refusal.about === 'subject')) return say(true, 'public: no role is needed');
  if (refusal) return say(false, refusal.said);
  const held = guarded.roles.find((role) => roles.includes(role));
  if (held !== undefined) return say(true, `the token holds "${held}"`);
  if (overage) return say(false, 'the provider left the groups out of the token, because there were too many');
  const needed = guarded.roles.map((role) => `"${role}"`).join(' or ');
  return say(false, `needs ${needed}, which the token does not hold; ask for it: kea access request ${guarded.roles[0] ?? ''} PERSON`);
}

function issuerFact(claims: JsonObject, trusted: readonly TrustedIssuer[]): TokenFact {
  const given = claims['iss'];
  if (typeof given !== 'string') return { about: 'issuer', holds: false, said: 'the token names no issuer ("iss")' };
  if (trusted.some(({ issuer }) => issuer === given)) return { about: 'issuer', holds: true, said: `issued by "${given}"` };
  const close = trusted.find(({ issuer }) => issuer.replace(/\/+$/, '') === given.replace(/\/+$/, ''));
  const names = trusted.map(({ issuer }) => `"${issuer}"`).join(' or ');
  const slash = close ? '; they differ by a slash at the end, and issuers are compared to the letter' : '';
  return { about: 'issuer', holds: false, said: `issued by "${given}", and the stack trusts ${names}${slash}` };
}

function audienceFact(claims: JsonObject, { audiences }: TrustedIssuer): TokenFact {
  const given = textsOf(claims['aud']);
  const names = audiences.map((each) => `"${each}"`).join(' or ');
  if (given.some((each) => audiences.includes(each))) return { about: 'audience', holds: true, said: `made out to ${names}` };
  if (given.length === 0) return { about: 'audience', holds: false, said: `made out to nobody ("aud" is missing), must be to ${names}` };
  const idToken = 'nonce' in claims || 'at_hash' in claims;
  const hint = idToken ? '; it looks like an ID token, and an access token is needed' : '';
  return {
    about: 'audience',
    holds: false,
    said: `made out to ${given.map((each) => `"${each}"`).join(', ')}, must be to ${names}${hint}`,
  };
}

function timeFact(claims: JsonObject, now: number): TokenFact {
  const [from, until, made] = [claims['nbf'], claims['exp'], claims['iat']];
  if (typeof until !== 'number') return { about: 'time', holds: false, said: 'the token never ends ("exp" is missing)' };
  if (now > until + CLOCK_SKEW_SECONDS)
    return { about: 'time', holds: false, said: `ended ${span(now - until)} ago; if it is new, the clocks differ` };
  if (typeof from === 'number' && now + CLOCK_SKEW_SECONDS < from)
    return { about: 'time', holds: false, said: `begins in ${span(from - now)}: the clocks differ, or the token is for later` };
  // Taken all the same: what matters is the end.
  const ahead =
    typeof made === 'number' && made > now + CLOCK_SKEW_SECONDS ? `, and was made ${span(made - now)} from now: the clocks differ` : '';
  return { about: 'time', holds: true, said: `ends in ${span(Math.max(0, until - now))}${ahead}` };
}

function subjectFact(subject: string, { claims }: TrustedIssuer): TokenFact {
  if (subject !== '') return { about: 'subject', holds: true, said: `"${subject}" (claim "${claims.subject}")` };
  return { about: 'subject', holds: false, said: `the token names nobody: claim "${claims.subject}" is missing or no text` };
}

function rolesFact(claims: JsonObject, values: readonly string[], roles: readonly string[], { claims: at }: TrustedIssuer): TokenFact {
  if (values.length === 0) {
    const why = hasOverage(claims)
      ? 'the provider left the groups out, because there were too many; use roles of the application instead'
      : typeof claimAt(claims, at.roles) === 'string'
        ? 'a single text stands there, and the gateway reads a list'
        : otherPlaces(claims, at.roles);
    return { about: 'roles', holds: false, said: `no roles at claim "${at.roles}"${why === '' ? '' : `: ${why}`}` };
  }
  const mapped = roles.length - values.length;
  return {
    about: 'roles',
    holds: true,
    said: `${values.length} at claim "${at.roles}"${mapped > 0 ? `, ${mapped} more by the stack's map` : ''}`,
  };
}

/** Where roles stand instead, at the places that providers use. */
function otherPlaces(claims: JsonObject, configured: string): string {
  const known = ['roles', 'groups', 'realm_access.roles', 'permissions', 'scp', 'scope'];
  const found = known.filter((each) => each !== configured && textsOf(claimAt(claims, each)).length > 0);
  return found.length === 0
    ? ''
    : `there is something at ${found.map((each) => `"${each}"`).join(' and ')}; \`identity.oidc.claims.roles\` says where to look`;
}

function textAt(claims: JsonObject, claim: string): string {
  const value = claimAt(claims, claim);
  return typeof value === 'string' ? value : '';
}

/** `45 s`, `12 min`, `3 h`, `2 d`. */
function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
