import {
  bytes,
  choice,
  dnsLabel,
  duration,
  either,
  fieldName,
  flag,
  formed,
  list,
  map,
  methodName,
  number,
  object,
  part,
  roleName,
  semVer,
  text,
  whole,
  type Schema,
} from './build';
import { modelDefaults as is } from './defaults';
import { artifact, image } from './parts';

const path = 'a path that starts with a slash, without "..", "//", "?", "#" or "%"';
/** No segment steps up or aside, nothing needs decoding. */
const PATH = '^/$|^(/(?!\\.{1,2}(/|$))[^\\u0000-\\u0020/?#%\\\\]+)+/?$';

export const runtime: Schema = object('Runtime', 'What serves the model, and how it starts.', {
  framework: choice(
    'What reads the artifact.',
    ['onnx', 'sklearn', 'xgboost', 'lightgbm', 'mlflow', 'tensorflow', 'pytorch', 'triton', 'huggingface', 'vllm', 'python', 'container'],
    { otherwise: "from the artifact's suffix; `container` for an image", example: 'onnx' },
  ),
  loadTime: duration('Longest time from start until the first answer; the startup probe waits this long.', {
    default: is.loadTime,
    example: '30s',
  }),
  concurrency: whole('Requests that one instance takes at once; the gateway never sends more.', 1, 10_000, {
    unit: 'requests',
    default: is.concurrency,
    example: 16,
  }),
  queue: whole('Requests that wait in the gateway while all instances are busy; the next one is answered with 503.', 0, 100_000, {
    unit: 'requests',
    otherwise: 'as many as all instances take at once, and 64 at least',
    example: 200,
  }),
  env: map(
    'Env',
    'Environment of the server; no secrets.',
    { pattern: '^[A-Za-z_][A-Za-z0-9_]*$', form: 'the name of an environment variable' },
    text('Value of the variable.', { most: 2000, example: '4' }),
    100,
  ),
  args: list("Arguments added to the server's own.", text('One argument.', { most: 1000, example: '--max-model-len=4096' }), {
    otherwise: 'none',
    example: ['--max-model-len=4096'],
  }),
  source: formed(
    "Only `python`: the file that holds the class, below the model's folder.",
    'a path to a Python file below the model',
    '^[^/\\u0000-\\u0020][^\\u0000-\\u0020]*\\.py$',
    {
      otherwise: 'needed for `python`',
      example: 'src/model.py',
    },
  ),
  class: formed('Only `python`: the class that is served.', 'the name of a Python class', '^[A-Za-z_][A-Za-z0-9_]*$', {
    most: 100,
    otherwise: 'needed for `python`',
    example: 'Model',
  }),
  port: whole('Only `container`: the port on which the image listens.', 1024, 65535, { default: is.port, example: 8080 }),
  readyPath: formed('Only `container`: answers 200 on GET once the server can answer.', path, PATH, {
    most: 200,
    default: is.readyPath,
    example: '/healthz',
  }),
  local: part('RuntimeLocal', 'Only `python` and `container`: how `npm start` runs the model without a container engine.', {
    example: { command: ['node', 'server.mjs'] },
  }),
});

export const runtimeLocal: Schema = object(
  'RuntimeLocal',
  "How the model runs on a developer's machine.",
  {
    command: list(
      "Program and arguments, started in the model's folder; `PORT` tells the port to listen on.",
      text('One word.', { most: 500, example: 'node' }),
      {
        least: 1,
        most: 50,
        example: ['node', 'server.mjs'],
      },
    ),
  },
  ['command'],
);

export const version: Schema = object('Version', 'One build of the model; exactly one of `artifact` and `image`.', {
  artifact,
  image,
  runtime: part('Runtime', "Overrides keys of the contract's `runtime`.", {
    otherwise: "the contract's",
    example: { framework: 'sklearn' },
  }),
  resources: part('Resources', "Overrides keys of the contract's `resources`.", {
    otherwise: "the contract's",
    example: { memory: '2Gi' },
  }),
  scaling: part('Scaling', "Overrides keys of the contract's `scaling`.", { otherwise: "the contract's", example: { max: 5 } }),
});

export const stackOverride: Schema = object('StackOverride', 'What this contract does otherwise in one stack.', {
  routing: part('Routing', 'Replaces the keys of `routing` that it names.', { example: { weights: { '1.5.0': 100 } } }),
  scaling: part('Scaling', 'Replaces the keys of `scaling` that it names.', { example: { min: 3, max: 40 } }),
  resources: part('Resources', 'Replaces the keys of `resources` that it names.', { example: { memory: '2Gi' } }),
  rateLimit: part('RateLimit', 'Replaces the limit of every method.', { example: { requests: 60 } }),
});

const jsonSchema = (description: string, example: string): Schema => ({
  description,
  type: 'object',
  'x-kea-type': 'JsonSchema',
  'x-kea-default': "derived from the model's graph where there is one",
  examples: [{ $ref: example }],
});

export const method: Schema = object('Method', 'One operation of the contract.', {
  summary: text('What the method does, in a sentence.', { most: 300, otherwise: "the method's name", example: 'Score one application.' }),
  request: jsonSchema(
    "JSON Schema 2020-12 of the request's body, inline or `{$ref: file}`. Must be bounded.",
    'schemas/score.request.json',
  ),
  response: jsonSchema('JSON Schema 2020-12 of the answer, inline or `{$ref: file}`.', 'schemas/score.response.json'),
  responseCheck: choice(
    'What happens to an answer that does not fit the schema: nothing, a record, or 502.',
    ['none', 'report', 'enforce'],
    { default: is.responseCheck, example: 'report' },
  ),
  call: part('Call', 'How the method reaches the runtime.', {
    otherwise: 'derived where request fields and tensors match by name, one to one',
    example: { input: { X: ['income', 'age', 'amount'] }, output: { score: { tensor: 'probabilities', column: 1 } } },
  }),
  roles: list(
    'Roles that admit besides `<model>:<method>`.',
    formed('Name of a role.', roleName.form, roleName.pattern, { most: 128, example: 'credit-analyst' }),
    {
      most: 50,
      unique: true,
      otherwise: 'only the method role admits',
      example: ['credit-analyst'],
    },
  ),
  public: flag('Anyone may call it without a token; needs an approved exception, and excludes `roles`.', {
    default: false,
    example: false,
  }),
  cache: part('Cache', 'Whether answers are kept.', { otherwise: 'answers are not kept', example: { scope: 'shared', ttl: '10m' } }),
  rateLimit: part('RateLimit', 'How often one caller may call.', {
    otherwise: "the stack's default",
    example: { requests: 600, per: 'minute', by: 'client' },
  }),
  timeout: duration('Longest time the model may take.', { default: is.timeout, example: '2s' }),
  maxBody: bytes('Largest request body.', { default: is.maxBody, example: '64Ki' }),
  idempotent: flag('Calling twice does the same as calling once; only such a method may be cached or retried.', {
    default: is.idempotent,
    example: true,
  }),
  retries: whole('How often a failed call is tried again; more than 1 only where idempotent.', 0, 5, {
    unit: 'attempts',
    default: is.retries,
    example: 1,
  }),
  examples: list('Calls that must work: a version gets traffic only after it answered them.', part('Example', 'One call.'), {
    most: 50,
    otherwise: 'made from the request schema where it is derived',
    example: [{ name: 'typical', request: { income: 52000 }, response: { score: 0.87 }, tolerance: 0.01 }],
  }),
});

export const cache: Schema = object('Cache', 'Whether and how long answers are kept.', {
  scope: choice('Who shares an answer: nobody, all who may call, or each caller for itself.', ['none', 'shared', 'principal'], {
    default: is.cacheScope,
    example: 'shared',
  }),
  ttl: duration('How long an answer is kept; needed unless `scope` is `none`.', {
    otherwise: 'needed unless `scope` is `none`',
    example: '10m',
  }),
  staleWhileRevalidate: duration(
    'How long after its time an answer is still given, while one call asks the model anew behind it; not with `scope: none`.',
    { otherwise: 'an answer past its time is not given', example: '1m' },
  ),
});

export const call: Schema = object('Call', 'Binds the method to the runtime; which keys are allowed depends on the framework.', {
  model: text('Tensor frameworks: the name by which the runtime knows the model.', {
    most: 200,
    otherwise: "the model's name",
    example: 'ensemble',
  }),
  signature: text('Tensor frameworks: the signature to call.', {
    most: 200,
    otherwise: 'the default signature',
    example: 'serving_default',
  }),
  input: map(
    'CallInput',
    'Tensor frameworks: tensor → a request field, or a list of fields in the order of its columns.',
    fieldName,
    either('The field, or fields in the order of columns.', [
      text('Name of a request field.', { most: 200, example: 'text' }),
      list('Names of request fields in the order of columns.', text('Name of a request field.', { most: 200, example: 'income' }), {
        least: 1,
        most: 5000,
        example: ['income', 'age'],
      }),
    ]),
  ),
  output: map(
    'CallOutput',
    'Tensor frameworks: field of the answer → a tensor, or one column of it.',
    fieldName,
    either('The tensor, or one column of it.', [
      text('Name of a tensor.', { most: 200, example: 'label' }),
      part('CallColumn', 'One column of a tensor.'),
    ]),
  ),
  function: formed('`python`: the function of the class.', 'the name of a Python function', '^[A-Za-z_][A-Za-z0-9_]*$', {
    most: 100,
    otherwise: "the method's name",
    example: 'predict',
  }),
  post: formed('`container`: where the body is posted to.', path, PATH, {
    most: 200,
    otherwise: '`/<method>`',
    example: '/v1/grade',
  }),
  openai: choice('`vllm`, `huggingface`: the operation of the OpenAI API.', ['chat.completions', 'completions', 'embeddings'], {
    otherwise: 'needed for `vllm` and `huggingface`',
    example: 'chat.completions',
  }),
});

export const callColumn: Schema = object(
  'CallColumn',
  'One column of a tensor.',
  {
    tensor: text('Name of the tensor.', { most: 200, example: 'probabilities' }),
    column: whole('Index in the last dimension, from 0.', 0, 1_000_000, { example: 1 }),
  },
  ['tensor', 'column'],
);

export const example: Schema = object(
  'Example',
  'A call that must work.',
  {
    name: formed('Short name, unique in the method.', dnsLabel.form, dnsLabel.pattern, { most: 52, example: 'typical' }),
    request: { description: 'Body of the request.', 'x-kea-type': 'JsonValue', examples: [{ income: 52000, age: 41, amount: 9000 }] },
    response: {
      description: 'What the answer must be.',
      'x-kea-type': 'JsonValue',
      'x-kea-default': 'any answer that fits the response schema will do',
      examples: [{ score: 0.87 }],
    },
    tolerance: number('Largest difference that numbers of the answer may have.', 0, 1_000_000_000, {
      default: is.tolerance,
      example: 0.01,
    }),
  },
  ['name', 'request'],
);

export const slo: Schema = object('Slo', 'What the owner promises; alerts are built from it.', {
  availability: number("Share of calls that do not fail on the platform's side.", 50, 99.999, {
    unit: 'percent',
    otherwise: 'no promise',
    example: 99.9,
  }),
  latency: part('SloLatency', 'Times within which calls are answered.', { example: { p99: '200ms' } }),
});

export const sloLatency: Schema = object('SloLatency', 'Times within which calls are answered.', {
  p50: duration('Half of the calls.', { otherwise: 'no promise', example: '20ms' }),
  p95: duration('95 of 100 calls.', { otherwise: 'no promise', example: '100ms' }),
  p99: duration('99 of 100 calls.', { otherwise: 'no promise', example: '200ms' }),
});

export const audit: Schema = object('Audit', 'How exactly calls are recorded.', {
  level: choice(
    '`metadata`: best effort, losses counted; `durable`: on disk before the answer leaves; `strict`: no record, no answer.',
    ['metadata', 'durable', 'strict'],
    {
      otherwise: '`durable` where `data.classification` is confidential or restricted or `data.risk` is high, else `metadata`',
      example: 'durable',
    },
  ),
  payload: choice(
    'What is kept of bodies: nothing, a keyed hash, or the body without the fields marked `x-kea-pii`.',
    ['none', 'hashed', 'redacted'],
    { default: is.auditPayload, example: 'hashed' },
  ),
});

const date = (description: string, example: string): Schema =>
  formed(description, 'a date in quotes such as "2027-06-30"', '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', {
    most: 10,
    otherwise: 'no date',
    example,
  });

const standsFor = (what: string, otherwise: string, example: string): Schema =>
  formed(`Method that ${what} stands for.`, methodName.form, methodName.pattern, { most: methodName.most, otherwise, example });

export const fronts: Schema = object(
  'Fronts',
  "Which methods the field's standard paths stand for, under the same roles, limits and cache.",
  {
    infer: standsFor(
      'ModelInfer of the Open Inference Protocol, `/models/<model>/<contract>/v2/models/<model>/infer`,',
      'the only method bound to tensors; with several, no such path',
      'score',
    ),
    chat: standsFor(
      '`chat/completions` of the OpenAI API, below `/models/<model>/<contract>/openai/v1`,',
      'the only method with `call: {openai: chat.completions}`',
      'chat',
    ),
    completions: standsFor('`completions` of the OpenAI API', 'the only method with `call: {openai: completions}`', 'complete'),
    embeddings: standsFor('`embeddings` of the OpenAI API', 'the only method with `call: {openai: embeddings}`', 'embed'),
  },
);

export const lifecycle: Schema = object('Lifecycle', 'How the contract ends.', {
  deprecated: date('Answers carry this day as the `deprecation` header.', '2027-01-01'),
  sunset: date('From this day on the contract may be removed; after `deprecated`. Answers carry it as the `sunset` header.', '2027-06-30'),
  retired: flag('Drops the routes and keeps the pods: the first of two steps of a removal.', { default: false, example: true }),
});

export const versions: Schema = map(
  'Versions',
  "Builds that serve this contract, by MAJOR.MINOR.PATCH; MAJOR is the contract's number.",
  semVer,
  part('Version', 'One build of the model.'),
  50,
);

export const stackOverrides: Schema = map(
  'StackOverrides',
  "What this contract does otherwise in one stack, by the stack's name.",
  dnsLabel,
  part('StackOverride', 'What is otherwise in this stack.'),
  50,
);

export const methods: Schema = map(
  'Methods',
  'The operations of the contract, by name; the name is the last part of the URL.',
  methodName,
  part('Method', 'One operation.'),
  100,
);

/** Keys of `vN.yaml`; they may stand in `model.yaml` when the model has one contract. */
export const contractKeys: { readonly [key: string]: Schema } = {
  artifact: {
    ...artifact,
    'x-kea-default': 'the artifacts of `versions`',
    description: 'Short form for the only version, N.0.0 of contract vN: a file or a folder.',
  },
  image: {
    ...image,
    'x-kea-default': 'the images of `versions`',
    description: 'Short form for the only version, N.0.0 of contract vN: a container image.',
  },
  runtime: part('Runtime', 'What serves the model, and how it starts.', { example: { framework: 'onnx', loadTime: '30s' } }),
  versions: part('Versions', "Builds that serve this contract, by MAJOR.MINOR.PATCH; MAJOR is the contract's number.", {
    example: { '1.4.0': { artifact: 'model.onnx' } },
  }),
  routing: part('Routing', 'Which version answers which call.', {
    otherwise: 'the only version answers all',
    example: { weights: { '1.4.0': 90, '1.5.0': 10 }, sticky: 'principal' },
  }),
  stacks: part('StackOverrides', "What this contract does otherwise in one stack, by the stack's name.", {
    otherwise: 'nothing',
    example: { staging: { scaling: { min: 1 } } },
  }),
  methods: part('Methods', 'The operations of the contract, by name; the name is the last part of the URL.', {
    otherwise: "one method `predict`, derived from the model's graph",
    example: { score: { summary: 'Score one application.' } },
  }),
  fronts: part('Fronts', "Which methods the field's standard paths stand for.", {
    otherwise: 'derived where one method alone fits',
    example: { infer: 'score' },
  }),
  grpc: flag('Opens `fronts.infer` over gRPC too; such calls are not checked against the schema, nor cached.', {
    default: is.grpc,
    example: true,
  }),
  resources: part('Resources', 'What one instance needs.', { example: { cpu: '500m', memory: '1Gi' } }),
  scaling: part('Scaling', 'How many instances run.', { example: { min: 2, max: 20, target: { cpu: 70 } } }),
  slo: part('Slo', 'What the owner promises.', {
    otherwise: 'no alerts on objectives',
    example: { availability: 99.9, latency: { p99: '200ms' } },
  }),
  audit: part('Audit', 'How exactly calls are recorded.', { example: { level: 'durable', payload: 'hashed' } }),
  lifecycle: part('Lifecycle', 'How the contract ends.', {
    otherwise: 'it lives on',
    example: { deprecated: '2027-01-01', sunset: '2027-06-30' },
  }),
};
