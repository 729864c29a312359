// An OCI image archive from a folder, without a container engine. The same files give the same digest on every machine.
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../parts/tools.mjs';

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};
const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Writes `out`, a tar of an OCI image layout that `ctr images import` and `docker load` read. Returns `{name, tag, digest, bytes}`;
 * the digest is the manifest's, which is what pods pin.
 *
 * @param {{name: string, tag: string, root: string, out: string, user: {uid: number, gid: number}, entrypoint?: string[], command?: string[],
 *   environment?: Record<string, string>, workdir?: string, labels?: Record<string, string>}} image
 */
export async function writeArchive(image) {
  const stage = mkdtempSync(`${image.out}.half-`);
  try {
    const blobs = join(stage, 'image', 'blobs', 'sha256');
    mkdirSync(blobs, { recursive: true });
    const keep = async (file, mediaType) => {
      const digest = await sha256(file);
      const size = statSync(file).size;
      renameSync(file, join(blobs, digest));
      return { mediaType, digest: `sha256:${digest}`, size };
    };
    const json = (name, value) => {
      const file = join(stage, name);
      writeFileSync(file, JSON.stringify(value));
      return file;
    };
    await tar(image.root, join(stage, 'layer'));
    const layer = await keep(join(stage, 'layer'), TYPES.layer);
    const { uid, gid } = image.user;
    const config = await keep(
      json('config', {
        architecture: ARCHITECTURE,
        os: 'linux',
        config: {
          User: `${uid}:${gid}`,
          Env: Object.entries({ PATH, ...image.environment }).map(([name, value]) => `${name}=${value}`),
          ...(image.entrypoint ? { Entrypoint: image.entrypoint } : {}),
          ...(image.command ? { Cmd: image.command } : {}),
          WorkingDir: image.workdir ?? '/',
          ...(image.labels ? { Labels: image.labels } : {}),
        },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
        // One entry a layer: Buildah builds on no image without.
        history: [{ created_by: 'scripts/images' }],
      }),
      TYPES.config,
    );
    const manifest = await keep(json('manifest', { schemaVersion: 2, mediaType: TYPES.manifest, config, layers: [layer] }), TYPES.manifest);
    const annotations = { 'io.containerd.image.name': `${image.name}:${image.tag}`, 'org.opencontainers.image.ref.name': image.tag };
    json('image/index.json', {
      schemaVersion: 2,
      mediaType: TYPES.index,
      manifests: [{ ...manifest, platform: { architecture: ARCHITECTURE, os: 'linux' }, annotations }],
    });
    json('image/oci-layout', { imageLayoutVersion: '1.0.0' });
    await tar(join(stage, 'image'), join(stage, 'out'));
    renameSync(join(stage, 'out'), image.out);
    return { name: image.name, tag: image.tag, digest: manifest.digest, bytes: statSync(image.out).size };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Order, times, owners and the permissions' shape are fixed, so that only content decides. */
function tar(folder, out) {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=go-w', '--format=gnu'];
  return execute('tar', [...same, '--directory', folder, '--create', '--file', out, '.']);
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
