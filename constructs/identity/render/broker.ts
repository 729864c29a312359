import type { JsonObject } from '../../../core/json';
import type { RealmMapper } from '../../../core/contract/realm';
import type { ResolvedBroker, ResolvedModel } from '../../../schema/resolved';
import { inRealm, type ObjectParts } from './realm';

/**
 * A provider that a company has, as Keycloak's broker. What it says of groups and roles is taken anew at each login (`FORCE`), and its word on
 * mail addresses links no accounts. Its client secret stays in Keycloak's vault: the realm holds the vault's key only.
 */
export function brokerOf(broker: ResolvedBroker, models: readonly ResolvedModel[]): ObjectParts {
  const { name, title } = broker;
  return {
    initial: { enabled: true },
    fields: {
      providerId: broker.oidc ? 'oidc' : 'saml',
      displayName: title,
      trustEmail: false,
      storeToken: false,
      linkOnly: false,
      hideOnLogin: false,
    },
    attributes: { syncMode: 'FORCE', ...(broker.oidc ? oidc(name, broker.oidc) : {}), ...(broker.saml ? saml(broker.saml) : {}) },
    mappers: Object.fromEntries([
      ...Object.entries(broker.groups).map(([value, group]) => [`group ${value}`, groupMapper(broker, value, group)]),
      ...Object.entries(broker.roles).map(([value, role]) => [`role ${value}`, roleMapper(broker, value, dotted(inRealm(role, models)))]),
    ]),
  };
}

function oidc(name: string, settings: NonNullable<ResolvedBroker['oidc']>): { readonly [key: string]: string } {
  const { issuer, authorizationUrl, tokenUrl, jwksUrl, logoutUrl, clientId, secret } = settings;
  return {
    issuer,
    authorizationUrl,
    tokenUrl,
    jwksUrl,
    ...(logoutUrl === undefined ? {} : { logoutUrl }),
    clientId,
    // Without a secret Keycloak signs with the realm's own key, which the provider reads at the realm's JWKS.
    ...(secret === undefined
      ? { clientAuthMethod: 'private_key_jwt' }
      : { clientAuthMethod: 'client_secret_post', clientSecret: `\${vault.${name}}` }),
    useJwksUrl: 'true',
    validateSignature: 'true',
    pkceEnabled: 'true',
    pkceMethod: 'S256',
    defaultScope: 'openid profile email',
  };
}

function saml(settings: NonNullable<ResolvedBroker['saml']>): { readonly [key: string]: string } {
  const { entityId, ssoUrl, logoutUrl, certificate } = settings;
  return {
    idpEntityId: entityId,
    singleSignOnServiceUrl: ssoUrl,
    ...(logoutUrl === undefined ? {} : { singleLogoutServiceUrl: logoutUrl }),
    signingCertificate: certificate.replace(/-----[^-]+-----|\s/g, ''),
    validateSignature: 'true',
    wantAssertionsSigned: 'true',
    wantAuthnRequestsSigned: 'true',
    signatureAlgorithm: 'RSA_SHA256',
    postBindingAuthnRequest: 'true',
    postBindingResponse: 'true',
    nameIDPolicyFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    principalType: 'SUBJECT',
  };
}

function groupMapper({ oidc: isOidc, claim }: ResolvedBroker, value: string, group: string): RealmMapper {
  const fits: JsonObject[] = [{ key: claim, value }];
  const config = { syncMode: 'FORCE', group: `/${group.replaceAll('/', '~/')}` };
  return isOidc
    ? { type: 'oidc-advanced-group-idp-mapper', config: { ...config, claims: JSON.stringify(fits), 'are.claim.values.regex': 'false' } }
    : {
        type: 'saml-advanced-group-idp-mapper',
        config: { ...config, attributes: JSON.stringify(fits), 'are.attribute.values.regex': 'false' },
      };
}

function roleMapper({ oidc: isOidc, claim }: ResolvedBroker, value: string, role: string): RealmMapper {
  return isOidc
    ? { type: 'oidc-role-idp-mapper', config: { syncMode: 'FORCE', claim, 'claim.value': value, role } }
    : { type: 'saml-role-idp-mapper', config: { syncMode: 'FORCE', 'attribute.name': claim, 'attribute.value': value, role } };
}

/** Mappers name a client's role `<client>.<role>`. */
function dotted(role: string): string {
  return role.replace(' ', '.');
}
