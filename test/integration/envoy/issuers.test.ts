import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { keysOf } from '../../../cli/access/signature';
import { method, model, version } from '../../constructs/gateway/platform';
import { until } from '../../support/envoy';
import { LiveGateway } from './gateway';
import { tokenMaker } from './tokens';

// Two providers at once on the real Envoy and real workers: the second one behind a company's own authority and a CONNECT proxy, with other claims.

const PARTNER = 'https://login.partner.example.com/';
const partner = tokenMaker(PARTNER, 'partner-kea');
const certificates = mkdtempSync(join(tmpdir(), 'kea-ca-'));
const asked: string[] = [];
const sockets = new Set<Duplex>();
let keys: Server;
let proxy: Server;
let ports: { readonly keys: number; readonly proxy: number };

class Two extends LiveGateway {
  override platformOf(models: Parameters<LiveGateway['platformOf']>[0]): ReturnType<LiveGateway['platformOf']> {
    const whole = super.platformOf(models);
    const identity: ResolvedIdentity = {
      ...whole.stack.identity,
      audiences: ['api://kea'],
      roleOf: { 'b1d2-group': ['credit:score'] },
      also: [
        {
          issuer: PARTNER,
          audience: 'partner-kea',
          jwksUri: `https://localhost:${ports.keys}/keys`,
          proxy: `127.0.0.1:${ports.proxy}`,
          claims: { roles: 'realm.groups', subject: 'oid', client: 'appid', tenant: 'tid' },
          roleOf: { scorers: ['credit:score', 'credit:pin'] },
        },
        {
          issuer: 'https://login.near.example.com/',
          audience: 'near-kea',
          jwksUri: `https://localhost:${ports.keys}/near`,
          claims: NEAR_CLAIMS,
          roleOf: {},
        },
      ],
    };
    return { ...whole, stack: { ...whole.stack, identity } };
  }
}
const gateway = new Two('real');
const NEAR_CLAIMS = { roles: 'roles', subject: 'sub', client: 'azp' };
/** So long the first keys are held back. */
const WATCH_MS = 2000;
/** Whether the door stood open while the first keys were on their way. */
let openEarly: boolean | undefined;

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function end(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  for (const server of [keys, proxy]) server.closeAllConnections();
  await Promise.all([keys, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
}

/** Looks, the first time, whether the gateway takes connections while it waits for keys, which it does for five seconds at most. */
async function watchDoor(): Promise<void> {
  if (openEarly !== undefined) return;
  openEarly = false;
  const end = Date.now() + WATCH_MS;
  while (!openEarly && Date.now() < end) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(gateway.edgePort, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.on('error', () => resolve(false));
    });
    openEarly = open && Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An authority that nobody knows, and a certificate of it for localhost. */
function certify(): { readonly key: Buffer; readonly cert: Buffer } {
  const run = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: certificates, stdio: 'pipe' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  run('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=company');
  const ofCompany = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-addext',
    'basicConstraints=CA:FALSE',
  ];
  run('req', '-x509', ...fresh, ...ofCompany, '-keyout', 'tls.key', '-out', 'tls.crt', '-subj', '/CN=localhost');
  return { key: readFileSync(join(certificates, 'tls.key')), cert: readFileSync(join(certificates, 'tls.crt')) };
}

beforeAll(async () => {
  keys = createTlsServer(certify(), (request, response) => {
    const watched = request.url === '/near' ? watchDoor() : Promise.resolve();
    void watched.then(() => response.setHeader('content-type', 'application/json').end(partner.jwks));
  });
  proxy = createHttpServer().on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    sockets.add(socket);
    const [, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  ports = { keys: await listen(keys), proxy: await listen(proxy) };
  await gateway.start(
    [model('credit', { methods: [method('credit', 'score')], versions: [version('1.0.0', { framework: 'container' })] })],
    {
      caFile: join(certificates, 'ca.crt'),
    },
  );
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await end();
  rmSync(certificates, { recursive: true, force: true });
});

function partnerToken(claims: { readonly [name: string]: unknown } = {}): string {
  return partner.token({
    sub: undefined,
    roles: undefined,
    oid: 'pat',
    appid: 'app',
    tid: 'acme',
    realm: { groups: ['scorers'] },
    ...claims,
  });
}

async function status(token: string, headers: { readonly [name: string]: string } = {}): Promise<number> {
  return (await gateway.call('POST', '/models/credit/v1/score', { token, headers, body: '{"x":1}' })).status;
}

test('the door opens once keys of a provider without a proxy are there: no valid token of it is refused by a new gateway', () => {
  expect(openEarly).toBe(false);
});

test('keys behind a proxy come a moment later: the way to it is open only once the listeners are', async () => {
  await until(async () => (await status(partnerToken())) === 200, 'the keys of the partner are fetched');
});

test('keys came through the proxy, which was told where to, and no more', () => {
  // By the provider's name: a proxy may judge it, and the gateway need not resolve it.
  expect(new Set(asked)).toEqual(new Set([`localhost:${ports.keys}`]));
});

test('the doctor fetches keys by the same proxy, and trusts the same authority', async () => {
  const place = { jwksUri: `https://localhost:${ports.keys}/keys`, proxy: `127.0.0.1:${ports.proxy}` };
  const before = asked.length;
  const ca = readFileSync(join(certificates, 'ca.crt'), 'utf8');
  expect(await keysOf(place, ca)).toEqual((JSON.parse(partner.jwks) as { keys: unknown }).keys);
  expect(asked.length).toBe(before + 1);
  expect(await keysOf(place)).toMatch(/does not answer from here: .*(CERT|VERIFY)/);
});

test('each provider is read in its own words', async () => {
  const own = (claims: { readonly [name: string]: unknown }): string => gateway.tokens.token(claims);
  const expected: readonly [string, string, number][] = [
    ['own, by the name of the role', own({ roles: ['credit:score'] }), 200],
    ['own, by the id of a group', own({ roles: ['b1d2-group'] }), 200],
    ['own, for the second audience', own({ roles: ['b1d2-group'], aud: ['x', 'api://kea'] }), 200],
    ['own, by a group of the partner', own({ roles: ['scorers'] }), 403],
    ['own, in the place of the partner', own({ roles: [], realm: { groups: ['credit:score'] } }), 403],
    ['own, for the audience of the partner', own({ roles: ['credit:score'], aud: 'partner-kea' }), 401],
    ['own, in the name of the partner', own({ iss: PARTNER, aud: 'partner-kea', oid: 'pat', realm: { groups: ['scorers'] } }), 401],
    ['of the partner', partnerToken(), 200],
    ['of the partner, by the name of the role', partnerToken({ realm: { groups: ['credit:score'] } }), 200],
    ['of the partner, by a group of ours', partnerToken({ realm: { groups: ['b1d2-group'] } }), 403],
    ['of the partner, in our place', partnerToken({ realm: {}, roles: ['credit:score'] }), 403],
    ['of the partner, for our audience', partnerToken({ aud: 'kea' }), 401],
    ['of the partner, in our name', partner.token({ iss: 'https://login.example.com/x', aud: 'kea', roles: ['credit:score'] }), 401],
    ['of the partner, without the slash at the end', partnerToken({ iss: PARTNER.slice(0, -1) }), 401],
    ['of the partner, whose subject stands elsewhere', partnerToken({ oid: undefined, sub: 'pat' }), 403],
    // A header would drop the blank, and `pat ` would be `pat`.
    ['of the partner, with a blank behind the name', partnerToken({ oid: 'pat ' }), 403],
    ['of the partner, with a tab before the name', partnerToken({ oid: '\tpat' }), 403],
    ['of the partner, with a line end in the name', partnerToken({ oid: 'p\r\nx-kea-roles: x' }), 403],
    ['own, with a blank behind the name', own({ roles: ['credit:score'], sub: 'ada ' }), 401],
    ['own, with a line end in the name', own({ roles: ['credit:score'], sub: 'a\rda' }), 401],
  ];
  const got = await Promise.all(expected.map(async ([what, token]) => [what, await status(token)]));
  expect(got).toEqual(expected.map(([what, , code]) => [what, code]));
});

test('a mapped group may pin, at the edge and behind it', async () => {
  expect(await status(partnerToken(), { 'kea-version': '1.0.0' })).toBe(200);
  expect(await status(gateway.tokens.token({ roles: ['b1d2-group'] }), { 'kea-version': '1.0.0' })).toBe(403);
});

test('the record names provider, person, client and tenant', async () => {
  const records = (): string =>
    readdirSync(join(gateway.folder, 'audit'), { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
      .join('');
  await until(() => Promise.resolve(records().includes('"tenant":"acme"')), 'the tenant is recorded');
  const line =
    records()
      .split('\n')
      .find((each) => each.includes('"tenant":"acme"')) ?? '{}';
  expect((JSON.parse(line) as { actor: unknown }).actor).toEqual({ subject: 'pat', client: 'app', issuer: PARTNER, tenant: 'acme' });
});

test('keys outlive the provider and its proxy', async () => {
  await end();
  expect(await status(partnerToken())).toBe(200);
});
