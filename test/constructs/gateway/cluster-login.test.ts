import { synthesize } from '../../../constructs';
import { clusterLogin, loginFiles } from '../../../constructs/gateway/cluster-login';
import type { ResolvedStack } from '../../../schema/resolved';
import { samplePlatform, sampleStack } from '../../support/platforms';

const identity: ResolvedStack['identity'] = {
  kind: 'keycloak',
  issuer: 'https://login.example.com/realms/company',
  audience: 'kea',
  jwksUri: 'http://kea-keycloak.kea-system.svc.cluster.local:8080/realms/company/protocol/openid-connect/certs',
  claims: { roles: 'roles', subject: 'sub', client: 'azp' },
  keycloak: {
    hostname: 'login.example.com',
    adminHostname: 'admin.login.example.com',
    realm: 'company',
    database: { address: 'postgres:5432', name: 'keycloak', secret: 'keycloak-db', inPlan: false },
    machines: [],
    brokers: [],
  },
};
const behindTls = { kind: 'httpRoute', gateway: 'infra/public' } as unknown as ResolvedStack['exposure'];
const folders = { files: '/files', secret: '/secret' };

test('browsers go to the public name, codes are exchanged inside the cluster', () => {
  expect(clusterLogin(sampleStack({ identity, exposure: behindTls }), folders)).toEqual({
    clientId: 'kea-login',
    origin: 'https://models.example.com',
    authorizationEndpoint: 'https://login.example.com/realms/company/protocol/openid-connect/auth',
    endSessionEndpoint: 'https://login.example.com/realms/company/protocol/openid-connect/logout',
    tokenEndpoint: 'http://kea-keycloak.kea-system.svc.cluster.local:8080/realms/company/protocol/openid-connect/token',
    secrets: { tokenFile: '/files/login-token.json', hmacFile: '/files/login-hmac.json', watched: '/secret' },
  });
});

test('there is none where nothing speaks TLS, and none with a provider of somebody else', () => {
  expect(clusterLogin(sampleStack({ identity }), folders)).toBeUndefined();
  expect(clusterLogin(sampleStack({ exposure: behindTls }), folders)).toBeUndefined();
});

test('the files name the mount and hold no secret', () => {
  expect(JSON.stringify(loginFiles('/etc/kea/login'))).toContain('"generic_secret":{"secret":{"filename":"/etc/kea/login/client-secret"}}');
});

test('the gateway mounts the Secret, sso-sync its one key, and the plan says that it must exist', () => {
  const { models } = samplePlatform();
  const plan = synthesize({ stack: sampleStack({ identity, exposure: behindTls, hostname: 'models.example.com' }), models });
  const text = (kind: string, name: string): string =>
    JSON.stringify(plan.objects.find((object) => object.kind === kind && object.name.startsWith(name))?.value);
  expect(text('Deployment', 'kea-gateway')).toContain('{"name":"login","secret":{"defaultMode":288,"secretName":"kea-login"}}');
  expect(text('ConfigMap', 'kea-gateway-envoy')).toContain('login-hmac.json');
  expect(text('Job', 'kea-sso-sync-add')).toContain('{"key":"client-secret","path":"login-secret"}');
  expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
