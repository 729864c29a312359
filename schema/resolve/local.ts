import type { StackDocument } from '../generated/platform';

/** Name of the stack that is there without a file: everything on this machine, by `npm start`. */
export const LOCAL = 'local';

/**
 * The built-in stack `local`, as a file would say it. It has one of everything, takes what a developer has at hand (images without digest,
 * schemas from graphs) and is never written out: `kea synth` refuses its identity.
 */
export const localStack: StackDocument = {
  identity: { embedded: {} },
  cache: { redis: { managed: { memory: '64Mi' } } },
  gateway: { replicas: { min: 1, max: 1 }, drain: '30s' },
  images: { unpinned: 'warn' },
  artifacts: { requireDigest: false },
  exposure: { none: {} },
  audit: { replicas: 1 },
  policies: { level: 'audit' },
  derivedSchemas: 'allow',
};
