import { errors, type Provider, type ResourceServer } from 'oidc-provider';
import { LOCAL_GRANT } from './settings';

/**
 * The grant behind `kea token`: names a person and gets a token, without login. The issuer listens on loopback only,
 * and only the client whose secret stands in a file of the project's owner may use it.
 */
export function registerLocalGrant(provider: Provider, resource: string, server: ResourceServer, isPerson: (id: string) => boolean): void {
  provider.registerGrantType<{ person?: string }>(
    LOCAL_GRANT,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      const accountId = params.person;
      if (!accountId || !isPerson(accountId)) throw new errors.InvalidGrant('there is no such person');
      const token = new provider.AccessToken({ accountId, client, grantId: `local-${accountId}`, gty: LOCAL_GRANT });
      token.resourceServer = new provider.ResourceServer(resource, server);
      ctx.oidc.entity('AccessToken', token);
      ctx.body = { access_token: await token.save(), token_type: token.tokenType, expires_in: token.expiration };
    },
    ['person'],
  );
}
