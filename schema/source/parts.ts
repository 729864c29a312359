import { choice, cpu, bytes, duration, either, formed, list, map, number, object, part, semVer, text, whole, type Schema } from './build';
import { modelDefaults as is } from './defaults';

/** Parts that the model's, the contract's and the stack's document share. Keys are the names of `$defs`. */

export const scaling: Schema = object('Scaling', 'How many instances run, and what makes them more or fewer.', {
  min: whole('Fewest instances.', 1, 1000, { unit: 'instances', default: is.scalingMin, example: 2 }),
  max: whole('Most instances.', 1, 1000, { unit: 'instances', default: is.scalingMax, example: 20 }),
  target: part('ScalingTarget', 'What the autoscaler holds steady; exactly one key.', {
    otherwise: `cpu at ${is.scalingCpu} percent`,
    example: { cpu: 70 },
  }),
  behaviour: part('ScalingBehaviour', 'How quickly the number of instances follows the load.', { example: { scaleDown: '10m' } }),
  schedule: list(
    'Raises the fewest instances at given times, on top of the autoscaler.',
    part('ScalingSchedule', 'One moment of the schedule.'),
    {
      most: 20,
      otherwise: 'no schedule',
      example: [{ cron: '0 7 * * 1-5', min: 10 }],
    },
  ),
});

export const scalingTarget: Schema = object('ScalingTarget', 'What the autoscaler holds steady; exactly one key.', {
  cpu: whole('Processor use of the request, averaged over instances.', 1, 100, { unit: 'percent', otherwise: 'not a target', example: 70 }),
  concurrency: whole('Requests in flight at one instance; needs a source in the stack (`metrics.custom`).', 1, 10_000, {
    unit: 'requests',
    otherwise: 'not a target',
    example: 8,
  }),
  rps: whole('Requests a second at one instance; needs a source in the stack.', 1, 100_000, {
    unit: 'requests per second',
    otherwise: 'not a target',
    example: 50,
  }),
  gpu: whole('Use of the graphics processor; needs a source in the stack.', 1, 100, {
    unit: 'percent',
    otherwise: 'not a target',
    example: 80,
  }),
  queue: whole('Requests waiting inside the runtime; needs a source in the stack.', 1, 100_000, {
    unit: 'requests',
    otherwise: 'not a target',
    example: 4,
  }),
});

export const scalingBehaviour: Schema = object('ScalingBehaviour', 'How quickly the number of instances follows the load.', {
  scaleUp: duration('How long the load must be high before instances are added.', { default: is.scaleUp, example: '15s' }),
  scaleDown: duration('How long the load must be low before instances are removed.', { default: is.scaleDown, example: '10m' }),
});

export const scalingSchedule: Schema = object(
  'ScalingSchedule',
  'From this moment on, until the next one of the schedule, at least so many instances run.',
  {
    cron: formed(
      'When, in five fields (minute, hour, day of month, month, day of week), in UTC.',
      'five fields such as "0 7 * * 1-5"',
      '^[0-9A-Za-z*/,-]+( [0-9A-Za-z*/,-]+){4}$',
      {
        most: 100,
        example: '0 7 * * 1-5',
      },
    ),
    min: whole('Fewest instances from then on.', 1, 1000, { unit: 'instances', example: 10 }),
  },
  ['cron', 'min'],
);

export const resources: Schema = object('Resources', 'What one instance needs.', {
  cpu: cpu('Processor time that is reserved; there is no upper limit.', { default: is.cpu, example: '500m' }),
  memory: bytes('Memory that is reserved and at the same time the limit.', { default: is.memory, example: '1Gi' }),
  ephemeralStorage: bytes('Disk for the fetched artifact and temporary files.', { default: is.ephemeralStorage, example: '2Gi' }),
  gpu: part('Gpu', 'Graphics processors of one instance.', { otherwise: 'none', example: { count: 1 } }),
});

export const gpu: Schema = object('Gpu', 'Graphics processors of one instance.', {
  count: whole('How many.', 1, 16, { unit: 'devices', default: is.gpuCount, example: 1 }),
  product: formed(
    'Runs only on nodes whose label `nvidia.com/gpu.product` has this value.',
    'the value of a node label',
    '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
    {
      most: 63,
      otherwise: 'any product',
      example: 'NVIDIA-L4',
    },
  ),
});

export const rateLimit: Schema = object(
  'RateLimit',
  'How often one caller may call; more is answered with 429. At least one of `requests` and `tokens`.',
  {
    requests: whole('Requests that are let through in one period.', 1, 1_000_000, {
      unit: 'requests',
      otherwise: 'no limit of requests',
      example: 600,
    }),
    tokens: whole(
      'Tokens of a language model, of prompts and answers together, in one period; only methods with `call.openai`. Counted when the answer is complete.',
      1,
      1_000_000_000,
      { unit: 'tokens', otherwise: 'no limit of tokens', example: 100_000 },
    ),
    per: choice('The period.', ['second', 'minute', 'hour'], { default: is.rateLimitPer, example: 'minute' }),
    by: choice('Who counts as one caller: the application (`client`) or the person (`subject`).', ['client', 'subject'], {
      default: is.rateLimitBy,
      example: 'client',
    }),
  },
);

const weight = number('Share of the calls.', 0, 100, { unit: 'percent', example: 90 });

export const routing: Schema = object('Routing', 'Which version answers which call.', {
  weights: map(
    'Weights',
    'Share of the calls that each version answers; together 100. A version at 0 runs, warm, and is reached by pin only.',
    semVer,
    weight,
    50,
  ),
  sticky: choice('Whether the same caller keeps meeting the same version, or each request is drawn anew.', ['principal', 'request'], {
    default: is.sticky,
    example: 'principal',
  }),
  shadow: map('Shadow', 'Share of the calls that is sent to a version as well, without the caller waiting for it.', semVer, weight, 50),
  match: list(
    'Calls with a certain header go to a certain version, before the weights; the first match decides.',
    part('RoutingMatch', 'One match.'),
    {
      most: 20,
      otherwise: 'none',
      example: [{ header: 'x-cohort', equals: 'beta', version: '1.5.0' }],
    },
  ),
});

export const routingMatch: Schema = object(
  'RoutingMatch',
  'Calls whose header has this value go to this version.',
  {
    header: formed(
      'Name of the request header, in small letters; not one of `x-kea-*`.',
      'a header name in small letters',
      '^[a-z0-9][-a-z0-9_]*$',
      {
        most: 64,
        example: 'x-cohort',
      },
    ),
    equals: text('The header must have exactly this value.', { most: 200, example: 'beta' }),
    version: formed('Version that answers.', semVer.form, semVer.pattern, { example: '1.5.0' }),
  },
  ['header', 'equals', 'version'],
);

const uri = 'a path below the model, or an address with s3://, https://, oci://, pvc:// or file://';

/** `artifact: model.onnx` or `artifact: {uri, sha256}`. */
export const artifact: Schema = either(
  'The trained model: a file or a folder.',
  [
    { ...formed("Path below the model's folder, or an address.", uri, '^[^\\u0000-\\u0020]+$', { most: 1000, example: 'iris.onnx' }) },
    part('Artifact', 'Address and digest of the artifact.'),
  ],
  { otherwise: 'the version has an `image`', example: 'iris.onnx' },
);

export const artifactObject: Schema = object(
  'Artifact',
  'Where the artifact is, and what its bytes must be.',
  {
    uri: formed("Path below the model's folder, or an address; a trailing slash means a folder.", uri, '^[^\\u0000-\\u0020]+$', {
      most: 1000,
      example: 's3://models/credit/1.4.0/model.onnx',
    }),
    sha256: formed(
      'Digest that `kea digest` prints: of a file its bytes, of a folder its sorted list of digests. Written in quotes.',
      '64 hexadecimal digits in small letters, in quotes',
      '^[0-9a-f]{64}$',
      {
        most: 64,
        otherwise: 'computed for a path below the model; an address needs one where the stack demands it',
        example: '9f2c6a4e0b1d3857a9c4e2f16b08d7350e4f9a2c8b7d6e5f4a3b2c1d0e9f8a7b',
      },
    ),
  },
  ['uri'],
);

export const image: Schema = formed(
  'A container image that serves the version, by digest. Without a digest the stack decides (`images.unpinned`, `images.lock`).',
  'an image such as registry/name@sha256:<64 hexadecimal digits> or registry/name:tag',
  '^[a-z0-9][-a-z0-9._]*(:[0-9]{1,5})?(/[a-z0-9][-a-z0-9._]*)*(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@sha256:[0-9a-f]{64})?$',
  {
    most: 400,
    otherwise: 'the version has an `artifact`',
    example: 'registry.example.com/ml/grades@sha256:9f2c6a4e0b1d3857a9c4e2f16b08d7350e4f9a2c8b7d6e5f4a3b2c1d0e9f8a7b',
  },
);
