import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { packageRoot } from '../../../core/package-root';
import { BaseImage, KeaImage } from '../../../constructs/shared/images';
import { buildImage } from '../../../scripts/images/index.mjs';
import { ensure } from '../../../scripts/parts/index.mjs';
import { Registry } from '../../support/registry';

// services/Dockerfile by a real engine, digests from a real registry: as a company without a way to the public registries has it, with a mirror of both
// bases. The bases themselves are made from this machine's Node and libraries.

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'kea-images-test-'));
let registry: Registry;
let environment: NodeJS.ProcessEnv;

const OWN = [
  { image: KeaImage.services, id: 'services', most: 260 },
  { image: KeaImage.agent, id: 'agent', most: 260 },
  { image: KeaImage.modelServer, id: 'modelServer', most: 420 },
] as const;

interface Said {
  readonly code: number;
  readonly text: string;
}

async function kea(...args: string[]): Promise<Said> {
  const options = { cwd: folder, env: environment, maxBuffer: 1 << 26 };
  return execute(process.execPath, [join(packageRoot(), 'dist/cli/bin.js'), ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, text: stdout + stderr }),
  );
}

const lock = (): Record<string, string> => (parse(readFileSync(join(folder, 'images.lock.yaml'), 'utf8')) as Record<string, string>) ?? {};

/** Path in the image → `mode digest`, of everything below a folder. */
function listing(root: string, below: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, below), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
      return [path.slice(root.length), `${(statSync(path).mode & 0o777).toString(8)} ${digest}`];
    }),
  );
}

/** Unpacks an image; returns its root and its configuration. */
async function unpacked(source: string, name: string) {
  const layout = join(folder, `${name}-layout`);
  const root = join(folder, name);
  mkdirSync(root);
  await execute(await ensure('skopeo'), ['copy', '--quiet', '--src-tls-verify=false', source, `dir:${layout}`], { env: environment });
  const blob = (digest: string): string => join(layout, digest.replace('sha256:', ''));
  const manifest = JSON.parse(readFileSync(join(layout, 'manifest.json'), 'utf8')) as {
    config: { digest: string };
    layers: { digest: string; size: number }[];
  };
  for (const { digest } of manifest.layers) await execute('tar', ['--extract', '--file', blob(digest), '--directory', root]);
  const { config } = JSON.parse(readFileSync(blob(manifest.config.digest), 'utf8')) as {
    config: { User: string; Entrypoint?: string[]; Env: string[]; WorkingDir: string };
  };
  rmSync(layout, { recursive: true });
  return { root, config, mebibytes: manifest.layers.reduce((sum, { size }) => sum + size, 0) / 1024 ** 2 };
}

beforeAll(async () => {
  registry = await Registry.start();
  const buildah = dirname(await ensure('buildah'));
  environment = { ...process.env, ...registry.environment, PATH: `${buildah}:${process.env['PATH']}` };
  delete environment['NODE_OPTIONS'];
  mkdirSync(join(folder, 'stacks'));
  mkdirSync(join(folder, 'models'));
  cpSync(join(packageRoot(), 'models/iris'), join(folder, 'models/iris'), { recursive: true });
  writeFileSync(
    join(folder, 'stacks/test.yaml'),
    "hostname: models.example.com\nimages: { unpinned: warn }\nidentity: { oidc: { issuer: 'https://login.example.com' } }\n",
  );
  for (const id of ['base-build', 'base-run']) {
    const { archive, name, tag } = await buildImage(id);
    const target = `docker://${registry.host}/${name.slice(name.indexOf('/') + 1)}:${tag}`;
    await execute(
      await ensure('skopeo'),
      ['copy', '--quiet', '--preserve-digests', '--dest-tls-verify=false', `oci-archive:${archive}`, target],
      {
        env: environment,
      },
    );
  }
}, 240_000);

afterAll(async () => {
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('our images from bases of a mirror', () => {
  const bases = Object.values(BaseImage).map(({ name }) => name);

  test('bases without a digest are refused, with the line that gets them', async () => {
    const { code, text } = await kea('images', 'build', '--engine', 'buildah');
    expect(code).toBe(2);
    expect(text).toContain('KEA7104');
    expect(text).toContain('images.lock.yaml has no digest of "docker.io/library/node", which the images are built on');
    expect(text).toContain('kea images resolve docker.io/library/node');
  }, 60_000);

  test('a registry that wants a login is told so; with one it states the digests, and they are written', async () => {
    const { DOCKER_CONFIG: login, ...rest } = environment;
    environment = { ...rest, DOCKER_CONFIG: folder };
    const refused = await kea('images', 'resolve', ...bases, '--registry', registry.host);
    expect([refused.code, refused.text]).toEqual([1, expect.stringMatching(/KEA7101[^]*wants a login \(docker login 127\.0\.0\.1:\d+\)/)]);
    expect(existsSync(join(folder, 'images.lock.yaml'))).toBe(false);
    environment = { ...rest, DOCKER_CONFIG: login };
    expect(await kea('images', 'resolve', ...bases, '--registry', registry.host)).toMatchObject({ code: 0 });
    expect(lock()).toEqual({
      'docker.io/library/node': (await buildImage('base-build')).digest,
      'gcr.io/distroless/cc-debian12': (await buildImage('base-run')).digest,
    });
    expect(lock()['docker.io/library/node']).toBe(await registry.digest('library/node', BaseImage.build.tag));
    const same = await kea('images', 'resolve', ...bases, '--registry', registry.host, '--check');
    expect([same.code, same.text]).toEqual([0, expect.stringContaining('nothing was written')]);
  }, 120_000);

  test('an image that the registry does not have keeps its line, and is named', async () => {
    const { code, text } = await kea('images', 'resolve', 'docker.io/envoyproxy/envoy', '--registry', registry.host);
    expect(code).toBe(1);
    expect(text).toMatch(/KEA7101[^]*has no envoyproxy\/envoy:distroless/);
    expect(Object.keys(lock())).toEqual(bases);
  }, 60_000);

  test('buildah builds and pushes all three; the lock file holds what the registry then states', async () => {
    const npmrc = [process.env['npm_config_userconfig'], join(homedir(), '.npmrc')].find((file) => file && existsSync(file));
    const npm = npmrc === undefined ? [] : ['--npmrc', npmrc];
    const own = ['--registry', `${registry.host}/ours`, '--mirror', registry.host];
    const { code, text } = await kea('images', 'build', '--engine', 'buildah', ...own, ...npm, '--push');
    expect([code, text]).toEqual([0, expect.stringContaining('3 images pushed, their digests written to images.lock.yaml')]);
    for (const { image } of OWN) {
      const repository = `ours/kea-platform/${image.name.split('/').at(-1)}`;
      expect([image.name, lock()[image.name]]).toEqual([image.name, await registry.digest(repository, image.tag)]);
    }
  }, 900_000);

  test.each(OWN)(
    '$id: the same files as without an engine, for nobody to write, started without a shell as 65532',
    async ({ image, id, most }) => {
      const name = image.name.split('/').at(-1)!;
      const { archive } = await buildImage(id);
      const [built, plain] = [
        await unpacked(`docker://${registry.host}/ours/kea-platform/${name}:${image.tag}`, id),
        await unpacked(`oci-archive:${archive}`, `${id}-plain`),
      ];
      expect(Object.fromEntries(listing(built.root, 'kea'))).toEqual(Object.fromEntries(listing(plain.root, 'kea')));
      expect(built.config).toMatchObject({ User: '65532:65532', WorkingDir: '/kea' });
      expect(plain.config).toMatchObject({ User: '65532:65532', WorkingDir: '/kea' });
      expect(built.config.Entrypoint ?? []).toEqual([]);
      expect(built.config.Env).toContain('NODE_ENV=production');
      expect(built.mebibytes).toBeLessThan(most);
      for (const left of ['usr/bin/sh', 'usr/local/bin/npm', 'src', 'root/.npmrc'])
        expect([left, existsSync(join(built.root, left))]).toEqual([left, false]);
      const says = `
        const { writeFileSync } = require('node:fs');
        const tried = (file) => { try { writeFileSync(file, ''); return 'written'; } catch (error) { return error.code; } };
        console.log(JSON.stringify([process.getuid(), tried('/kea/x'), tried('/tmp/x')]));`;
      // As a pod has it: an unprivileged user before a root that is mounted read-only.
      const script =
        'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot --userspec=65532:65532 "$0" /usr/bin/node -e "$1"';
      const { stdout } = await execute('unshare', ['--mount', 'sh', '-c', script, built.root, says]);
      expect(JSON.parse(stdout)).toEqual([65532, 'EROFS', 'EROFS']);
    },
    240_000,
  );
});
