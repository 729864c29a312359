import { choice, dnsLabel, fieldName, formed, list, map, object, part, roleName, text, type Defs, type Schema } from '../build';
import { stackDefaults as is } from '../defaults';
import { address, empty, secret, url } from './texts';

const claims: Schema = object('Claims', 'Which claims of a token say what. A dot steps into an object.', {
  roles: text('Claim that holds the roles.', { most: 200, default: is.rolesClaim, example: 'groups' }),
  subject: text('Claim that names the caller.', { most: 200, default: is.subjectClaim, example: 'oid' }),
  client: text('Claim that names the application.', { most: 200, default: is.clientClaim, example: 'appid' }),
  tenant: text("Claim that names the caller's organisation; audit records keep it.", { most: 200, otherwise: 'none', example: 'tid' }),
});

const audience = text('Audience that a token must be made out to.', { most: 200, default: is.audience, example: 'kea' });

/** Who vouches for callers: a provider brought along, or a Keycloak that the plan holds. */
export const identityDefs: Defs = {
  Claims: claims,
  Identity: object('Identity', 'Who vouches for callers; exactly one of `oidc`, `keycloak` and `embedded`.', {
    oidc: part('Oidc', 'An OpenID provider that exists.', {
      example: { issuer: 'https://login.example.com/x', audience: 'kea', claims: { roles: 'groups' } },
    }),
    keycloak: part('Keycloak', 'A Keycloak that the platform runs.', {
      example: { database: { address: 'postgres.infra:5432', secret: 'keycloak-db' } },
    }),
    embedded: part('Embedded', "KEA's own issuer with sample people; local runs only, `kea synth` refuses it.", { example: {} }),
    also: list('Providers whose tokens are taken besides.', part('Oidc', 'An OpenID provider that exists.'), {
      least: 1,
      most: 5,
      otherwise: 'none',
      example: [{ issuer: 'https://login.partner.example.com' }],
    }),
  }),
  Oidc: object(
    'Oidc',
    'An OpenID provider that exists.',
    {
      issuer: url('Issuer, exactly as tokens name it.', { late: true, example: 'https://login.example.com/x' }),
      audience,
      jwksUri: url('Where its keys are.', {
        late: true,
        otherwise: '`<issuer>/.well-known/jwks.json`',
        example: 'https://login.example.com/x/keys',
      }),
      jwks: text('Its keys as JSON text, for providers that the gateway cannot reach.', {
        most: 65_536,
        late: true,
        otherwise: 'fetched from `jwksUri`',
        example: '{"keys":[]}',
      }),
      claims: part('Claims', 'Which claims say what.', { example: { roles: 'groups' } }),
      audiences: list('Further audiences that are taken.', text('An audience.', { most: 200, example: 'api://kea' }), {
        least: 1,
        most: 10,
        unique: true,
        otherwise: 'none',
        example: ['api://kea'],
      }),
      roles: map(
        'RolesOfValues',
        'Value of the roles claim → roles that it stands for, for providers that give ids of groups. A value that is the name of a role counts as that role too.',
        { pattern: '^.+$', form: 'a value of the claim' },
        list('Roles.', formed('A role.', roleName.form, roleName.pattern, { most: 200, example: 'credit-analyst' }), {
          least: 1,
          most: 100,
          unique: true,
        }),
        2000,
      ),
      ca: secret("Secret whose `ca.crt` signed the provider's certificate.", {
        otherwise: "the image's own authorities",
        example: 'company-ca',
      }),
      proxy: address('Proxy through which the keys are fetched, by HTTP CONNECT.', { otherwise: 'none', example: 'proxy.infra:3128' }),
    },
    ['issuer'],
  ),
  Keycloak: object('Keycloak', 'A Keycloak that the platform runs, with PostgreSQL from outside.', {
    hostname: formed('Host name at which people log in.', 'a host name', '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', {
      most: 253,
      late: true,
      otherwise: '`login.<hostname>`',
      example: 'login.example.com',
    }),
    adminHostname: formed(
      'Host name at which people administer it; nothing of the plan leads there from outside of the cluster.',
      'a host name',
      '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      { most: 253, late: true, otherwise: '`admin.<hostname of the login>`', example: 'admin.login.example.com' },
    ),
    realm: formed('Name of the realm.', dnsLabel.form, dnsLabel.pattern, { most: 63, default: is.realm, example: 'kea' }),
    audience,
    database: part('Database', 'The PostgreSQL behind it.', {
      otherwise: '`devDatabase` is there',
      example: { address: 'postgres.infra:5432', secret: 'keycloak-db' },
    }),
    devDatabase: part('DevDatabase', 'A PostgreSQL of one pod that the plan brings along, for development.', {
      otherwise: '`database` is there',
      example: {},
    }),
    machines: map('Machines', 'Applications that call models as themselves, by client id.', dnsLabel, part('Machine', 'One application.')),
    brokers: map(
      'Brokers',
      'Providers of a company with which its people log in here, by name.',
      dnsLabel,
      part('Broker', 'One provider.'),
      20,
    ),
  }),
  DevDatabase: empty('DevDatabase', 'A PostgreSQL of one pod that the plan brings along, for development.'),
  Machine: object(
    'Machine',
    'An application that calls models as itself (client credentials). Without keys it proves itself with a secret, which Keycloak makes and an administrator reads there.',
    {
      roles: list('Roles that it has, and that its tokens hold.', formed('One role.', roleName.form, roleName.pattern, { most: 200 }), {
        least: 1,
        most: 200,
        unique: true,
        example: ['credit-score:score'],
      }),
      jwksUri: url('Where its public keys are; it proves itself with assertions signed by them.', {
        otherwise: '`jwks`, or a secret',
        example: 'https://batch.example.com/jwks',
      }),
      jwks: text('Its public keys as JSON text.', { most: 16_384, otherwise: '`jwksUri`, or a secret', example: '{"keys":[]}' }),
      algorithm: choice('How it signs its assertions.', ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'], {
        default: is.machineAlgorithm,
        example: 'PS256',
      }),
    },
    ['roles'],
  ),
  Broker: object('Broker', 'A provider of a company with which its people log in here. Exactly one of `oidc` and `saml`.', {
    title: text('What the button says.', { most: 100, otherwise: 'its name', example: 'Company' }),
    oidc: part('BrokerOidc', 'It speaks OpenID Connect.', {
      otherwise: '`saml` is there',
      example: {
        issuer: 'https://login.example.com/x',
        authorizationUrl: 'https://login.example.com/x/authorize',
        tokenUrl: 'https://login.example.com/x/token',
        jwksUrl: 'https://login.example.com/x/keys',
        clientId: 'kea',
      },
    }),
    saml: part('BrokerSaml', 'It speaks SAML 2.0.', {
      otherwise: '`oidc` is there',
      example: { entityId: 'https://saml.example.com', ssoUrl: 'https://saml.example.com/sso', certificate: 'MIICabc' },
    }),
    claim: text('Claim, or SAML attribute, that says what groups somebody is in.', {
      most: 200,
      default: is.brokerClaim,
      example: 'memberOf',
    }),
    groups: map(
      'BrokerGroups',
      'Value of the claim → group of the realm.',
      fieldName,
      formed('A group.', roleName.form, roleName.pattern, { most: 200, example: 'risk-team' }),
    ),
    roles: map(
      'BrokerRoles',
      'Value of the claim → role.',
      fieldName,
      formed('A role.', roleName.form, roleName.pattern, { most: 200, example: 'credit-analyst' }),
    ),
  }),
  BrokerOidc: object(
    'BrokerOidc',
    'A provider that speaks OpenID Connect.',
    {
      issuer: url('Issuer, exactly as its tokens name it.', { example: 'https://login.example.com/x' }),
      authorizationUrl: url('Where people log in.', { example: 'https://login.example.com/x/authorize' }),
      tokenUrl: url('Where codes are exchanged.', { example: 'https://login.example.com/x/token' }),
      jwksUrl: url('Where its keys are.', { example: 'https://login.example.com/x/keys' }),
      logoutUrl: url('Where people log out.', { otherwise: 'people stay logged in there', example: 'https://login.example.com/x/logout' }),
      clientId: text('Client that it knows us by.', { most: 200, example: 'kea' }),
      secret: secret('Secret with the key `client-secret`.', {
        otherwise: "Keycloak signs with the realm's own key (`private_key_jwt`)",
        example: 'kea-company-login',
      }),
    },
    ['issuer', 'authorizationUrl', 'tokenUrl', 'jwksUrl', 'clientId'],
  ),
  BrokerSaml: object(
    'BrokerSaml',
    'A provider that speaks SAML 2.0.',
    {
      entityId: text('Its entity id.', { most: 500, example: 'https://login.example.com/saml' }),
      ssoUrl: url('Where people log in.', { example: 'https://login.example.com/saml/sso' }),
      logoutUrl: url('Where people log out.', { otherwise: 'people stay logged in there', example: 'https://login.example.com/saml/slo' }),
      certificate: text('Certificate with which it signs, PEM or base64.', { most: 16_384, example: 'MIIC…' }),
    },
    ['entityId', 'ssoUrl', 'certificate'],
  ),
  Database: object(
    'Database',
    'A PostgreSQL that exists.',
    {
      address: address('Host and port.', { late: true, example: 'postgres.infra:5432' }),
      name: formed('Name of the database.', 'a name of a database', '^[a-z_][a-z0-9_]*$', {
        most: 63,
        default: 'keycloak',
        example: 'keycloak',
      }),
      secret: secret('Secret with keys `username` and `password`.', { example: 'keycloak-db' }),
    },
    ['address', 'secret'],
  ),
  Embedded: empty('Embedded', "KEA's own issuer with sample people; local runs only."),
};
