import type { JsonObject } from '../../core/json';
import type { ResolvedIdentity } from '../resolved';

/** Where a browser logs in and where tokens come from; undefined where only the provider's own document says it. */
interface TokenEndpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
}

/** `components/securitySchemes` of a stack: any one of them is enough. */
export function securitySchemes(identity: ResolvedIdentity): JsonObject {
  const endpoints = tokenEndpoints(identity);
  return {
    ...(endpoints ? { oauth2: oauth2(endpoints) } : {}),
    openId: {
      type: 'openIdConnect',
      description: `Tokens of ${identity.issuer} with the audience \`${identity.audience}\`.`,
      openIdConnectUrl: `${identity.issuer}/.well-known/openid-configuration`,
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: `An access token in the header \`authorization\`, signed by ${identity.issuer} for the audience \`${identity.audience}\`. Roles are read from the claim \`${identity.claims.roles}\`.`,
    },
  };
}

/** `security` of an operation that asks for a token. */
export function tokenSecurity(identity: ResolvedIdentity): readonly JsonObject[] {
  return [...(tokenEndpoints(identity) ? [{ oauth2: [] }] : []), { openId: [] }, { bearer: [] }];
}

function oauth2(endpoints: TokenEndpoints): JsonObject {
  return {
    type: 'oauth2',
    description: 'People log in with authorization code and PKCE; machines use client credentials.',
    flows: {
      authorizationCode: { ...endpoints, scopes: { openid: 'Who the caller is.' } },
      clientCredentials: { tokenUrl: endpoints.tokenUrl, scopes: {} },
    },
  };
}

function tokenEndpoints(identity: ResolvedIdentity): TokenEndpoints | undefined {
  switch (identity.kind) {
    case 'embedded':
      return { authorizationUrl: `${identity.issuer}/auth`, tokenUrl: `${identity.issuer}/token` };
    case 'keycloak':
      return {
        authorizationUrl: `${identity.issuer}/protocol/openid-connect/auth`,
        tokenUrl: `${identity.issuer}/protocol/openid-connect/token`,
      };
    case 'oidc':
      return undefined;
  }
}
