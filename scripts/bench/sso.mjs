// npm run bench -- sso [--models 200,500,2000]: sso-sync against a real Keycloak: first run, nothing to do, nothing to do with Keycloak's caches empty, an edit.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, say } from '../lib/project.mjs';
import { ensure } from '../parts/index.mjs';
import { report } from './report.mjs';
import { writeProject } from './models.mjs';

const fromDist = createRequire(join(root, 'dist/'));
const credentials = { client: 'kea-bootstrap', secret: 'a-secret-of-the-first-start' };
/** Roles of one model: three methods and the one that pins versions. */
const METHODS = ['score', 'explain', 'compare'];

export const flags = { models: { type: 'string', default: '200,500,2000' } };

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Keycloak with its database in memory; resolves with its address and how to end it. */
async function startKeycloak() {
  const home = mkdtempSync(join(tmpdir(), 'kea-keycloak-'));
  const [http, management] = [await freePort(), await freePort()];
  const places = [`--http-host=127.0.0.1`, `--http-port=${http}`, `--http-management-port=${management}`];
  const child = spawn(await ensure('keycloak'), ['start-dev', '--db=dev-mem', '--health-enabled=true', ...places], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      KEA_KEYCLOAK_DATA: home,
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: credentials.client,
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: credentials.secret,
    },
  });
  const ready = () =>
    fetch(`http://127.0.0.1:${management}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`Keycloak ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const stop = () => {
    process.kill(-child.pid, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  };
  return { server: `http://127.0.0.1:${http}`, stop };
}

/** `count` models with four roles each. */
async function platformOf(count) {
  const { loadPlatform } = fromDist('./schema/load/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'kea-bench-'));
  try {
    writeProject(folder, 1);
    const { platform } = await loadPlatform({ root: folder, stack: 'bench' });
    const [first] = platform.models;
    const [contract] = first.contracts;
    const [method] = contract.methods;
    const models = Array.from({ length: count }, (_, number) => {
      const name = `bench-${number}`;
      const methods = METHODS.map((each) => ({ ...method, method: each, roles: [`analyst-${number % 40}`, `${name}:${each}`] }));
      return { ...first, name, owner: `team-${number % 40}`, contracts: [{ ...contract, methods }] };
    });
    return { ...platform, models };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function run({ models }) {
  const { buildRealm } = fromDist('./constructs/identity/render/realm.js');
  const { sync } = fromDist('./services/sso-sync/sync.js');
  const { connect } = fromDist('./services/sso-sync/connect.js');
  const { server, stop } = await startKeycloak();
  const connection = { server, credentials };
  const rows = [];
  try {
    for (const count of models.split(',').map(Number)) {
      const platform = await platformOf(count);
      const realm = `bench-${count}`;
      const measure = async (what, plan) => {
        const began = performance.now();
        const { steps } = await sync({ connection, plan, phase: 'all' });
        rows.push({ models: count, what, seconds: (performance.now() - began) / 1000, changes: steps.length });
        say(`${count} models, ${what}: ${rows.at(-1).seconds.toFixed(1)} s`);
      };
      const plan = buildRealm(platform, realm);
      await measure('first run', plan);
      await measure('nothing to do', plan);
      const admin = connect(connection, realm);
      for (const clear of ['clearRealmCache', 'clearUserCache']) await admin.cache[clear]();
      await measure('nothing to do, caches empty', plan);
      const [first, ...rest] = platform.models;
      await measure('one model more, one less', buildRealm({ ...platform, models: [...rest, { ...first, name: 'bench-new' }] }, realm));
    }
  } finally {
    stop();
  }
  const of = (what) => rows.find((row) => row.models === 500 && row.what === what)?.seconds;
  const verdicts = [
    { what: 'first run of 500 models with 4 roles each', value: of('first run'), unit: ' s', budget: 180 },
    { what: 'a run of 500 models with nothing to do', value: of('nothing to do'), unit: ' s', budget: 15 },
    { what: 'the same with empty caches', value: of('nothing to do, caches empty'), unit: ' s', budget: 15 },
  ].filter(({ value }) => value !== undefined);
  report('sso', { rows, verdicts });
}
