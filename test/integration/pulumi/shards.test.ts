import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../core/package-root';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { makeProject, type Project } from '../../support/pulumi';

const STACK = `hostname: models.example.com
models: { shards: { left: { name: [alpha] } } }
images: { unpinned: warn }
gateway: { replicas: { min: 1, max: 2 } }
identity: { oidc: { issuer: 'https://login.example.com' } }
metrics: { monitors: false }
audit: { replicas: 1 }
policies: { level: warn }
`;
const MODEL = `owner: team
description: A model that answers.
runtime: { framework: container }
versions: { 1.0.0: { image: 'registry.example.com/team/model:1.0.0@sha256:${'a'.repeat(64)}' } }
methods:
  predict:
    summary: Predict.
    request: { type: object, properties: { x: { type: number } }, required: [x], additionalProperties: false }
    response: { type: object, properties: { y: { type: number } }, required: [y], additionalProperties: false }
    examples: [{ name: typical, request: { x: 1 }, response: { y: 2 } }]
`;

let plane: ControlPlane;
let project: Project;

beforeAll(async () => {
  plane = await startControlPlane({ controllers: true });
  const models = { 'models/alpha/model.yaml': MODEL, 'models/beta/model.yaml': MODEL };
  project = await makeProject(plane, { 'stacks/test.yaml': STACK, ...models });
}, 60_000);

afterAll(async () => {
  await plane?.stop();
  project?.remove();
}, 60_000);

test('a platform whose shard was never applied is refused with the Service that is missing', async () => {
  await project.done('stack', 'init', 'test');
  const { code, text } = await project.pulumi('preview', '--non-interactive', '--color=never');
  expect([code === 0, text]).toEqual([false, expect.stringContaining('KEA7012 Service kea-models/alpha-v1-0-0 is not there')]);
}, 120_000);

test('kea deploy makes namespaces, shard and platform in that order', async () => {
  const kea = join(packageRoot(), 'dist/cli/bin.js');
  const run = promisify(execFile)(process.execPath, [kea, 'deploy', '--stack', 'test', '--yes'], {
    cwd: project.folder,
    env: project.environment,
  });
  const { stderr } = await run;
  expect(stderr).toContain('applied in order: test, test.left, test');
  const { body } = await plane.call('GET', '/apis/apps/v1/namespaces/kea-models/deployments');
  expect((body['items'] as { metadata: { name: string } }[]).map((each) => each.metadata.name).sort()).toEqual([
    'alpha-v1-0-0',
    'beta-v1-0-0',
  ]);
  const text = await project.done('stack', 'export', '--stack', 'test.left');
  expect(text).toContain('alpha-v1-0-0');
  expect(text).not.toContain('kea-gateway');
}, 240_000);
