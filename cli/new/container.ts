import type { NewModel } from './new-model';

/** A container model that answers at once under `npm start`: one method, its schemas, an example, and a program of a few lines. */
export function containerFiles({ name, owner }: NewModel): ReadonlyMap<string, string> {
  return new Map([
    ['model.yaml', modelFile(name, owner)],
    [
      'schemas/predict.request.json',
      schema(`${title(name)}Request`, 'text', { type: 'string', maxLength: 1000, description: 'Text to answer.' }),
    ],
    [
      'schemas/predict.response.json',
      schema(`${title(name)}Response`, 'length', { type: 'integer', minimum: 0, description: 'Number of characters.' }),
    ],
    ['src/server.mjs', SERVER],
    ['README.md', readme(name)],
  ]);
}

/** `credit-score` → `CreditScore` */
function title(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

function modelFile(name: string, owner: string): string {
  return `kea: v1
owner: ${owner}
description: What ${name} answers, in one sentence.
data: { classification: internal, risk: minimal }
runtime:
  framework: container
  local: { command: [node, src/server.mjs] }       # how npm start runs it without a container engine
versions:
  1.0.0: { image: registry.example.com/${name}:1.0.0 }   # yours, with its @sha256:… before production
methods:
  predict:
    summary: Answer one request.
    request: { $ref: schemas/predict.request.json }
    response: { $ref: schemas/predict.response.json }
    responseCheck: report
    timeout: 2s
    maxBody: 16Ki
    examples:
      - { name: typical, request: { text: hello }, response: { length: 5 } }
resources: { cpu: 100m, memory: 128Mi }
scaling: { min: 1, max: 2 }
`;
}

function schema(name: string, key: string, value: object): string {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    type: 'object',
    properties: { [key]: value },
    required: [key],
    additionalProperties: false,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const SERVER = `// POST /predict takes and gives the JSON of the contract; GET /healthz says that it is up. Put your model here.
import { createServer } from 'node:http';

function predict({ text }) {
  return { length: text.length };
}

const server = createServer(async (request, response) => {
  const send = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.method === 'GET' && request.url === '/healthz') return send(200, { ready: true });
  if (request.method !== 'POST' || request.url !== '/predict') return send(404, { error: 'no such method' });
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return send(200, predict(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
  } catch (error) {
    console.error(error);
    return send(500, { error: 'failed' });
  }
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0');
process.once('SIGTERM', () => server.close(() => process.exit(0)));
`;

function readme(name: string): string {
  return `# ${name}

What it answers, how it was made, on which data, and what it must not be used for.

\`npm start\` runs \`src/server.mjs\` without a container engine; \`kea try ${name} predict\` sends the example.
`;
}
