import { defineStack, type MlModelProps } from '@kea-platform/kea';

/** What the models stand on: where their artifacts lie, and which gateway may reach them. */
export const stack = defineStack({
  name: 'ours',
  hostname: 'models.example.com',
  namespaces: { platform: 'gateways', models: 'team-a' },
  identity: { oidc: { issuer: 'https://login.example.com' } },
  cache: { redis: { managed: { memory: '64Mi' } } },
  artifacts: { store: 's3://models', secret: 'store' },
  images: { unpinned: 'warn' },
});

export const predict = {
  summary: 'Predict.',
  request: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false },
  response: { type: 'object', properties: { y: { type: 'number' } }, required: ['y'], additionalProperties: false },
  call: { input: { x: 'x' }, output: { y: 'y' } },
  examples: [{ name: 'typical', request: { x: 1 } }],
} as const;

export const churn: MlModelProps = {
  name: 'churn',
  owner: 'growth',
  description: 'Who will leave.',
  runtime: { framework: 'onnx' },
  versions: { '1.0.0': { artifact: { uri: 's3://models/churn.onnx', sha256: 'a'.repeat(64) } } },
  methods: { predict },
  stack,
};
