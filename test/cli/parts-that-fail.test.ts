import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { kea, sampleProject } from './call';

/** A project whose stack has shards, and a folder of programs that stand on PATH alone. */
function project(): { readonly cwd: string; readonly bin: string } {
  const cwd = sampleProject();
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  return { cwd, bin };
}

test('kea deploy without Pulumi says where to get it (KEA7013)', async () => {
  const { cwd, bin } = project();
  const { code, stderr } = await kea(['deploy', '--stack', 'dev'], { cwd, env: { PATH: bin } });
  expect(code).toBe(2);
  expect(stderr).toContain('KEA7013');
}, 60_000);

test('kea deploy ends with what Pulumi said (KEA7014)', async () => {
  const { cwd, bin } = project();
  writeFileSync(join(bin, 'pulumi'), '#!/bin/sh\necho "error: no such backend" >&2\nexit 1\n');
  chmodSync(join(bin, 'pulumi'), 0o755);
  const { code, stderr } = await kea(['deploy', '--stack', 'dev'], { cwd, env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
  expect(code).toBe(2);
  expect(stderr).toMatch(/KEA7014[\s\S]*no such backend/);
}, 60_000);

test('an image that nobody uses, and a registry that does not answer, give no digest (KEA7102, KEA7101)', async () => {
  const { cwd } = project();
  const unknown = await kea(['images', 'resolve', 'docker.io/envoyproxy/envoi'], { cwd });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('error KEA7102')]);
  const silent = await kea(['images', 'resolve', 'docker.io/envoyproxy/envoy', '--registry', '127.0.0.1:1'], { cwd });
  expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining('KEA7101')]);
}, 60_000);

test('--check names the image whose tag moved, and writes nothing (KEA7103)', async () => {
  const { cwd } = project();
  const manifest = '{"schemaVersion":2}';
  const registry = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' }).end(manifest),
  );
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const { code, stderr } = await kea(['images', 'resolve', 'docker.io/envoyproxy/envoy', '--registry', address, '--check'], { cwd });
  await new Promise((resolve) => registry.close(resolve));
  const digest = createHash('sha256').update(manifest).digest('hex');
  expect([code, stderr]).toEqual([1, expect.stringContaining('error KEA7103')]);
  expect(stderr).toContain(`the lock file has no digest, the registry states sha256:${digest}`);
}, 60_000);

test('images are not built on what has no digest (KEA7104)', async () => {
  const { cwd } = project();
  const { code, stderr } = await kea(['images', 'build', '--registry', 'registry.example.com/kea'], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/KEA7104[\s\S]*has no digest of/)]);
}, 60_000);
