import { providerSteps } from '../../../cli/access/provider-steps';

const claims = { roles: 'roles', subject: 'sub', client: 'azp' };
const steps = (issuer: string, over: object = {}, change: 'grant' | 'revoke' = 'grant') =>
  providerSteps({ issuer, claims, ...over }, { role: 'credit:score', person: 'ada', change }).join('\n');

test.each([
  ['https://login.microsoftonline.com/x/v2.0', 'Entra ID', 'App roles: create the role with the value "credit:score"'],
  ['https://company.okta.com/oauth2/x', 'Okta', 'the group "credit:score"'],
  ['https://company.eu.auth0.com/', 'Auth0', 'Roles: assign "credit:score"'],
  ['https://accounts.google.com', 'Google', 'no groups into tokens'],
  ['https://login.example.com/realms/x', 'Keycloak', 'assign the role "credit:score"'],
  ['https://login.example.com', 'the provider', 'a role of that name'],
])('%s: the steps of %s', (issuer, provider, said) => {
  expect(steps(issuer)).toMatch(new RegExp(`^At ${provider} `));
  expect(steps(issuer)).toContain(said);
  expect(steps(issuer)).toContain('`kea sso doctor` shows "credit:score" at claim "roles"');
  expect(steps(issuer, {}, 'revoke')).toContain('`kea access deny` turns them away at once');
});

test('a value that the stack maps to the role is what somebody gets', () => {
  const roleOf = { '8c1f': ['credit:score'], '9d2e': ['credit:score'] };
  expect(steps('https://login.microsoftonline.com/x/v2.0', { roleOf, claims: { ...claims, roles: 'groups' } })).toContain(
    'the group with the object id "8c1f" (or "9d2e") → Members: add "ada"',
  );
});
