import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

/** What Scalar is told. The page is served below the gateway, so the gateway's origin is the page's own. */
export function referenceScript(document: JsonObject, url: string, client: string): string {
  const configuration = {
    url,
    telemetry: false,
    withDefaultFonts: false,
    showDeveloperTools: 'never',
    hideClientButton: true,
    hideDarkModeToggle: true,
    defaultOpenAllTags: true,
    documentDownloadType: 'none',
    mcp: { disabled: true },
    agent: { disabled: true },
    ...(tokenOrigin(document) === undefined ? {} : { authentication: authentication(client) }),
  };
  return `'use strict';
const configuration = ${JSON.stringify(configuration)};
const flow = configuration.authentication?.securitySchemes?.oauth2?.flows?.authorizationCode;
if (flow) flow['x-scalar-redirect-uri'] = location.origin + '/docs/authorized';
configuration.darkMode = matchMedia('(prefers-color-scheme: dark)').matches;
Scalar.createApiReference('#reference', configuration);
`;
}

/** Origin of the identity provider that gives tokens to the page; undefined where the document names none. */
export function tokenOrigin(document: JsonObject): string | undefined {
  const url = at(document, 'components', 'securitySchemes', 'oauth2', 'flows', 'authorizationCode', 'tokenUrl');
  return typeof url === 'string' ? new URL(url).origin : undefined;
}

function authentication(client: string): JsonObject {
  return {
    preferredSecurityScheme: 'oauth2',
    securitySchemes: {
      oauth2: {
        flows: {
          authorizationCode: {
            'x-scalar-client-id': client,
            'x-usePkce': 'SHA-256',
            'x-scalar-credentials-location': 'body',
            selectedScopes: ['openid'],
          },
        },
      },
    },
  };
}

function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((found, key) => (isJsonObject(found) ? found[key] : undefined), value);
}
