import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../core/package-root';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { makeProject, type Project } from '../../support/pulumi';

let plane: ControlPlane;
let project: Project;

beforeAll(async () => {
  plane = await startControlPlane({ controllers: true });
  project = await makeProject(plane, {
    'stacks/test.yaml': `hostname: models.example.com
images: { unpinned: warn }
gateway: { replicas: { min: 1, max: 2 } }
identity: { oidc: { issuer: 'https://login.example.com' } }
metrics: { monitors: false }
audit: { replicas: 1 }
policies: { level: warn }
`,
    'models/alpha/model.yaml': `owner: team
description: A model that answers.
runtime: { framework: container }
versions: { 1.0.0: { image: 'registry.example.com/team/model:1.0.0@sha256:${'a'.repeat(64)}' } }
methods:
  predict:
    summary: Predict.
    request: { type: object, properties: { x: { type: number } }, required: [x], additionalProperties: false }
    response: { type: object, properties: { y: { type: number } }, required: [y], additionalProperties: false }
    examples: [{ name: typical, request: { x: 1 }, response: { y: 2 } }]
`,
  });
}, 60_000);

afterAll(async () => {
  await plane?.stop();
  project?.remove();
}, 60_000);

test('the program runs inside another process by the Automation API: up, nothing to do, destroy', async () => {
  const script = join(packageRoot(), 'test/integration/pulumi/automation.mjs');
  const run = promisify(execFile)(process.execPath, [script, project.folder, 'test'], { env: project.environment, cwd: project.folder });
  const { first, second, url } = JSON.parse((await run).stdout) as {
    readonly first: { readonly create: number };
    readonly second: { readonly [op: string]: number };
    readonly url: string;
  };
  expect(first.create).toBeGreaterThan(30);
  expect(second).toEqual({ same: first.create });
  expect(url).toBe('https://models.example.com');
  const { body } = await plane.call('GET', '/api/v1/namespaces/kea-system');
  expect(body['code']).toBe(404);
}, 240_000);
