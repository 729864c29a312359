import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactFindings } from '../../../core/findings/artifact';
import { contractFindings } from '../../../core/findings/contract';
import { modelFindings } from '../../../core/findings/model';
import { stackFindings } from '../../../core/findings/stack';
import { packageRoot } from '../../../core/package-root';
import { loadPlatform } from '../../../schema/load';
import { shown, withProject, type Files } from '../load/project';

/** Tensors: `X` FP32 [N, 3] in, `label` INT64 [N] and `probabilities` FP32 [N, 2] out. */
const onnx = readFileSync(join(packageRoot(), 'models/risk/credit-score/artifacts/1.4.0.onnx'));
/** Tensors: `sepal_length` … FP32 [N, 1] in. */
const iris = readFileSync(join(packageRoot(), 'models/iris/iris.onnx'));

const request =
  '{ type: object, properties: { a: { type: number }, b: { type: number }, c: { type: integer } }, required: [a, b, c], additionalProperties: false }';
const response = '{ type: object, properties: { p: { type: number } }, required: [p] }';
const method = `request: ${request}\n    response: ${response}\n    call: { input: { X: [a, b, c] }, output: { p: { tensor: probabilities, column: 1 } } }`;
/** A whole one-file model; `more` adds keys to the method, `rest` replaces the other keys. */
const model = (more = '', rest = 'artifact: m.onnx'): string =>
  `${rest}\nmethods:\n  score:\n    ${method}\n${more === '' ? '' : `    ${more}\n`}`;
const json = (schema: string): string =>
  `runtime: { framework: container, local: { command: [a] } }\nimage: grades\nmethods:\n  read:\n    request: ${schema}\n    response: {}\n`;
const sha = (digit: string): string => digit.repeat(64);

interface Case {
  readonly model?: string;
  readonly files?: Files;
  /** Content of `stacks/prod.yaml`. */
  readonly stack?: string;
  /** `code file:line:column path | message` of every finding of the model's areas. */
  readonly finds: readonly string[];
}

const oidc = 'identity: { oidc: { issuer: https://login.example.com } }\n';

const cases: { readonly [name: string]: Case } = {
  'a version of another contract': {
    files: { 'models/m/v1.yaml': 'versions: { 2.0.0: { artifact: m.onnx } }\n' + model('', '') },
    model: 'owner: a\n',
    finds: ['KEA1201 v1.yaml:1:13 versions["2.0.0"] | version "2.0.0" stands in contract "v1", must be 1.x.y'],
  },
  'a standard path for a method that does not fit': {
    model: model('', 'artifact: m.onnx\nfronts: { infer: scor, chat: score }'),
    finds: [
      'KEA1244 model.yaml:2:11 fronts.infer | "scor" is no method of this contract; methods bound to tensors: "score"',
      'KEA1244 model.yaml:2:24 fronts.chat | "score" is not with that operation of the OpenAI API; methods with that operation of the OpenAI API: none',
    ],
  },
  'gRPC from a server that does not speak it, beside promises that it cannot keep': {
    model: model('', 'artifact: m.onnx\ngrpc: true\naudit: { level: strict, payload: hashed }'),
    finds: [
      'KEA1245 model.yaml:2:1 grpc | "grpc" is true, and the server of "onnx" does not speak it; "sklearn", "xgboost", "lightgbm", "mlflow", "pytorch" and "triton" do',
      'KEA1246 model.yaml:2:1 grpc | "grpc" is true, and "audit.level" is strict',
      'KEA1246 model.yaml:2:1 grpc | "grpc" is true, and "audit.payload" is hashed',
      'KEA1246 model.yaml:2:1 grpc | "grpc" is true, and method "score" has "responseCheck: report"',
    ],
  },
  'gRPC without a method for it': {
    model: json('{ type: integer }').replace('image: grades', 'image: grades\ngrpc: true'),
    finds: [
      'KEA1245 model.yaml:3:1 grpc | "grpc" is true, and no method stands for "fronts.infer"',
      'KEA1245 model.yaml:3:1 grpc | "grpc" is true, and the server of "container" does not speak it; "sklearn", "xgboost", "lightgbm", "mlflow", "pytorch" and "triton" do',
    ],
  },
  'weights that do not sum to 100, also in a stack that is not looked at': {
    model: model(
      '',
      'versions: { 1.0.0: { artifact: m.onnx } }\nrouting: { weights: { 1.0.0: 90 } }\nstacks: { local: { routing: { weights: { 1.0.0: 99 } } } }',
    ),
    finds: [
      'KEA1202 model.yaml:2:12 routing.weights | "weights" sum to 90, must sum to 100',
      'KEA1202 model.yaml:3:31 stacks.local.routing.weights | "weights" sum to 99, must sum to 100',
    ],
  },
  'routing to a version that is not there': {
    model: model('', 'versions: { 1.0.0: { artifact: m.onnx } }\nrouting: { weights: { 1.0.0: 100 }, shadow: { 1.0.1: 5 } }'),
    finds: ['KEA1203 model.yaml:2:47 routing.shadow["1.0.1"] | "1.0.1" is not a version of this contract; there are "1.0.0"'],
  },
  'several versions without weights': {
    model: model('', 'versions: { 1.0.0: { artifact: m.onnx }, 1.1.0: { artifact: m.onnx } }'),
    finds: ['KEA1204 model.yaml:1:1 versions | "routing.weights" is missing, and there are the versions "1.0.0" and "1.1.0"'],
  },
  'a framework that the name does not tell': {
    model: model('', 'artifact: m.json'),
    files: { 'models/m/m.json': '{}' },
    finds: [
      expect.stringMatching(
        /^KEA1205 model.yaml:1:1 artifact \| the framework of "m.json" is not known from its name; known are ".onnx", /,
      ) as string,
    ],
  },
  'a method without a binding': {
    model: `artifact: m.onnx\nmethods:\n  score:\n    request: ${request}\n    response: ${response}\n`,
    finds: [
      'KEA1206 model.yaml:3:3 methods.score | method "score" has no "call", and fields and tensors do not match by name; the graph has the inputs "X" and the outputs "label" and "probabilities"',
    ],
  },
  'a key of call for another framework': {
    model: model().replace('call: {', 'call: { post: /x,'),
    finds: ['KEA1207 model.yaml:6:13 methods.score.call.post | "post" is not read by "onnx"; it reads "input", "output" and "model"'],
  },
  'a tensor that is not bound, and one that is not there': {
    model: model().replace('{ X: [a, b, c] }', '{ Y: [a, b, c] }'),
    finds: [
      'KEA1208 model.yaml:6:13 methods.score.call.input | input "X" of the graph is not bound',
      'KEA1209 model.yaml:6:22 methods.score.call.input.Y | "Y" is no input of the graph; there are "X"',
    ],
  },
  'a field that the request does not have, and one that the model never sees': {
    model: model().replace('{ X: [a, b, c] }', '{ X: [a, b, d] }'),
    finds: [
      'KEA1210 model.yaml:6:32 methods.score.call.input.X[2] | "d" is no field of the request; there are "a", "b" and "c"',
      'KEA1212 model.yaml:4:5 methods.score.request | "c" is not named in "call.input"',
    ],
  },
  'a field bound twice': {
    model: model().replace('{ X: [a, b, c] }', '{ X: [a, c, c] }').replace('b: { type: number }, ', '').replace('[a, b, c]', '[a, c]'),
    finds: ['KEA1211 model.yaml:6:32 methods.score.call.input.X[2] | "c" is bound twice'],
  },
  'a required field of the answer that no tensor fills': {
    model: model()
      .replace('required: [p]', 'required: [p, q]')
      .replace('{ p: { type: number } }', '{ p: { type: number }, q: { type: number } }'),
    finds: ['KEA1213 model.yaml:6:38 methods.score.call.output | "q" is required in the answer, and no tensor fills it'],
  },
  'columns that the tensor does not have': {
    model: model()
      .replace('column: 1', 'column: 2')
      .replace('{ X: [a, b, c] }', '{ X: [a, b] }')
      .replace(', c: { type: integer }', '')
      .replace('[a, b, c], add', '[a, b], add'),
    finds: [
      'KEA1214 model.yaml:6:22 methods.score.call.input.X | "X" has the shape [N, 3] and takes 3 fields, not 2',
      'KEA1214 model.yaml:6:73 methods.score.call.output.p.column | column 2 is not in "probabilities", which has the shape [N, 2]',
    ],
  },
  'an optional field that a tensor needs': {
    model: model().replace('required: [a, b, c]', 'required: [a, b]'),
    finds: ['KEA1215 model.yaml:6:32 methods.score.call.input.X[2] | "c" is optional in the request, and the tensor needs it'],
  },
  'the role of a method that is not there, and roles that mean something else': {
    model: model('roles: ["m:scor", "m:score", "m:pin", analyst, "urn:x:y"]'),
    finds: [
      'KEA1217 model.yaml:7:23 methods.score.roles[1] | "m:score" admits to "score" anyway',
      'KEA1217 model.yaml:7:34 methods.score.roles[2] | "m:pin" chooses versions and admits to nothing',
      'KEA1216 model.yaml:7:13 methods.score.roles[0] | "m:scor" is the role of no method',
    ],
  },
  'a public method with roles': {
    model: model('public: true\n    roles: [student]'),
    finds: ['KEA1218 model.yaml:8:5 methods.score.roles | "score" is public and lists roles'],
  },
  'a public method': {
    model: model('public: true'),
    finds: ['KEA1219 model.yaml:7:5 methods.score.public | "score" is public: anybody may call it'],
  },
  'fewest instances above most': {
    model: model('', 'artifact: m.onnx\nscaling: { min: 12 }'),
    finds: ['KEA1220 model.yaml:2:12 scaling.min | "min" is 12 and "max" is 10'],
  },
  'a metric without a source': {
    model: model('', 'artifact: { uri: s3://a/m.onnx, sha256: "' + sha('1') + '" }\nscaling: { target: { rps: 50 } }'),
    stack: `${oidc}artifacts: { store: s3://a }\nmetrics: { custom: { gpu: prometheus-adapter } }\n`,
    finds: ['KEA1221 model.yaml:2:22 scaling.target.rps | "rps" has no source in stack "prod"; it has "cpu" and "gpu"'],
  },
  'two scaling targets': {
    model: model('', 'artifact: m.onnx\nscaling: { target: { cpu: 70, rps: 50 } }'),
    finds: ['KEA1222 model.yaml:2:12 scaling.target | "target" names "cpu" and "rps", must name exactly one'],
  },
  'a runtime without its GPU': {
    model:
      'runtime: { framework: vllm }\nartifact: s3://a/b/\nmethods:\n  m: { request: { const: 1 }, response: {}, call: { openai: embeddings } }\n',
    finds: ['KEA1223 model.yaml:1:1 - | "vllm" needs a GPU, and "resources.gpu" is missing'.replace(' -', '')],
  },
  'a timeout longer than the drain': {
    model: model('timeout: 31s'),
    finds: ['KEA1224 model.yaml:7:5 methods.score.timeout | "31s" is longer than 30s, the drain of stack "local"'],
  },
  'a shared cache for confidential data': {
    model: model('cache: { scope: shared, ttl: 1m }', 'artifact: m.onnx\ndata: { classification: restricted }'),
    finds: [
      'KEA1225 model.yaml:8:14 methods.score.cache.scope | "shared" would hand answers on restricted data from one caller to another; allowed are "none" and "principal"',
    ],
  },
  'a cache and retries for what is not idempotent': {
    model: model('idempotent: false\n    cache: { scope: principal, ttl: 1m }\n    retries: 2'),
    finds: [
      'KEA1226 model.yaml:8:5 methods.score.cache | "score" is not idempotent, and its answers would be kept',
      'KEA1226 model.yaml:9:5 methods.score.retries | "score" is not idempotent, and would be tried 2 times again; at most 1',
    ],
  },
  'a cache without its time': {
    model: model('cache: { scope: shared }'),
    finds: ['KEA1227 model.yaml:7:5 methods.score.cache | "ttl" is missing beside scope "shared"'],
  },
  'an audit level too low for the data': {
    model: model('', 'artifact: m.onnx\ndata: { risk: high }\naudit: { level: metadata }'),
    finds: [
      'KEA1228 model.yaml:3:10 audit.level | "metadata" is too low for internal data of high risk; allowed are "durable" and "strict"',
    ],
  },
  'a sunset before the deprecation': {
    model: model('', 'artifact: m.onnx\nlifecycle: { deprecated: "2027-06-30", sunset: "2027-01-01" }'),
    finds: ['KEA1229 model.yaml:2:40 lifecycle.sunset | "sunset" is "2027-01-01", must be after "deprecated", which is "2027-06-30"'],
  },
  'a day that the calendar does not have': {
    model: model('', 'artifact: m.onnx\nlifecycle: { deprecated: "2027-02-30" }'),
    finds: ['KEA1229 model.yaml:2:14 lifecycle.deprecated | "2027-02-30" is no day of the calendar'],
  },
  'an override for a stack that is not there': {
    model: model('', 'artifact: { uri: s3://a/m.onnx, sha256: "' + sha('1') + '" }\nstacks: { pord: { scaling: { min: 3 } } }'),
    stack: `${oidc}artifacts: { store: s3://a }\n`,
    finds: ['KEA1231 model.yaml:2:11 stacks.pord | there is no stack "pord"; there are "prod" and "local"'],
  },
  'a key of runtime for another framework': {
    model: model('', 'artifact: m.onnx\nruntime: { port: 8080 }'),
    finds: ['KEA1232 model.yaml:2:12 runtime.port | "port" is read by "container" only, and the framework is "onnx"'],
  },
  'a python model without its class': {
    model:
      'runtime: { framework: python, source: src/m.py, local: { command: [a] } }\nmethods:\n  m: { request: { const: 1 }, response: {} }\n',
    finds: ['KEA1232 model.yaml:1:1 runtime | "class" is missing; "python" needs it'],
  },
  'a method without schemas': {
    model: 'runtime: { framework: sklearn }\nartifact: s3://a/m\nmethods:\n  m: { call: { input: {}, output: {} } }\n',
    finds: [
      'KEA1233 model.yaml:4:3 methods.m | method "m" has no "request" and no "response": they are derived only from an ONNX file below the model',
    ],
  },
  'derived schemas in a strict stack': {
    model: 'artifact: i.onnx\n',
    stack: `${oidc}derivedSchemas: refuse\n`,
    finds: ['KEA1234 model.yaml:1:1 | the schemas of "predict" are derived, and stack "prod" refuses that'],
  },
  'a quantity of nothing': {
    model: model('timeout: 0s'),
    finds: ['KEA1235 model.yaml:7:5 methods.score.timeout | "0s" is nothing, must be above zero'],
  },
  'quantities beyond what the cluster, the gateway and the cache can do': {
    model: model('maxBody: 900Gi', 'artifact: m.onnx\nresources: { memory: 1Ki }\nscaling: { behaviour: { scaleDown: 2h } }'),
    finds: [
      'KEA1235 model.yaml:2:14 resources.memory | "1Ki" must be at least 16Mi: no server starts in less, and no node has more',
      'KEA1235 model.yaml:3:25 scaling.behaviour.scaleDown | "2h" must be at most 1h: Kubernetes takes no more',
      'KEA1235 model.yaml:9:5 methods.score.maxBody | "900Gi" must be at most 64Mi: the gateway takes no larger body',
    ],
  },
  'a moment that no clock shows': {
    model: model(
      '',
      'artifact: m.onnx\nscaling: { schedule: [{ cron: "61 7 * * 1-5", min: 3 }, { cron: "*/15 7,9 1-7 jan SUN", min: 3 }, { cron: "0 9-5 * * *", min: 3 }] }',
    ),
    finds: [
      'KEA1243 model.yaml:2:25 scaling.schedule[0].cron | "61 7 * * 1-5" has "61" as minute, must be from 0 to 59, a range, or * with a step',
      'KEA1243 model.yaml:2:101 scaling.schedule[2].cron | "0 9-5 * * *" has "9-5" as hour, must be from 0 to 23, a range, or * with a step',
    ],
  },
  'one value for a row of columns': {
    model: model('').replace('{ p: { tensor: probabilities, column: 1 } }', '{ p: probabilities }'),
    finds: [
      'KEA1214 model.yaml:6:48 methods.score.call.output.p | "probabilities" has the shape [N, 2], and one number is bound to all 2 columns',
    ],
  },
  'an objective above the timeout': {
    model: model('timeout: 1s', 'artifact: m.onnx\nslo: { latency: { p99: 2s } }'),
    finds: ['KEA1238 model.yaml:2:19 slo.latency.p99 | "p99" is 2s, longer than every timeout'],
  },
  'an artifact that is no model: nothing is said of the schemas that follow': {
    model: 'artifact: g.onnx\n',
    files: { 'models/m/g.onnx': 'garbage' },
    finds: ['KEA1511 model.yaml:1:11 artifact | "g.onnx" is no ONNX model: a field at byte 1 has an unknown wire type'],
  },
  'an artifact of another framework': {
    model: model('', 'runtime: { framework: sklearn }\nartifact: m.onnx'),
    finds: ['KEA1511 model.yaml:2:1 artifact | "m.onnx" is by its name a file of "onnx", and the framework is "sklearn"'],
  },
  'quantities of a stack beyond bounds': {
    stack: `${oidc}gateway: { drain: 10h }\naudit: { volume: 1Ki }\n`,
    finds: [
      'KEA1315 stacks/prod.yaml:2:12 gateway.drain | "10h" must be at most 1h',
      'KEA1315 stacks/prod.yaml:3:10 audit.volume | "1Ki" must be at least 64Mi',
    ],
  },
  'a namespace of the cluster': {
    stack: `${oidc}namespaces: { platform: kube-system }\n`,
    finds: ['KEA1313 stacks/prod.yaml:2:15 namespaces.platform | "kube-system" belongs to the cluster'],
  },
  'short and long form together': {
    model: model('', 'artifact: m.onnx\nversions: { 1.0.0: { artifact: m.onnx } }'),
    finds: ['KEA1236 model.yaml:1:1 artifact | "artifact" stands beside "versions"'],
  },
  'a header that cannot choose a version': {
    model: model('', 'versions: { 1.0.0: { artifact: m.onnx } }\nrouting: { match: [{ header: x-kea-model, equals: a, version: 1.0.0 }] }'),
    finds: ['KEA1237 model.yaml:2:22 routing.match[0].header | "x-kea-model" cannot choose a version'],
  },
  'latency objectives out of order': {
    model: model('', 'artifact: m.onnx\nslo: { latency: { p50: 2s, p99: 1s } }'),
    finds: ['KEA1238 model.yaml:2:28 slo.latency.p99 | "p99" is 1s, and "p50" is 2s'],
  },
  'a shadow of what is not idempotent': {
    model: model(
      'idempotent: false',
      'versions: { 1.0.0: { artifact: m.onnx } }\nrouting: { weights: { 1.0.0: 100 }, shadow: { 1.0.0: 5 } }',
    ),
    finds: ['KEA1239 model.yaml:2:37 routing.shadow | "shadow" mirrors "score", which is not idempotent'],
  },
  'versions that speak different protocols': {
    model: model(
      '',
      `versions:\n  1.0.0: { artifact: m.onnx }\n  1.1.0: { image: "r/m@sha256:${sha('a')}" }\nrouting: { weights: { 1.0.0: 50, 1.1.0: 50 } }`,
    ),
    finds: ['KEA1240 model.yaml:3:3 versions["1.1.0"] | "1.1.0" is "container" and "1.0.0" is "onnx"'],
  },
  'a field of a kind that the tensor cannot hold': {
    model: model().replace('c: { type: integer }', 'c: { type: string, maxLength: 9 }'),
    finds: ['KEA1241 model.yaml:6:22 methods.score.call.input.X | "c" is of type "string", and tensor "X" holds FP32'],
  },
  'a web page without TLS': {
    model: model('', 'artifact: m.onnx\ncors: { origins: ["http://app.example.com", "http://localhost:3000"] }'),
    finds: ['KEA1242 model.yaml:2:19 cors.origins[0] | "http://app.example.com" is not https'],
  },
  'unbounded parts of a request': {
    model: json(
      '{ type: object, properties: { t: { type: string }, l: { type: array, items: { type: number } }, o: { type: object }, x: {}, u: { type: string, format: uuid } }, additionalProperties: false }',
    ),
    finds: [
      'KEA1401 model.yaml:5:44 methods.read.request.properties.t | a text has no "maxLength", at /properties/t of the schema',
      'KEA1402 model.yaml:5:65 methods.read.request.properties.l | a list has no "maxItems", at /properties/l of the schema',
      'KEA1403 model.yaml:5:110 methods.read.request.properties.o | an object has no "additionalProperties: false", at /properties/o of the schema',
      'KEA1404 model.yaml:5:131 methods.read.request.properties.x | nothing says what the value is; "type" is missing, at /properties/x of the schema',
    ],
  },
  'a request with tensors that is no object': {
    model: model().replace(`request: ${request}`, 'request: { type: array, maxItems: 3, items: { type: number } }'),
    finds: [
      'KEA1405 model.yaml:4:5 methods.score.request | "request" of "score" must say "type: object"',
      ...['0', '1', '2'].map(
        (index) =>
          `KEA1210 model.yaml:6:${26 + Number(index) * 3} methods.score.call.input.X[${index}] | "${'abc'[Number(index)]}" is no field of the request; there are none`,
      ),
    ],
  },
  'a pattern that may take very long': {
    model: json('{ type: string, maxLength: 100, pattern: "^(a+)+$" }'),
    finds: [
      'KEA1406 model.yaml:5:46 methods.read.request.pattern | "^(a+)+$" takes time that grows exponentially, at /pattern of the schema',
    ],
  },
  'a schema nested too deeply': {
    model: json(`${'{ type: array, maxItems: 1, items: '.repeat(33)}{ type: number }${' }'.repeat(33)}`),
    finds: [
      expect.stringMatching(
        /^KEA1407 model.yaml:5:\d+ methods.read.request[.a-z]+ \| the schema is nested deeper than 32 levels, at /,
      ) as string,
    ],
  },
  'examples that do not fit': {
    model: model('examples: [{ name: a, request: { a: 1, b: 2, c: x, d: 1 }, response: { p: high } }]'),
    finds: [
      'KEA1408 model.yaml:7:27 methods.score.examples[0].request | example "a": request must NOT have additional properties "d"',
      'KEA1408 model.yaml:7:50 methods.score.examples[0].request.c | example "a": request/c must be integer',
      'KEA1409 model.yaml:7:76 methods.score.examples[0].response.p | example "a": response/p must be number',
    ],
  },
  'examples that make no sense': {
    model: model('examples: [{ name: a, request: { a: 1, b: 2, c: 3 } }, { name: a, request: { a: 1, b: 2, c: 3 }, tolerance: 1 }]'),
    finds: [
      'KEA1410 model.yaml:7:62 methods.score.examples[1].name | "a" is the name of an earlier example',
      'KEA1412 model.yaml:7:102 methods.score.examples[1].tolerance | example "a" has a "tolerance" and no "response"',
    ],
  },
  'an example larger than the body may be': {
    model: `${json('{ type: string, maxLength: 5000 }')}    maxBody: 1Ki\n    examples: [{ name: long, request: ${'a'.repeat(1100)} }]\n`,
    finds: ['KEA1411 model.yaml:8:30 methods.read.examples[0].request | example "long" has 1102 bytes, and "maxBody" is 1Ki'],
  },
  'bounds that no value satisfies': {
    model: json(
      '{ type: object, properties: { t: { type: string, minLength: 5, maxLength: 3 } }, required: [u], additionalProperties: false }',
    ),
    finds: [
      'KEA1414 model.yaml:5:5 methods.read.request | "u" is required and not declared, and further fields are forbidden',
      'KEA1414 model.yaml:5:44 methods.read.request.properties.t | "minLength" is 5 and "maxLength" is 3, at /properties/t of the schema',
    ],
  },
  'neither artifact nor image, and both': {
    model: model(
      '',
      `versions:\n  1.0.0: {}\n  1.1.0: { artifact: m.onnx, image: "r/m@sha256:${sha('a')}" }\nrouting: { weights: { 1.0.0: 50, 1.1.0: 50 } }`,
    ),
    finds: [
      'KEA1501 model.yaml:2:3 versions["1.0.0"] | version "1.0.0" has neither "artifact" nor "image"',
      'KEA1501 model.yaml:3:30 versions["1.1.0"].image | version "1.1.0" has both "artifact" and "image"',
    ],
  },
  'an image for a framework that loads files': {
    model: model('', `image: "r/m@sha256:${sha('a')}"\nruntime: { framework: onnx }`),
    finds: ['KEA1502 model.yaml:1:1 image | "onnx" takes an "artifact", not an "image"'],
  },
  'an artifact that is not there': {
    model: model('', 'artifact: nowhere.onnx'),
    finds: ['KEA1503 model.yaml:1:11 artifact | there is no "nowhere.onnx" in models/m'],
  },
  'an artifact outside of the model': {
    model: model(
      '',
      'versions: { 1.0.0: { artifact: ../other.onnx }, 1.1.0: { artifact: link.onnx } }\nrouting: { weights: { 1.0.0: 50, 1.1.0: 50 } }',
    ),
    files: { 'models/other.onnx': onnx, 'models/m/link.onnx': { link: '../other.onnx' } },
    finds: [
      'KEA1504 model.yaml:1:32 versions["1.0.0"].artifact | "../other.onnx" leads outside models/m',
      'KEA1504 model.yaml:1:68 versions["1.1.0"].artifact | "link.onnx" leads outside models/m',
    ],
  },
  'an artifact with another digest': {
    model: model('', `artifact: { uri: m.onnx, sha256: "${sha('0')}" }`),
    finds: [
      expect.stringMatching(
        /^KEA1505 model.yaml:1:26 artifact.sha256 \| "m.onnx" has the digest "67212f7a[0-9a-f]{56}", and the file says "0{64}"$/,
      ) as string,
    ],
  },
  'an address without digest, one that is not allowed, one of an unknown kind': {
    model: model(
      '',
      'versions:\n  1.0.0: { artifact: s3://b/m.onnx }\n  1.1.0: { artifact: ftp://a/m.onnx }\nrouting: { weights: { 1.0.0: 50, 1.1.0: 50 } }',
    ),
    stack: `${oidc}artifacts: { store: s3://a }\n`,
    finds: [
      'KEA1507 model.yaml:2:12 versions["1.0.0"].artifact | "s3://b/m.onnx" is not below an address that stack "prod" allows: "s3://a/"',
      'KEA1506 model.yaml:2:12 versions["1.0.0"].artifact | "s3://b/m.onnx" has no "sha256", and stack "prod" demands one',
      'KEA1508 model.yaml:3:12 versions["1.1.0"].artifact | "ftp://a/m.onnx" has an unknown scheme; known are "s3://", "https://", "oci://", "pvc://" and "file://"',
    ],
  },
  'an image without digest': {
    model: json('{ const: 1 }'),
    stack: oidc,
    finds: ['KEA1509 model.yaml:2:1 image | image "grades" has no digest'],
  },
  'an artifact too large to travel': {
    model:
      'runtime: { framework: sklearn }\n' +
      model('', 'artifact: big.joblib').replace('tensor: probabilities, column: 1', 'tensor: p, column: 1'),
    files: { 'models/m/big.joblib': Buffer.alloc(716_801) },
    stack: oidc,
    finds: ['KEA1510 model.yaml:2:11 artifact | "big.joblib" has 716801 bytes; at most 716800 travel in the plan'],
  },
  'bytes that are no model': {
    model: model('', 'artifact: bad.onnx'),
    files: { 'models/m/bad.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n' },
    finds: ['KEA1511 model.yaml:1:11 artifact | "bad.onnx" is a pointer of Git LFS, not the model itself'],
  },
  'versions with different tensors': {
    model: model(
      '',
      'versions: { 1.0.0: { artifact: m.onnx }, 1.1.0: { artifact: i.onnx } }\nrouting: { weights: { 1.0.0: 50, 1.1.0: 50 } }',
    ),
    finds: ['KEA1512 model.yaml:1:51 versions["1.1.0"].artifact | "1.1.0" has no input "X" (FP32), as "1.0.0" has'],
  },
  'a folder with a link inside': {
    model: model('', 'artifact: folder/\nruntime: { framework: sklearn }').replace('tensor: probabilities', 'tensor: p'),
    files: { 'models/m/folder/leak': { link: '/etc/hostname' } },
    finds: ['KEA1513 model.yaml:1:11 artifact | "folder/" holds "leak", which is a link'],
  },
  'a file that says it is a folder': {
    model: model('', 'artifact: m.onnx/'),
    finds: ['KEA1514 model.yaml:1:11 artifact | "m.onnx/" ends with a slash and is a file'],
  },
  'a variable that is named like a secret': {
    model: model('', 'artifact: m.onnx\nruntime: { env: { DB_PASSWORD: x, HF_TOKEN: y, PAD_TOKEN: p, MAX_TOKENS: "4" } }'),
    finds: [
      'KEA1247 model.yaml:2:19 runtime.env.DB_PASSWORD | "DB_PASSWORD" is named like a secret',
      'KEA1247 model.yaml:2:35 runtime.env.HF_TOKEN | "HF_TOKEN" is named like a secret',
    ],
  },
  'limits that count nothing': {
    model: model('rateLimit: { per: minute }'),
    finds: ['KEA1420 model.yaml:7:5 methods.score.rateLimit | "rateLimit" has neither "requests" nor "tokens"'],
  },
  'tokens where no language model answers': {
    model: model('rateLimit: { tokens: 100 }'),
    finds: [
      'KEA1420 model.yaml:7:18 methods.score.rateLimit.tokens | "tokens" are counted where a language model answers; "score" has no "call.openai"',
    ],
  },
  'keys of another kind of Redis': {
    stack: `${oidc}cache: { redis: { external: { address: "r:6379", more: ["s:6379"], master: m, ca: c, tls: false } } }\n`,
    finds: [
      'KEA1330 stacks/prod.yaml:2:50 cache.redis.external.more | "more" means nothing with "mode: single"',
      'KEA1330 stacks/prod.yaml:2:68 cache.redis.external.master | "master" means nothing with "mode: single"',
      'KEA1330 stacks/prod.yaml:2:79 cache.redis.external.ca | "ca" means nothing with "tls: false"',
    ],
  },
  'a secret for artifacts that come from nowhere': {
    stack: `${oidc}artifacts: { secret: kea-store }\n`,
    finds: ['KEA1319 stacks/prod.yaml:2:14 artifacts.secret | "kea-store" is read by nothing: there is no store and no allowed address'],
  },
  'a quota below what the models need, and a selection with a misspelled name': {
    model: model('', 'artifact: m.onnx\nresources: { cpu: 500m, memory: 1Gi }\nscaling: { min: 3 }'),
    stack: `${oidc}quota: { cpu: "1", memory: 3Gi, pods: 2 }\nmodels: { select: { name: [m, mm] } }\n`,
    finds: [
      'KEA1317 stacks/prod.yaml:3:31 models.select.name[1] | there is no model "mm"',
      'KEA1318 stacks/prod.yaml:2:10 quota.cpu | the models need at least 1500m, and the quota is 1',
      'KEA1318 stacks/prod.yaml:2:33 quota.pods | the models need at least 3, and the quota is 2',
    ],
  },
  'choices that are not exactly one': {
    stack: 'identity: { oidc: { issuer: https://login.example.com }, embedded: {} }\ncache: {}\n',
    finds: [
      'KEA1301 stacks/prod.yaml:1:1 identity | "identity" has "oidc" and "embedded", must have exactly one of "oidc", "keycloak" and "embedded"',
      'KEA1301 stacks/prod.yaml:2:1 cache | "cache" chooses nothing; one of "redis" and "none" is needed',
    ],
  },
  'an issuer that is named twice, and a proxy for keys that are not fetched': {
    stack:
      'identity: { oidc: { issuer: https://a.example.com }, also: [{ issuer: https://a.example.com, proxy: "proxy.infra:3128", jwks: "{\\"keys\\":[{}]}" }] }\n',
    finds: [
      'KEA6006 stacks/prod.yaml:1:63 identity.also[0].issuer | "https://a.example.com" is named twice',
      'KEA6006 stacks/prod.yaml:1:94 identity.also[0].proxy | "proxy" has no use: the keys stand in the file',
    ],
  },
  'a provider besides, over plain http': {
    stack: 'identity: { oidc: { issuer: https://a.example.com }, also: [{ issuer: https://b.example.com, jwksUri: http://b/k }] }\n',
    finds: ['KEA1311 stacks/prod.yaml:1:94 identity.also[0].jwksUri | "http://b/k" is not https'],
  },
  'a development database where policies deny': {
    stack: 'identity: { keycloak: { devDatabase: {} } }\npolicies: { level: deny }\n',
    finds: ['KEA6001 stacks/prod.yaml:1:25 identity.keycloak.devDatabase | "devDatabase" is for development only'],
  },
  'a managed login whose parts contradict each other': {
    stack: `identity: { keycloak: { machines: { kea-x: { roles: [a], jwksUri: "https://a.b/c", jwks: '{"keys":[{}]}' } }, brokers: { c: {} } } }\n`,
    finds: [
      'KEA1301 stacks/prod.yaml:1:13 identity.keycloak | "identity.keycloak" chooses nothing; one of "database" and "devDatabase" is needed',
      'KEA1301 stacks/prod.yaml:1:122 identity.keycloak.brokers.c | "identity.keycloak.brokers.c" chooses nothing; one of "oidc" and "saml" is needed',
      'KEA6002 stacks/prod.yaml:1:84 identity.keycloak.machines.kea-x.jwks | "kea-x" has "jwks" beside "jwksUri"',
      'KEA6003 stacks/prod.yaml:1:37 identity.keycloak.machines.kea-x | "kea-x" begins with "kea-", which is the platform\'s',
    ],
  },
  'the embedded identity outside the local stack': {
    stack: 'zones: true\n',
    finds: ['KEA1302 stacks/prod.yaml:1:1 | "identity" is missing, and the embedded issuer is for the local stack only'],
  },
  'a stack that trusts more, and is held less, than the one before it': {
    files: {
      'stacks/staging.yaml': `${oidc}policies: { admission: { deployers: [ci] } }\negress: { allow: [{ cidr: 10.0.0.0/8 }] }\nquota: { cpu: 4, memory: 8Gi, pods: 9 }\npriorityClass: high\ndefaults: { scaling: { min: 3 } }\nsecrets: existing\n`,
    },
    stack: `identity: { oidc: { issuer: https://login.example.com }, also: [{ issuer: https://other.example.com }] }\nafter: staging\nsecrets: pulumi\ncache: { redis: { external: { address: 'redis:6379' } } }\n`,
    finds: [
      'KEA1303 stacks/prod.yaml:1:1 policies.admission | "policies.admission" is "not held in the cluster", and stack "staging" has "held in the cluster"',
      'KEA1303 stacks/prod.yaml:1:58 identity.also | "identity.also" is "1 further providers", and stack "staging" has "0 further providers"',
      'KEA1303 stacks/prod.yaml:1:1 egress | "egress" is "any address", and stack "staging" has "a list"',
      'KEA1303 stacks/prod.yaml:3:1 secrets | "secrets" is "pulumi", and stack "staging" has "existing"',
      'KEA1303 stacks/prod.yaml:1:1 quota | "quota" is "no quota", and stack "staging" has "a quota"',
      'KEA1303 stacks/prod.yaml:1:1 priorityClass | "priorityClass" is "no class", and stack "staging" has "high"',
      'KEA1303 stacks/prod.yaml:1:1 defaults.scaling.min | "defaults.scaling.min" is "2", and stack "staging" has "3"',
      'KEA1303 stacks/prod.yaml:4:19 cache.redis.external.secret | "cache.redis.external.secret" is "no password", and stack "staging" has "a password"',
    ],
  },
  'KEDA without an address of Prometheus': {
    stack: `${oidc}metrics: { custom: { rps: keda } }\n`,
    finds: ['KEA1316 stacks/prod.yaml:2:22 metrics.custom.rps | "keda" asks Prometheus, and there is no "metrics.prometheus"'],
  },
  'a stack weaker than the one before it': {
    files: { 'stacks/staging.yaml': `${oidc}policies: { level: deny }\nderivedSchemas: refuse\naudit: { retention: 500d }\n` },
    stack: `${oidc}after: staging\nimages: { unpinned: warn }\n`,
    finds: [
      'KEA1303 stacks/prod.yaml:1:1 policies.level | "policies.level" is "warn", and stack "staging" has "deny"',
      'KEA1303 stacks/prod.yaml:3:11 images.unpinned | "images.unpinned" is "warn", and stack "staging" has "refuse"',
      'KEA1303 stacks/prod.yaml:1:1 derivedSchemas | "derivedSchemas" is "allow", and stack "staging" has "refuse"',
      'KEA1303 stacks/prod.yaml:1:1 audit.retention | "audit.retention" is "400d", and stack "staging" has "500d"',
    ],
  },
  'a model in two shards': {
    model: 'tags: [risk]\nowner: risk-team\nartifact: m.onnx\nmethods:\n  score:\n    ' + method + '\n',
    stack: `${oidc}models: { shards: { a: { owner: [risk-team] }, b: { tags: [risk] } } }\n`,
    finds: ['KEA1331 stacks/prod.yaml:2:11 models.shards | model "m" fits the shards "a" and "b"'],
  },
  'stacks that come after each other': {
    files: { 'stacks/staging.yaml': `${oidc}after: prod\npolicies: { level: deny }\n` },
    stack: `${oidc}after: staging\n`,
    finds: ['KEA1304 stacks/prod.yaml:2:1 after | "after" leads in a circle: prod → staging → prod'],
  },
  'a stack after one that is not there': {
    stack: `${oidc}after: prodd\n`,
    finds: ['KEA1304 stacks/prod.yaml:2:1 after | there is no stack "prodd"; there are no others'],
  },
  'allowed addresses without slash, and a store outside of them': {
    stack: `${oidc}artifacts: { store: s3://b, allow: [s3://a] }\n`,
    finds: [
      'KEA1305 stacks/prod.yaml:2:37 artifacts.allow[0] | "s3://a" has no slash at its end',
      'KEA1306 stacks/prod.yaml:2:14 artifacts.store | "s3://b" is not below "s3://a"',
    ],
  },
  'external secrets without their store': {
    stack: `${oidc}secrets: externalSecret\n`,
    finds: ['KEA1307 stacks/prod.yaml:2:1 secrets | "secretStore" is missing beside "secrets: externalSecret"'],
  },
  'fewest gateway pods above most': {
    stack: `${oidc}gateway: { replicas: { min: 8 } }\n`,
    finds: ['KEA1308 stacks/prod.yaml:2:24 gateway.replicas.min | "min" is 8 and "max" is 6'],
  },
  'a strict stack with a loose rule': {
    stack: `${oidc}policies: { level: deny }\naudit: { replicas: 1 }\n`,
    finds: ['KEA1309 stacks/prod.yaml:3:10 audit.replicas | "replicas" is 1 in stack "prod", whose policies deny'],
  },
  'a lock file that is not there, or says nothing': {
    stack: `${oidc}images: { lock: nowhere.yaml }\n`,
    finds: ['KEA1310 stacks/prod.yaml:2:17 images.lock | there is no "nowhere.yaml"'],
  },
  'a lock file with something else than digests': {
    files: { 'images.lock.yaml': 'a: latest\n' },
    stack: oidc,
    finds: ['KEA1310 images.lock.yaml a | "a" must have sha256: and 64 hexadecimal digits'],
  },
  'an issuer without TLS, and keys that are none': {
    stack: 'identity: { oidc: { issuer: http://login.example.com, jwks: "{}" } }\n',
    finds: [
      'KEA1311 stacks/prod.yaml:1:21 identity.oidc.issuer | "http://login.example.com" is not https',
      'KEA1312 stacks/prod.yaml:1:55 identity.oidc.jwks | "jwks" is no JSON text with a list "keys" that holds a key',
    ],
  },
  'one namespace for platform and models': {
    stack: `${oidc}namespaces: { platform: kea, models: kea }\n`,
    finds: ['KEA1313 stacks/prod.yaml:2:30 namespaces.models | "kea" is the platform\'s namespace too'],
  },
  'a selection that takes no model': {
    stack: `${oidc}models: { select: { owner: [nobody] } }\n`,
    finds: ['KEA1314 stacks/prod.yaml:2:11 models.select | none of 1 models fits "models.select"'],
  },
  'a stack with a quantity of nothing': {
    stack: `${oidc}audit: { retention: 0d }\n`,
    finds: ['KEA1315 stacks/prod.yaml:2:10 audit.retention | "0d" is nothing, must be above zero'],
  },
  'default scaling by a metric without a source': {
    stack: `${oidc}defaults: { scaling: { target: { rps: 50 } } }\n`,
    finds: [
      'KEA1316 stacks/prod.yaml:2:34 defaults.scaling.target.rps | "rps" has no source in "metrics.custom"',
      'KEA1221 stacks/prod.yaml:2:34 defaults.scaling.target.rps | "rps" has no source in stack "prod"; it has "cpu"',
    ],
  },
};

const OURS = /^KEA(1[2345]|600[1236])/;
const found = new Set<string>();

test.each(Object.entries(cases))('%s', async (_, { model: text, files, stack, finds }) => {
  const tree: Files = {
    'models/m/model.yaml': text ?? 'artifact: m.onnx\n',
    'models/m/m.onnx': onnx,
    'models/m/i.onnx': iris,
    ...(stack === undefined ? {} : { 'stacks/prod.yaml': stack }),
    ...files,
  };
  const { findings } = await withProject(tree, (root) => loadPlatform({ root, ...(stack === undefined ? {} : { stack: 'prod' }) }));
  for (const each of findings) found.add(each.code);
  expect(findings.filter(({ code }) => OURS.test(code)).map(shown)).toEqual(finds);
  for (const each of findings) expect(each.fix).not.toBe('');
});

test('a name that grows too long is refused, never cut', async () => {
  const name = 'a'.repeat(45);
  const tree = {
    [`models/${name}/model.yaml`]: model('', 'versions: { 1.10.100: { artifact: m.onnx } }'),
    [`models/${name}/m.onnx`]: onnx,
  };
  const { findings } = await withProject(tree, (root) => loadPlatform({ root }));
  for (const each of findings) found.add(each.code);
  expect(findings.map(({ code, message }) => [code, message])).toEqual([['KEA1230', `"${name}-v1-10-100" has 55 characters, may have 52`]]);
});

afterAll(() => {
  // Codes that no YAML can reach today, and why: the schema reader refuses first what the validator would.
  const unreachable = new Set([contractFindings.unusable.code]);
  const all = [modelFindings, stackFindings, contractFindings, artifactFindings].flatMap((area) =>
    Object.values(area).map(({ code }) => code),
  );
  expect(all.filter((code) => !found.has(code) && !unreachable.has(code))).toEqual([]);
});
