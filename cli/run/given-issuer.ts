import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { isJsonObject, type JsonValue } from '../../core/json';
import type { ResolvedIssuer, ResolvedPlatform } from '../../schema/resolved';
import { Refusal } from '../refusal';
import type { LocalIdentity } from './identity';
import { AUDIENCE, ROLES_CLAIM } from './issuer/settings';

/**
 * A provider that runs elsewhere vouches for callers. Where its keys are stands in its discovery document; audiences, claims and values in the stack,
 * where it names one. Its people log in there, so there are no tokens of sample people, and no login on the documentation pages.
 *
 * @throws Refusal when it cannot be asked, or calls itself otherwise
 */
export async function givenIssuer(issuer: string): Promise<LocalIdentity> {
  const jwksUri = await discover(issuer);
  const trusted = ({ stack: { identity } }: ResolvedPlatform): ResolvedIssuer => {
    const { audience, audiences, claims, roleOf, proxy } = identity;
    const own =
      identity.kind === 'oidc'
        ? { audience, claims }
        : { audience: AUDIENCE, claims: { roles: ROLES_CLAIM, subject: 'sub', client: 'azp' } };
    return { issuer, jwksUri, ...own, ...(audiences ? { audiences } : {}), ...(roleOf ? { roleOf } : {}), ...(proxy ? { proxy } : {}) };
  };
  return {
    issuer,
    onThisMachine: (platform) => ({ ...platform, stack: { ...platform.stack, identity: { kind: 'oidc', ...trusted(platform) } } }),
    start: () => Promise.resolve(),
    follow: () => Promise.resolve(),
    token: () => Promise.reject(noTokens(issuer)),
    child: () => undefined,
  };
}

/** Why `kea token` has none. */
export function noTokens(issuer: string): Refusal {
  return new Refusal(finding(runFindings.givenIssuer, { message: `tokens are given out by ${issuer}, which knows no sample people` }));
}

async function discover(issuer: string): Promise<string> {
  const refuse = (message: string): Refusal => new Refusal(finding(runFindings.givenIssuer, { message }));
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol)) throw refuse(`"${issuer}" is no address`);
  const address = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answer?.ok) throw refuse(`${address} ${answer ? `answers ${answer.status}` : 'does not answer'}`);
  const document = (await answer.json().catch(() => undefined)) as JsonValue | undefined;
  if (document === undefined || !isJsonObject(document)) throw refuse(`${address} holds no JSON object`);
  const { issuer: named, jwks_uri: jwksUri } = document;
  if (named !== issuer)
    throw refuse(`the provider calls itself ${JSON.stringify(named)}, and --oidc says "${issuer}"; tokens name it to the letter`);
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) throw refuse(`${address} names no "jwks_uri"`);
  return jwksUri;
}
