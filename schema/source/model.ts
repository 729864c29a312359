import { choice, formed, list, object, part, roleName, text, type Schema } from './build';
import * as contract from './contract';
import { modelDefaults as is } from './defaults';
import * as parts from './parts';

const format: Schema = {
  description: 'Format of the file. Left out, it is v1 for ever.',
  type: 'string',
  const: 'v1',
  default: is.format,
  examples: ['v1'],
};

const data: Schema = object('Data', 'What the model works on; drives audit level, cache and egress.', {
  classification: choice('How sensitive requests and answers are.', ['public', 'internal', 'confidential', 'restricted'], {
    default: is.classification,
    example: 'confidential',
  }),
  risk: choice('What a wrong answer may do to people.', ['minimal', 'limited', 'high'], { default: is.risk, example: 'high' }),
});

const cors: Schema = object(
  'Cors',
  'Web pages that may call the model from a browser.',
  {
    origins: list(
      'Origins of those pages.',
      formed(
        'Scheme, host and port.',
        'an origin such as https://app.example.com',
        '^https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$',
        { most: 200, example: 'https://app.example.com' },
      ),
      { least: 1, most: 50, unique: true, example: ['https://app.example.com'] },
    ),
  },
  ['origins'],
);

/** Keys of `model.yaml`: what is true of the model, whatever its contracts. */
export const modelKeys: { readonly [key: string]: Schema } = {
  owner: formed(
    'Group that owns the model: a group of the identity provider, the reviewer of changes, the receiver of alerts.',
    roleName.form,
    roleName.pattern,
    {
      most: 63,
      otherwise: "the stack's `defaults.owner`",
      example: 'risk-team',
    },
  ),
  approvers: list(
    "Groups that may grant the model's roles.",
    formed('Name of a group.', roleName.form, roleName.pattern, { most: 63, example: 'risk-leads' }),
    {
      most: 20,
      unique: true,
      otherwise: 'the owner',
      example: ['risk-leads'],
    },
  ),
  description: text('What the model answers, for people who look for it.', {
    most: 2000,
    otherwise: "the model's name",
    example: 'Probability that a loan will be repaid.',
  }),
  tags: list(
    'Words by which the model is found.',
    formed('One word.', 'small letters, digits and hyphens', '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', { most: 40, example: 'risk' }),
    {
      most: 30,
      unique: true,
      otherwise: 'none',
      example: ['risk', 'tabular'],
    },
  ),
  data: part('Data', 'What the model works on.', { example: { classification: 'confidential', risk: 'high' } }),
  cors: part('Cors', 'Web pages that may call the model from a browser.', {
    otherwise: 'none may',
    example: { origins: ['https://app.example.com'] },
  }),
};

/** `schema/model.schema.json`: `model.yaml` with both sets of keys at the root, `vN.yaml` below `$defs/ContractDocument`. */
export const modelSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object('ModelDocument', 'A `model.yaml`: what is true of the model; and of its contract, when it has only one and no `vN.yaml`.', {
    kea: format,
    ...modelKeys,
    ...contract.contractKeys,
  }),
  $defs: {
    ContractDocument: object('ContractDocument', 'A `v1.yaml`, `v2.yaml` …: what is true of one contract.', {
      kea: format,
      ...contract.contractKeys,
    }),
    Data: data,
    Cors: cors,
    Runtime: contract.runtime,
    RuntimeLocal: contract.runtimeLocal,
    Versions: contract.versions,
    Version: contract.version,
    Artifact: parts.artifactObject,
    Routing: parts.routing,
    RoutingMatch: parts.routingMatch,
    StackOverrides: contract.stackOverrides,
    StackOverride: contract.stackOverride,
    Methods: contract.methods,
    Method: contract.method,
    Call: contract.call,
    CallColumn: contract.callColumn,
    Cache: contract.cache,
    RateLimit: parts.rateLimit,
    Example: contract.example,
    Resources: parts.resources,
    Gpu: parts.gpu,
    Scaling: parts.scaling,
    ScalingTarget: parts.scalingTarget,
    ScalingBehaviour: parts.scalingBehaviour,
    ScalingSchedule: parts.scalingSchedule,
    Slo: contract.slo,
    SloLatency: contract.sloLatency,
    Audit: contract.audit,
    Lifecycle: contract.lifecycle,
    Fronts: contract.fronts,
  },
};
