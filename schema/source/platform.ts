import { choice, dnsLabel, flag, formed, object, part, roleName, type Defs, type Schema } from './build';
import { stackDefaults as is } from './defaults';
import * as parts from './parts';
import { dataDefs } from './stack/data';
import { gatewayDefs } from './stack/gateway';
import { identityDefs } from './stack/identity';
import { operationsDefs } from './stack/operations';
import { placeDefs } from './stack/place';
import { name } from './stack/texts';

const defs: Defs = {
  ...placeDefs,
  ...gatewayDefs,
  ...identityDefs,
  ...dataDefs,
  ...operationsDefs,
  StackDefaults: object('StackDefaults', 'What models get where they are silent.', {
    owner: formed('Owner of models that name none.', roleName.form, roleName.pattern, { most: 63, default: is.owner, example: 'platform' }),
    scaling: part('Scaling', 'Keys of `scaling`.', { example: { min: 2 } }),
    resources: part('Resources', 'Keys of `resources`.', { example: { memory: '512Mi' } }),
    rateLimit: part('RateLimit', 'Limit of methods that name none.', {
      otherwise: 'no limit',
      example: { requests: 600, per: 'minute', by: 'client' },
    }),
  }),
  RateLimit: parts.rateLimit,
  Resources: parts.resources,
  Gpu: parts.gpu,
  Scaling: parts.scaling,
  ScalingTarget: parts.scalingTarget,
  ScalingBehaviour: parts.scalingBehaviour,
  ScalingSchedule: parts.scalingSchedule,
};

/** Keys of `stacks/<name>.yaml`. */
export const stackKeys: { readonly [key: string]: Schema } = {
  kea: { description: 'Format of the file. Left out, it is v1 for ever.', type: 'string', const: 'v1', default: 'v1', examples: ['v1'] },
  after: formed(
    'Stack through which changes come before this one; nothing here may be weaker than there.',
    dnsLabel.form,
    dnsLabel.pattern,
    { most: 52, otherwise: 'none', example: 'staging' },
  ),
  cluster: part('Cluster', 'The cluster that the stack belongs to.', {
    otherwise: 'any',
    example: { kubeSystemUid: '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14' },
  }),
  hostname: formed('Public host name of the gateway.', 'a host name', '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', {
    most: 253,
    late: true,
    default: is.hostname,
    example: 'models.example.com',
  }),
  namespaces: part('Namespaces', 'Where objects are put.', { example: { platform: 'kea-system', models: 'kea-models' } }),
  models: part('Models', 'Which models the stack serves.', { example: { from: ['models'], select: { owner: ['risk-team'] } } }),
  images: part('Images', 'How container images are named and pinned.', { example: { lock: 'images.lock.yaml', unpinned: 'refuse' } }),
  gateway: part('Gateway', "The gateway's pods.", { example: { replicas: { min: 2, max: 10 }, drain: '30s' } }),
  identity: part('Identity', 'Who vouches for callers.', {
    otherwise: '`{embedded: {}}`, which `kea synth` refuses',
    example: { oidc: { issuer: 'https://login.example.com/x' } },
  }),
  cache: part('StackCache', 'Where answers are kept.', { otherwise: '`{none: {}}`', example: { redis: { managed: { memory: '256Mi' } } } }),
  artifacts: part('Artifacts', "Where models' bytes come from.", {
    example: { store: 's3://ml-artifacts', allow: ['s3://ml-artifacts/'], secret: 'kea-store' },
  }),
  exposure: part('Exposure', 'How the gateway is reached from outside.', {
    otherwise: '`{none: {}}`',
    example: { httpRoute: { gateway: 'infra/public' } },
  }),
  secrets: choice(
    'Who makes the Secret objects: somebody else, the External Secrets operator, or `pulumi up`.',
    ['existing', 'externalSecret', 'pulumi'],
    { default: is.secrets, example: 'externalSecret' },
  ),
  secretStore: name('ClusterSecretStore that ExternalSecret objects point at; needed with `secrets: externalSecret`.', {
    otherwise: 'needed with `secrets: externalSecret`',
    example: 'vault',
  }),
  metrics: part('Metrics', 'How measurements are collected.', {
    example: { monitors: true, custom: { concurrency: 'prometheus-adapter' } },
  }),
  audit: part('StackAudit', 'Where records of calls go, and how long they stay.', {
    example: { sinks: [{ otlp: 'https://siem.example.com' }], retention: '400d' },
  }),
  policies: part('Policies', 'How strictly rules are held.', { example: { level: 'deny' } }),
  derivedSchemas: choice("Whether methods may live with schemas read from the model's graph.", ['allow', 'refuse'], {
    default: is.derivedSchemas,
    example: 'refuse',
  }),
  egress: part('Egress', 'What pods of the plan may reach outside of it.', {
    otherwise: 'any address, by the ports that each needs',
    example: { allow: [{ cidr: '10.0.0.0/8' }] },
  }),
  quota: part('Quota', 'Most that all models together may take.', {
    otherwise: 'no quota',
    example: { cpu: '64', memory: '256Gi', pods: 500 },
  }),
  priorityClass: name("PriorityClass of the platform's own pods; it must exist.", {
    otherwise: "the cluster's default",
    example: 'system-cluster-critical',
  }),
  zones: flag('Spreads pods over zones, not only over nodes, and keeps calls in their zone as far as every instance gets the same load.', {
    default: is.zones,
    example: true,
  }),
  defaults: part('StackDefaults', 'What models get where they are silent.', { example: { owner: 'platform', scaling: { min: 2 } } }),
};

/** `schema/platform.schema.json`: `stacks/<name>.yaml`. */
export const platformSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object('StackDocument', 'A `stacks/<name>.yaml`: one installation of the platform.', stackKeys),
  $defs: defs,
};
