import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';

const scripts = join(packageRoot(), 'scripts/images');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-images-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a module of scripts/images in plain Node. */
function inNode(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

test('the same files give the same digest, whenever and in whatever order they were written', () => {
  const write = (name: string, files: readonly string[]): string => {
    const root = join(folder, name);
    mkdirSync(root);
    for (const file of files) writeFileSync(join(root, file), `this is ${file}\n`);
    const image = {
      name: 'kea.local/test',
      tag: '1',
      root,
      out: join(folder, `${name}.tar`),
      user: { uid: 1, gid: 2 },
      entrypoint: ['/a'],
    };
    return inNode(
      `import { writeArchive } from ${JSON.stringify(join(scripts, 'archive.mjs'))}; console.log((await writeArchive(${JSON.stringify(image)})).digest)`,
    ).trim();
  };
  const first = write('first', ['a', 'b']);
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(write('second', ['b', 'a'])).toBe(first);
  expect(write('third', ['a', 'b', 'c'])).not.toBe(first);
  expect(readdirSync(folder).filter((name) => name.includes('half'))).toEqual([]);
});

test('an image holds what its programs reach, no more, and its bill lists every package', () => {
  const out = join(folder, 'staged');
  execFileSync(process.execPath, [join(scripts, 'stage.mjs'), out], { stdio: 'ignore' });
  const programs = (image: string): string[] =>
    readdirSync(join(out, image, 'dist/services')).filter((name) => existsSync(join(out, image, 'dist/services', name, 'main.js')));
  expect(programs('agent').sort()).toEqual(['artifact-fetch', 'example-check']);
  expect(programs('modelServer')).toEqual(['model-server']);
  expect(programs('services')).toEqual(
    expect.arrayContaining(['audit', 'gateway-applied', 'isolation-check', 'mirror', 'portal', 'processor', 'sso-sync']),
  );
  expect(existsSync(join(out, 'services/dist/services/processor/worker/main.js'))).toBe(true);
  expect(existsSync(join(out, 'services/node_modules/@grpc/grpc-js-xds/deps/envoy-api/envoy/config/cluster/v3/cluster.proto'))).toBe(true);
  for (const left of ['dist/constructs', 'node_modules/cdk8s', 'node_modules/onnxruntime-node', 'node_modules/typescript'])
    expect(existsSync(join(out, 'services', left))).toBe(false);

  // It starts with nothing but what the image holds, the client of Keycloak among it.
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/services/sso-sync/main.js'], {
    cwd: join(out, 'services'),
    encoding: 'utf8',
  });
  expect([status, stdout + stderr]).toEqual([2, expect.stringContaining('--server, --plan and --secrets are needed')]);

  const bill = JSON.parse(readFileSync(join(out, 'services/bill-of-materials.cdx.json'), 'utf8')) as {
    bomFormat: string;
    components: { name: string; group?: string }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const listed = new Set(bill.components.map(({ name }) => name));
  const held = readdirSync(join(out, 'services/node_modules')).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(out, 'services/node_modules', name)).map((inner) => `${name}/${inner}`) : [name],
  );
  expect(held.filter((name) => !listed.has(name))).toEqual([]);
}, 60_000);
