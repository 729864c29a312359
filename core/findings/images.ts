import { kinds } from './finding';

/** KEA71xx: container images and the file of their digests. */
export const imageFindings = kinds({
  unresolved: {
    code: 'KEA7101',
    severity: 'error',
    title: 'digest that could not be had',
    why: 'only a digest that the registry itself stated may stand in images.lock.yaml; none is made up',
    fix: 'run it where the registry can be reached, or give the address of one that holds the image with --registry',
    explanation:
      '`kea images resolve` asks the registry of each image for the digest behind its tag, and computes it from the bytes that came. An image that the registry does not have, does not show without a login, or that cannot be reached keeps its old line in the lock file, or none.',
    example: 'kea images resolve',
  },
  unknownImage: {
    code: 'KEA7102',
    severity: 'error',
    title: 'unknown image',
    why: 'only images that a plan or the build of our own images uses can be resolved',
    fix: 'name one that `kea images list` shows',
    explanation: '`kea images list` shows every image that the stacks use, with its digest where one is known.',
    example: 'kea images resolve ngnix',
  },
  changed: {
    code: 'KEA7103',
    severity: 'error',
    title: 'digest that is no longer behind its tag',
    why: 'the registry holds other bytes under that tag than the lock file says',
    fix: 'run `kea images resolve` and review the difference',
    explanation:
      '`kea images resolve --check` writes nothing and says which lines of the lock file differ from what the registry states now.',
    example: 'kea images resolve --check',
  },
  notBuilt: {
    code: 'KEA7104',
    severity: 'error',
    title: 'image that could not be built',
    why: 'the container engine refused, or something that the build needs is missing',
    fix: 'start the engine, or look at what it printed',
    explanation:
      '`kea images build` runs the container engine on services/Dockerfile of a checkout, once for each of the three images of our own programs. Its base images are named by digest from images.lock.yaml; a base that is not there is a finding, never a tag.',
    example: 'kea images build --registry registry.example.com/kea',
  },
});
