// Generated projects for benchmarks: any number of models, each with schemas of its own, so that nothing can be shared by accident.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FIELDS = ['income', 'age', 'amount', 'tenure', 'score', 'visits', 'balance', 'distance', 'height', 'weight'];

/** Schema of a request with eight numbers and a text, named after the model. */
function requestSchema(number) {
  const names = Array.from({ length: 8 }, (_, index) => `${FIELDS[(number + index) % FIELDS.length]}_${number}_${index}`);
  const properties = Object.fromEntries(
    names.map((name, index) => [name, { type: 'number', minimum: -index, maximum: 1000 + number, description: `Input ${index}.` }]),
  );
  return { names, schema: { title: `Request${number}`, type: 'object', properties, required: names, additionalProperties: false } };
}

/** A body that the model of this number takes. */
export function exampleBody(number) {
  return JSON.stringify(Object.fromEntries(requestSchema(number).names.map((name, index) => [name, index + 1])));
}

function modelFile(number) {
  const { names, schema } = requestSchema(number);
  const response = {
    title: `Response${number}`,
    type: 'object',
    properties: { score: { type: 'number', minimum: 0, maximum: 1 } },
    required: ['score'],
    additionalProperties: false,
  };
  const sha256 = createHash('sha256').update(String(number)).digest('hex');
  const document = {
    kea: 'v1',
    owner: `team-${number % TEAMS}`,
    description: `Generated model ${number}.`,
    data: { classification: 'internal', risk: 'minimal' },
    runtime: { framework: 'onnx' },
    versions: { '1.0.0': { artifact: { uri: `s3://models/bench-${number}/model.onnx`, sha256 } } },
    methods: {
      score: {
        summary: 'Score one case.',
        request: schema,
        response,
        call: { input: { X: names }, output: { score: { tensor: 'probabilities', column: 1 } } },
        roles: [`analyst-${number % TEAMS}`],
        cache: { scope: 'shared', ttl: '10m' },
        examples: [
          { name: 'typical', request: Object.fromEntries(names.map((name, index) => [name, index + 1])), response: { score: 0.5 } },
        ],
      },
    },
  };
  // JSON is YAML.
  return `${JSON.stringify(document, null, 2)}\n`;
}

const STACK = `kea: v1
hostname: models.example.com
images: { unpinned: warn }
identity: { oidc: { issuer: "https://login.example.com/realms/bench", audience: kea, claims: { roles: roles } } }
cache: { redis: { managed: { memory: 256Mi } } }
artifacts: { store: "s3://models", allow: ["s3://models/"], secret: kea-store }
exposure: { httpRoute: { gateway: infra/public } }
secrets: existing
defaults: { owner: platform-team }
`;

const TEAMS = 40;

/** `shard-<n>` → the teams whose models it takes. */
function shardsByTeam(count) {
  const teamsOf = (shard) => Array.from({ length: TEAMS }, (_, team) => team).filter((team) => team % count === shard);
  return Object.fromEntries(
    Array.from({ length: count }, (_, shard) => [`shard-${shard}`, { owner: teamsOf(shard).map((team) => `team-${team}`) }]),
  );
}

/** Writes a project with `count` models into `folder`; with `shards` (40 at most) their pods stand in as many stacks of their own. */
export function writeProject(folder, count, shards = 0) {
  mkdirSync(join(folder, 'stacks'), { recursive: true });
  const sharded = shards > 0 ? `models: ${JSON.stringify({ shards: shardsByTeam(shards) })}\n` : '';
  writeFileSync(join(folder, 'stacks/bench.yaml'), `${STACK}${sharded}`);
  for (let number = 0; number < count; number += 1) {
    const home = join(folder, 'models', `group-${number % 20}`, `bench-${number}`);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'model.yaml'), modelFile(number));
  }
}
