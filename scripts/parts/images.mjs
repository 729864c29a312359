// What builds, copies and keeps container images: only the tests of our own Dockerfile need it.
import { installed } from './debian.mjs';

const fromUsrBin = (name, pattern) =>
  installed({
    name,
    binary: name,
    folder: '/usr/bin',
    packages: [name],
    identify: { args: ['--version'], pattern },
    accepts: () => true,
  });

export const buildah = fromUsrBin('buildah', /buildah version (\d+\.\d+\.\d+)/);
export const skopeo = fromUsrBin('skopeo', /skopeo version (\d+\.\d+\.\d+)/);
export const dockerRegistry = fromUsrBin('docker-registry', /docker-registry \S+ (\d+\.\d+\.\d+)/);
