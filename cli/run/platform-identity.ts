import { AUDIENCE, issuerUrl, IssuerPath, ROLES_CLAIM } from './issuer/settings';
import { publicJwks, type IssuerKeys } from './issuer/keys';
import type { ResolvedPlatform } from '../../schema/resolved';

/** The platform as it runs here: whatever the stack says of identity and host name, the embedded issuer and this machine stand in. */
export function onThisMachine(platform: ResolvedPlatform, port: number, keys: IssuerKeys): ResolvedPlatform {
  const issuer = issuerUrl(port + 1);
  return {
    ...platform,
    stack: {
      ...platform.stack,
      hostname: `localhost:${port}`,
      identity: {
        kind: 'embedded',
        issuer,
        audience: AUDIENCE,
        jwksUri: `${issuer}${IssuerPath.jwks}`,
        claims: { roles: ROLES_CLAIM, subject: 'sub', client: 'azp' },
        jwks: publicJwks(keys),
      },
    },
  };
}

/** `platform` with those contracts as they were in `before`; a contract that was not there before stays as it is. */
export function keepContracts(
  platform: ResolvedPlatform,
  before: ResolvedPlatform,
  keep: readonly { readonly model: string; readonly contract: string }[],
): ResolvedPlatform {
  const old = (model: string, contract: string) =>
    before.models.find(({ name }) => name === model)?.contracts.find((each) => each.contract === contract);
  return {
    ...platform,
    models: platform.models.map((model) => ({
      ...model,
      contracts: model.contracts.map((contract) => {
        const kept = keep.some((each) => each.model === model.name && each.contract === contract.contract);
        return (kept ? old(model.name, contract.contract) : undefined) ?? contract;
      }),
    })),
  };
}
