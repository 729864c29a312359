import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { chromium, type Browser } from 'playwright-core';
import { allRoles, type Role } from '../../../cli/access/list';
import { approverOf, approves, changeRole, logInByBrowser, personNamed } from '../../../cli/run/access';
import { ensure } from '../../../scripts/parts/index.mjs';
import { connect } from '../../../services/sso-sync/connect';
import { startTestPlatform, type TestPlatform } from '../../support/local';
import { until } from '../../support/until';
import { kea } from '../../cli/call';

/** `npm start -- --keycloak`, over a copy of the samples. */
let platform: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  const executablePath = await ensure('chromium');
  platform = await startTestPlatform({ keycloak: true, startMs: 240_000 });
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}, 480_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
}, 60_000);

const APPLICATION = { income: 52_000, age: 41, amount: 9000 };

test('Keycloak’s tokens admit by their roles', async () => {
  expect(platform.issuer).toMatch(/\/realms\/kea$/);
  expect((await platform.call('credit-score/v1/score', APPLICATION)).status).toBe(200);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: 'batch' })).status).toBe(200);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: 'sam' })).status).toBe(403);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: null })).status).toBe(401);
});

test('a role that a model file names is a role of the realm at once', async () => {
  const file = join(platform.root, 'models/iris/model.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n`);
  const grades = join(platform.root, 'models/education/student-grades/model.yaml');
  writeFileSync(grades, readFileSync(grades, 'utf8').replace(/roles: \[([^\]]*)\]/, 'roles: [$1, headmaster]'));
  await platform.reload();
  const roles = async (): Promise<readonly string[]> => {
    const [, payload = ''] = (await platform.token('ada')).split('.');
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { roles: readonly string[] }).roles;
  };
  await until(async () => (await roles()).includes('headmaster'), 30_000);
}, 60_000);

/** `kea access …` over the project of the platform, in which it runs. */
const access = (...words: readonly string[]) => kea(['access', ...words, '--project', platform.root]);
const freshCall = async (as: string) => {
  const answer = await fetch(`${platform.url}/models/credit-score/v1/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await platform.token(as)}` },
    body: JSON.stringify(APPLICATION),
  });
  return answer.status;
};
const records = (): readonly { class_uid: number; activity_id?: number; previous: string; actor: { name?: string } }[] =>
  readdirSync(join(platform.root, '.kea/audit'))
    .filter((name) => name.startsWith('access.'))
    .flatMap((name) =>
      readFileSync(join(platform.root, '.kea/audit', name), 'utf8')
        .trim()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as ReturnType<typeof records>[number]);

test('a person asks for a role, an approver gives it, a call works, and once it is taken away a new token has it no longer', async () => {
  expect(await freshCall('sam')).toBe(403);
  const asked = await access('request', 'credit-score:score', 'sam', '--reason', 'quarterly review', '--until', '2099-12-31');
  expect([asked.code, asked.stderr]).toEqual([0, expect.stringContaining('approved by risk-leads')]);
  expect(readFileSync(join(platform.root, 'access/credit-score.score/sam.yaml'), 'utf8')).toContain('reason: quarterly review');
  expect(await freshCall('sam')).toBe(403);

  const granted = await access('grant', 'credit-score:score', 'sam', '--as', 'ada');
  expect([granted.code, granted.stderr]).toEqual([0, expect.stringContaining('until 2099-12-31')]);
  const old = await platform.token('sam');
  expect(await freshCall('sam')).toBe(200);
  await until(async () => (await access('review', 'credit-score')).stdout.includes(new Date().toISOString().slice(0, 10)), 20_000);
  const review = await access('review', 'credit-score');
  const line = review.stdout.split('\n').find((each) => each.includes('sam'));
  expect(line).toMatch(/^ {3}credit-score:score +sam +\d{4}-\d\d-\d\d +ada +2099-12-31 +\d{4}-\d\d-\d\d +quarterly review$/);
  expect(review.stderr).toMatch(/KEA6033.*"ada" and credit-score:score: no grant/s);

  const revoked = await access('revoke', 'credit-score:score', 'sam', '--as', 'ada', '--reason', 'changed teams');
  expect(revoked.code).toBe(0);
  expect(await freshCall('sam')).toBe(403);
  // What is out works until it ends: five minutes, and the clocks' difference.
  const headers = { authorization: `Bearer ${old}`, 'content-type': 'application/json' };
  const late = await fetch(`${platform.url}/models/credit-score/v1/score`, { method: 'POST', headers, body: JSON.stringify(APPLICATION) });
  expect(late.status).toBe(200);
  const made = records();
  expect(made.map(({ class_uid, activity_id, actor }) => [class_uid, activity_id, actor.name])).toEqual([
    [3005, 1, 'ada'],
    [3005, 2, 'ada'],
  ]);
}, 120_000);

test('who does not approve gives nothing, neither by the command nor past it', async () => {
  await access('request', 'credit-score:score', 'sam', '--reason', 'again');
  const refused = await access('grant', 'credit-score:score', 'sam', '--as', 'tina');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/KEA6031.*"tina" may not decide.*risk-leads/s)]);
  const himself = await access('grant', 'credit-score:score', 'ada', '--as', 'ada', '--reason', 'mine');
  expect([himself.code, himself.stderr]).toEqual([2, expect.stringContaining('KEA6031')]);
  // An approver of one model, asking Keycloak for another's: what the command does not look at, Keycloak does.
  const place = { server: new URL(platform.issuer).origin, realm: 'kea' };
  const ada = approverOf(await platform.token('ada'));
  const sam = await personNamed(place, ada, 'sam');
  const tina = approverOf(await platform.token('tina'));
  const roles = allRoles(platform.platform().models);
  const role = roles.find((each) => each.role === 'credit-score:score') as Role;
  await expect(changeRole(place, tina, role, sam, 'grant')).rejects.toMatchObject({
    findings: [{ code: expect.stringMatching(/KEA60(31|11|30)/) }],
  });
  const admin: Role = { role: 'realm-admin', model: 'realm-management', opens: [], approvers: [] };
  await expect(changeRole(place, ada, admin, sam, 'grant')).rejects.toMatchObject({ findings: [{ code: expect.stringMatching(/KEA60/) }] });
  expect(await freshCall('sam')).toBe(403);
  expect((await access('grant', 'credit-score:scor', 'sam', '--as', 'ada')).stderr).toContain('did you mean "credit-score:score"?');
  expect((await access('grant', 'credit-score:score', 'nobody', '--as', 'ada', '--reason', 'x')).stderr).toContain('KEA6030');
  expect((await access('request', 'credit-score:score', 'sam', '--reason', 'x', '--until', '2020-01-01')).stderr).toContain('KEA6032');
}, 120_000);

test('a grant whose day has come is named by the review and taken away by one command', async () => {
  await access('grant', 'credit-score:score', 'sam', '--as', 'ada');
  const file = join(platform.root, 'access/credit-score.score/sam.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}until: 2026-01-31\n`);
  expect((await access('review', 'credit-score', '--strict')).stderr).toContain('"sam" and credit-score:score: ended on 2026-01-31');
  const secrets = JSON.parse(readFileSync(join(platform.root, '.kea/keycloak.json'), 'utf8')) as { sync: string };
  const env = { KEA_SSO_SECRET: secrets.sync };
  const ended = await kea(['access', 'revoke', '--expired', '--project', platform.root], { env });
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('credit-score:score  sam: the grant ended on 2026-01-31')]);
  expect(await freshCall('sam')).toBe(403);
  expect((await access('review', 'credit-score')).stderr).not.toContain('"sam"');
}, 60_000);

test('an approver logs in by the browser, and a model that comes is his to give out', async () => {
  const page = await (await browser.newContext()).newPage();
  const place = { server: new URL(platform.issuer).origin, realm: 'kea' };
  let confirmed: Promise<void> | undefined;
  const login = logInByBrowser(place, ({ address }) => {
    confirmed = (async () => {
      await page.goto(address);
      await page.fill('#username', 'ada');
      await page.fill('#password', 'kea-local-run');
      await page.click('#kc-login');
      await page.click('[name=accept]');
    })();
  });
  await until(() => Promise.resolve(confirmed !== undefined), 10_000);
  await confirmed;
  const ada = await login;
  expect([ada.name, approves(ada, ['risk-leads']), approves(ada, ['nobody'])]).toEqual(['ada', true, false]);
  const sam = await personNamed(place, ada, 'sam');
  const role = allRoles(platform.platform().models).find((each) => each.role === 'credit-analyst') as Role;
  expect(role.model).toBeUndefined();
  await changeRole(place, ada, role, sam, 'grant');
  expect(await freshCall('sam')).toBe(200);
  await changeRole(place, ada, role, sam, 'revoke');
  expect(await freshCall('sam')).toBe(403);
  // Its tokens open no model.
  const answer = await fetch(`${platform.url}/models`, { headers: { authorization: `Bearer ${ada.token}` } });
  expect(answer.status).toBe(401);
  await page.close();
}, 120_000);

test('somebody logs in to the pages with a password, and out of Keycloak as well', async () => {
  const page = await browser.newPage();
  await page.goto(`${platform.url}/docs`);
  expect(page.url()).toContain('/realms/kea/');
  await page.fill('#username', 'ada');
  await page.fill('#password', 'kea-local-run');
  await page.click('#kc-login');
  await page.waitForURL(`${platform.url}/docs`);
  expect(await page.textContent('body')).toContain('credit-score');
  await page.goto(`${platform.url}/docs/logout`);
  await page.goto(`${platform.url}/docs`);
  // Not back in without a word: the session at the provider has ended too.
  expect(await page.isVisible('#password')).toBe(true);
  await page.close();
}, 90_000);

/** As sso-sync: the administrator of the local realm. */
const admin = () => {
  const secrets = JSON.parse(readFileSync(join(platform.root, '.kea/keycloak.json'), 'utf8')) as { sync: string };
  return connect({ server: new URL(platform.issuer).origin, credentials: { client: 'kea-sso-sync', secret: secrets.sync } }, 'kea');
};

async function scoreWith(token: string): Promise<{ readonly status: number; readonly type?: string }> {
  const answer = await fetch(`${platform.url}/models/credit-score/v1/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(APPLICATION),
  });
  const { type } = (await answer.json()) as { type?: string };
  return { status: answer.status, ...(type === undefined ? {} : { type }) };
}

async function ask(form: { readonly [name: string]: string }): Promise<{ readonly [name: string]: string | undefined }> {
  const answer = await fetch(`${platform.issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) });
  return (await answer.json()) as { readonly [name: string]: string | undefined };
}

/** A machine of its own for one row of the matrix, with the role that scores; made past the files, as people do. */
async function machine(clientId: string, over: object = {}): Promise<{ readonly id: string; readonly token: () => Promise<string> }> {
  const client = admin();
  const secret = `secret-of-${clientId}`;
  const { id } = await client.clients.create({
    ...{ clientId, secret, publicClient: false, standardFlowEnabled: false, serviceAccountsEnabled: true, fullScopeAllowed: true },
    ...{ defaultClientScopes: ['basic', 'kea-roles'], optionalClientScopes: [] },
    ...over,
  });
  const user = await client.clients.getServiceAccountUser({ id });
  const [model] = await client.clients.find({ clientId: 'credit-score' });
  const role = await client.clients.findRole({ id: model?.id ?? '', roleName: 'credit-score:score' });
  const roles = [{ id: role?.id ?? '', name: 'credit-score:score' }];
  await client.users.addClientRoleMappings({ id: user.id ?? '', clientUniqueId: model?.id ?? '', roles });
  const token = async () =>
    (await ask({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }))['access_token'] ?? '';
  return { id, token };
}

test('every kind of token that Keycloak gives out, at the real door', async () => {
  const client = admin();
  const short = await machine('short', { attributes: { 'access.token.lifespan': '1' } });
  const expired = await short.token();
  const since = Date.now();
  expect(await scoreWith(expired)).toEqual({ status: 200 });

  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] });
  const attributes = { 'use.jwks.string': 'true', 'jwks.string': jwks, 'token.endpoint.auth.signing.alg': 'ES256' };
  await machine('signed', { clientAuthenticatorType: 'client-jwt', attributes });
  const assertion = new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'one' }).setIssuer('signed').setSubject('signed');
  const signed = await ask({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion.setAudience(platform.issuer).setJti('1').setIssuedAt().setExpirationTime('60s').sign(privateKey),
  });
  expect(await scoreWith(signed['access_token'] ?? '')).toEqual({ status: 200 });

  const elsewhere = await machine('elsewhere', { defaultClientScopes: ['basic', 'roles'] });
  expect(await scoreWith(await elsewhere.token())).toEqual({ status: 401, type: 'https://kea.dev/problems/unauthenticated' });

  const secrets = JSON.parse(readFileSync(join(platform.root, '.kea/keycloak.json'), 'utf8')) as { cli: string };
  const person = {
    grant_type: 'password',
    client_id: 'kea-local-token',
    client_secret: secrets.cli,
    username: 'ada',
    password: 'kea-local-run',
  };
  const both = await ask({ ...person, scope: 'openid' });
  expect(await scoreWith(both['access_token'] ?? '')).toEqual({ status: 200 });
  expect(await scoreWith(both['id_token'] ?? '')).toEqual({ status: 401, type: 'https://kea.dev/problems/unauthenticated' });
  expect(await scoreWith(both['refresh_token'] ?? '')).toEqual({ status: 401, type: 'https://kea.dev/problems/unauthenticated' });

  const off = await machine('off');
  const before = await off.token();
  await client.clients.update({ id: off.id }, { clientId: 'off', enabled: false });
  expect(await off.token()).toBe('');
  expect(await scoreWith(before)).toEqual({ status: 200 });
  // What is out is turned away by the deny list only.
  await access('deny', '--client', 'off', '--reason', 'disabled');
  await until(async () => (await scoreWith(before)).status === 403, 10_000);

  const claim = {
    'access.token.claim': 'true',
    'claim.name': '_claim_names',
    'claim.value': '{"groups":"src1"}',
    'jsonType.label': 'JSON',
  };
  const mapper = { name: 'overage', protocol: 'openid-connect', protocolMapper: 'oidc-hardcoded-claim-mapper', config: claim };
  const audience = { 'access.token.claim': 'true', 'included.custom.audience': 'kea' };
  const forKea = { name: 'audience', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', config: audience };
  const many = await machine('many', { defaultClientScopes: ['basic'], protocolMappers: [mapper, forKea] });
  expect(await scoreWith(await many.token())).toEqual({ status: 403, type: 'https://kea.dev/problems/roles-overage' });

  // A key of tomorrow signs at once: the gateway knows it once it has asked again, and takes tokens of the old one until then and after.
  const old = both['access_token'] ?? '';
  const realm = (await client.realms.findOne({ realm: 'kea' }))?.id;
  const config = { priority: ['200'], enabled: ['true'], active: ['true'], keySize: ['2048'], algorithm: ['RS256'] };
  await client.components.create({
    name: 'tomorrow',
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    parentId: realm ?? '',
    config,
  });
  const fresh = (await ask(person))['access_token'] ?? '';
  expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
  expect(await scoreWith(old)).toEqual({ status: 200 });
  expect([200, 401]).toContain((await scoreWith(fresh)).status);
  const [added] = (await client.components.find({ name: 'tomorrow' })) as readonly { id?: string }[];
  await client.components.del({ id: added?.id ?? '' });

  // Ended a second after it was made; clocks may differ by thirty.
  await until(async () => (await scoreWith(expired)).status === 401, 60_000);
  expect(Date.now() - since).toBeGreaterThan(30_000);
}, 180_000);

test('a person with five hundred roles calls', async () => {
  const client = admin();
  const names = Array.from({ length: 500 }, (_, index) => `department-role-${index}`);
  for (const name of names) await client.roles.create({ name });
  const [sam] = await client.users.find({ username: 'sam', exact: true });
  const roles = (await client.roles.find({ first: 0, max: 1000 })).filter(
    ({ name }) => name === 'credit-analyst' || names.includes(name ?? ''),
  );
  await client.users.addRealmRoleMappings({ id: sam?.id ?? '', roles: roles.map(({ id, name }) => ({ id: id ?? '', name: name ?? '' })) });
  const token = await platform.token('sam');
  expect(decodeJwt<{ roles: readonly string[] }>(token).roles.length).toBeGreaterThan(500);
  // The edge takes 48 KiB of headers.
  expect(token.length).toBeLessThan(24_000);
  expect(await scoreWith(token)).toEqual({ status: 200 });
  await client.users.delRealmRoleMappings({ id: sam?.id ?? '', roles: roles.map(({ id, name }) => ({ id: id ?? '', name: name ?? '' })) });
}, 120_000);

test('five tabs log in at once, and go on without a word when their token ends', async () => {
  const client = admin();
  const [login] = await client.clients.find({ clientId: 'kea-login' });
  await client.clients.update({ id: login?.id ?? '' }, { clientId: 'kea-login', attributes: { 'access.token.lifespan': '4' } });
  const context = await browser.newContext();
  const tabs = await Promise.all(Array.from({ length: 5 }, () => context.newPage()));
  const [first, ...others] = tabs;
  await first?.goto(`${platform.url}/docs`);
  // Each begins a login of its own, with a state and a verifier of its own.
  await Promise.all(others.map((tab) => tab.goto(`${platform.url}/docs`)));
  await first?.fill('#username', 'ada');
  await first?.fill('#password', 'kea-local-run');
  await first?.click('#kc-login');
  await first?.waitForURL(`${platform.url}/docs`);
  await Promise.all(others.map((tab) => tab.goto(`${platform.url}/docs`)));
  for (const tab of tabs) expect(await tab.textContent('body')).toContain('credit-score');

  // Keycloak keeps no events of refreshing; a new login, also a silent one, it does.
  const session = async (): Promise<string> => (await context.cookies()).find(({ name }) => name === 'BearerToken')?.value ?? '';
  const before = await session();
  const logins = async (): Promise<number> =>
    (await client.realms.findEvents({ realm: 'kea', type: 'LOGIN' as never, client: 'kea-login' })).length;
  const loggedIn = await logins();
  expect([before === '', loggedIn > 0]).toEqual([false, true]);
  // Envoy refreshes by itself once the token's time is over, in all tabs together.
  await until(async () => {
    await Promise.all(tabs.map((tab) => tab.reload()));
    for (const tab of tabs) expect(await tab.textContent('body')).toContain('credit-score');
    return (await session()) !== before;
  }, 30_000);
  await Promise.all(tabs.map((tab) => tab.reload()));
  for (const tab of tabs) expect(await tab.textContent('body')).toContain('credit-score');
  expect(await logins()).toBe(loggedIn);
  await context.close();
}, 180_000);

test('Keycloak slow, dead and back: tokens that are out work on, new logins fail by name, and then work again', async () => {
  const token = await platform.token('ada');
  const pid = platform.processes().find(({ name }) => name === 'keycloak')?.pid ?? 0;
  // Its starter is a script: the server is below it.
  const family = [pid, ...descendants(pid)];
  for (const each of family) process.kill(each, 'SIGSTOP');
  try {
    for (let call = 0; call < 5; call += 1) expect(await scoreWith(token)).toEqual({ status: 200 });
    const none = await kea(['token', 'ada', '--project', platform.root]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('does not answer')]);
    expect(await scoreWith(token)).toEqual({ status: 200 });
  } finally {
    for (const each of family) process.kill(each, 'SIGCONT');
  }
  expect(await scoreWith(await platform.token('ada'))).toEqual({ status: 200 });

  for (const each of family.reverse()) process.kill(each, 'SIGKILL');
  await platform.event(({ type }) => type === 'died');
  expect(await scoreWith(token)).toEqual({ status: 200 });
  const none = await kea(['token', 'ada', '--project', platform.root]);
  if (none.code !== 0) expect(none.stderr).toMatch(/does not answer/);
  expect(await scoreWith(token)).toEqual({ status: 200 });
  await until(
    async () =>
      platform.token('ada').then(
        () => true,
        () => false,
      ),
    120_000,
  );
  expect(await scoreWith(await platform.token('ada'))).toEqual({ status: 200 });
}, 240_000);

/** Numbers of all processes below one. */
function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
