import type { TrustedIssuer } from '../../core/contract/identity';
import type { ResolvedIdentity, ResolvedIssuer } from '../resolved';

/** All providers whose tokens a stack takes, the one of its documents first. */
export function issuersOf({ also = [], ...first }: ResolvedIssuer & Pick<ResolvedIdentity, 'also'>): readonly ResolvedIssuer[] {
  return [first, ...also];
}

/** What is asked of a provider's tokens, with everything filled in. */
export function trustedIssuer({ issuer, audience, audiences = [], claims, roleOf = {} }: ResolvedIssuer): TrustedIssuer {
  return { issuer, audiences: [audience, ...audiences], claims, roleOf };
}
