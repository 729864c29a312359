import { buildRealm } from '../../../constructs/identity/render/realm';
import { samplePlatform } from '../../support/platforms';

interface Client {
  readonly clientId: string;
  readonly fullScopeAllowed: boolean;
  readonly standardFlowEnabled: boolean;
  readonly directAccessGrantsEnabled: boolean;
  readonly redirectUris?: readonly string[];
}

const realm = buildRealm(samplePlatform(), 'company') as unknown as {
  readonly realm: string;
  readonly clients: readonly Client[];
  readonly roles: {
    readonly realm: readonly { readonly name: string }[];
    readonly client: { readonly [client: string]: readonly { readonly name: string }[] };
  };
  readonly clientScopes: readonly {
    readonly protocolMappers: readonly { readonly name: string; readonly config: { readonly [key: string]: string } }[];
  }[];
} & { readonly [key: string]: unknown };

test('each method is a role of its model’s client, beside the role that pins versions', () => {
  expect(realm.roles.client['credit-score']?.map((role) => role.name)).toEqual(['pin', 'score']);
});

test('roles that methods name besides their own are realm roles, each once', () => {
  const names = realm.roles.realm.map((role) => role.name);
  expect(names).toContain('credit-analyst');
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.includes(':'))).toEqual([]);
});

test('a model’s client can log nobody in, and no client takes passwords', () => {
  const model = realm.clients.find((client) => client.clientId === 'credit-score');
  expect(model).toMatchObject({ standardFlowEnabled: false, fullScopeAllowed: false, serviceAccountsEnabled: false });
  expect(realm.clients.filter((client) => client.directAccessGrantsEnabled)).toEqual([]);
});

test('the portal redirects to one exact address', () => {
  expect(realm.clients.find((client) => client.clientId === 'kea-portal')?.redirectUris).toEqual([
    'https://models.example.com/docs/callback',
  ]);
});

test('the roles claim holds client roles as <model>:<method>', () => {
  const mapper = realm.clientScopes[0]?.protocolMappers.find((each) => each.name === 'roles-credit-score');
  expect(mapper?.config).toMatchObject({ 'claim.name': 'roles', 'usermodel.clientRoleMapping.rolePrefix': 'credit-score:' });
});

test('what Keycloak leaves open by default is closed', () => {
  expect(realm).toMatchObject({
    realm: 'company',
    bruteForceProtected: true,
    registrationAllowed: false,
    sslRequired: 'external',
    eventsEnabled: true,
    adminEventsEnabled: true,
  });
  expect(realm['passwordPolicy']).toContain('length(12)');
});
