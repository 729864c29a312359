import { bytes, choice, flag, formed, list, map, object, part, text, whole, type Defs } from '../build';
import { stackDefaults as is } from '../defaults';
import { address, empty, secret } from './texts';

/** Where answers are kept and where bytes of models come from. */
export const dataDefs: Defs = {
  StackCache: object('StackCache', 'Where answers are kept; exactly one of `redis` and `none`.', {
    redis: part('Redis', 'A Redis shared by all gateway pods.', { example: { managed: { memory: '256Mi' } } }),
    none: part('NoCache', 'Nowhere.', { example: {} }),
    purged: map(
      'Purged',
      'Answers of what is named here are forgotten whenever its number changes: `*` for all, a model, `<model>/<contract>`, or `<model>/<contract>/<version>`. `kea cache purge` counts it up.',
      {
        pattern: '^(\\*|[a-z][a-z0-9-]*(/v[0-9]+(/[0-9]+\\.[0-9]+\\.[0-9]+)?)?)$',
        form: '*, a model, model/v1, or model/v1/1.4.0',
      },
      whole('How often it was purged.', 1, 1_000_000_000, { unit: 'times', example: 1 }),
      5000,
    ),
  }),
  NoCache: empty('NoCache', 'Answers are not kept.'),
  Redis: object('Redis', 'A Redis; exactly one key.', {
    external: part('ExternalRedis', 'One that exists.', { example: { address: 'redis.infra:6379', tls: true, secret: 'kea-redis' } }),
    managed: part('ManagedRedis', 'One that the platform runs, as a cache that may lose everything.', { example: { memory: '256Mi' } }),
  }),
  ExternalRedis: object(
    'ExternalRedis',
    'A Redis that exists.',
    {
      address: address('Host and port: of the server, of one node of a cluster, or of one sentinel.', {
        late: true,
        example: 'redis.infra:6379',
      }),
      mode: choice(
        'One server (or a proxy that looks like one), a master watched by sentinels, or a Redis Cluster.',
        ['single', 'sentinel', 'cluster'],
        {
          default: is.cacheMode,
          example: 'sentinel',
        },
      ),
      more: list(
        'Further nodes or sentinels, asked when the first does not answer; not with `mode: single`.',
        address('Host and port.', { example: 'sentinel-2.infra:26379' }),
        {
          most: 20,
          unique: true,
          otherwise: 'none',
          example: ['sentinel-2.infra:26379'],
        },
      ),
      master: text('Only `mode: sentinel`: the name by which sentinels know the master.', {
        most: 100,
        otherwise: '`mymaster`',
        example: 'mymaster',
      }),
      ca: secret("Secret with key `ca.crt`: who signed Redis's certificate; needs `tls`.", {
        otherwise: 'the public authorities',
        example: 'redis-ca',
      }),
      tls: flag('Speaks TLS.', { default: is.cacheTls, example: true }),
      secret: secret('Secret with keys `username` and `password`.', { otherwise: 'no password', example: 'kea-redis' }),
    },
    ['address'],
  ),
  ManagedRedis: object('ManagedRedis', 'A Redis that the platform runs.', {
    memory: bytes('Memory for answers; the least used ones leave.', { default: is.cacheMemory, example: '256Mi' }),
  }),
  Artifacts: object('Artifacts', "Where models' bytes come from.", {
    store: formed(
      'Where artifacts of the models folder lie, each at `<store>/sha256/<digest>`.',
      'an address with s3:// or https://',
      '^(s3|https)://[^\\s]+$',
      { otherwise: 'none; files up to 700 KiB travel in the plan', example: 's3://ml-artifacts' },
    ),
    allow: list(
      'Addresses that artifacts may have start with one of these.',
      formed(
        'Start of an address.',
        'an address with s3://, https://, oci:// or pvc:// and a name, or with file:///',
        '^((s3|https|oci|pvc)://[^\\s/]+(/[^\\s]*)?|file:///[^\\s]*)$',
        {
          example: 's3://ml-artifacts/',
        },
      ),
      {
        unique: true,
        otherwise: 'the store only',
        example: ['s3://ml-artifacts/'],
      },
    ),
    secret: secret('Secret with which the store is read.', { otherwise: "the pod's own identity", example: 'kea-store' }),
    requireDigest: flag('Artifacts need a digest.', { default: is.requireDigest, example: true }),
  }),
};
