import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { KeaImage, PlatformImage } from '../../../constructs/shared/images';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { destroy, makeProject, type Project, refresh, up } from '../../support/pulumi';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const PASSWORD = 'correct-horse-battery';

const STACK = `kea: v1
hostname: models.example.com
images: { unpinned: warn }
gateway: { replicas: { min: 1, max: 2 } }
identity: { oidc: { issuer: 'https://login.example.com' } }
cache: { redis: { external: { address: 'redis.infra:6379', secret: kea-redis } } }
secrets: pulumi
metrics: { monitors: false }
audit: { replicas: 1 }
policies: { level: warn }
`;

/** As strictly as it goes, and a rule of the project's own that the gateway breaks. */
const STRICT = {
  'stacks/test.yaml': STACK.replace('{ unpinned: warn }', '{ unpinned: refuse, lock: pinned.yaml }')
    .replace('min: 1, max: 2', 'min: 2, max: 3')
    .replace('audit: { replicas: 1 }', 'audit: { replicas: 2 }')
    .replace('level: warn', 'level: deny'),
  'pinned.yaml': JSON.stringify(
    Object.fromEntries([KeaImage.services, KeaImage.agent, PlatformImage.envoy].map(({ name }) => [name, DIGEST])),
  ),
  'rules/team/registry.yaml': `id: team.registry
title: images come from registries that we know
severity: high
rationale: what nobody mirrored nobody scanned
remediation: mirror the image and name the mirror by images.registry
applies: { kinds: [apps/v1/Deployment, apps/v1/StatefulSet] }
expression: variables.containers.all(c, !c.?image.orValue("").startsWith("docker.io/"))
messageExpression: '"from the public: " + variables.containers.filter(c, c.?image.orValue("").startsWith("docker.io/")).map(c, c.name).join(", ")'
step: deny
fixtures:
  base: deployment
  pass: [{ name: a mirror }]
  fail: [{ name: the public one, set: { /spec/template/spec/containers/0/image: 'docker.io/library/redis:7' } }]
`,
};

interface Sample {
  readonly versions: readonly string[];
  readonly routed: string;
  readonly image?: string;
  readonly limit?: number;
  /** Bounds of the number of pods. @default - the stack's */
  readonly scaling?: string;
  readonly loadTime?: string;
}

function model({ versions, routed, image = 'registry.example.com/team/model', limit = 600, scaling, loadTime = '60s' }: Sample): string {
  const weights = versions.map((version) => `${version}: ${version === routed ? 100 : 0}`);
  return `owner: team
description: A model that answers.
runtime: { framework: container, loadTime: ${loadTime} }
${scaling ? `scaling: ${scaling}` : ''}
versions:
${versions.map((version) => `  ${version}: { image: '${version === routed ? image : 'registry.example.com/team/model'}:${version}@${DIGEST}' }`).join('\n')}
${versions.length > 1 ? `routing: { weights: { ${weights.join(', ')} } }` : ''}
methods:
  predict:
    summary: Predict.
    request: { type: object, properties: { x: { type: number } }, required: [x], additionalProperties: false }
    response: { type: object, properties: { y: { type: number } }, required: [y], additionalProperties: false }
    examples: [{ name: typical, request: { x: 1 }, response: { y: 2 } }]
    rateLimit: { requests: ${limit}, per: minute, by: client }
`;
}

const FIRST: Sample = { versions: ['1.0.0'], routed: '1.0.0' };
let plane: ControlPlane;
let project: Project;

beforeAll(async () => {
  plane = await startControlPlane({ controllers: true });
  project = await makeProject(plane, {
    'stacks/test.yaml': STACK,
    'models/alpha/model.yaml': model(FIRST),
    'models/beta/model.yaml': model(FIRST),
  });
  expect((await project.pulumi('stack', 'init', 'test')).code).toBe(0);
  for (const [key, value] of [
    ['username', 'someone'],
    ['password', PASSWORD],
  ] as const)
    await project.pulumi('config', 'set', '--secret', '--path', `secrets["kea-redis"]["${key}"]`, value);
  await project.pulumi('config', 'set', 'protect', 'false');
  await project.pulumi('config', 'set', 'wait', '60s');
}, 240_000);

afterAll(async () => {
  await plane?.stop();
  project?.remove();
}, 240_000);

/** Names of the objects of one kind in a namespace. */
async function names(path: string): Promise<string[]> {
  const { body } = await plane.call('GET', path);
  return ((body['items'] ?? []) as { metadata: { name: string } }[]).map((each) => each.metadata.name).sort();
}

async function object(path: string): Promise<{ metadata: { uid: string; generation: number; resourceVersion: string } }> {
  return (await plane.call('GET', path)).body as never;
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/kea-models/deployments';

// The steps of one life of a stack, in order: each begins with what the one before left behind.
describe('one stack from nothing to nothing', () => {
  test('a preview touches nothing', async () => {
    expect(await project.done('preview', '--non-interactive', '--color=never')).toMatch(/\+ \d+ to create/);
    expect(await names('/api/v1/namespaces')).not.toContain('kea-system');
  }, 240_000);

  test('a plan that breaks a rule is refused in the preview and in the up, with rule, object and fix, before the first resource', async () => {
    for (const [file, text] of Object.entries(STRICT)) project.write(file, text);
    for (const command of [['preview', '--non-interactive', '--color=never'], up]) {
      const { code, text } = await project.pulumi(...command);
      expect([code === 0, text]).toEqual([
        false,
        expect.stringMatching(
          /KEA5001 team\.registry: Deployment kea-system\/kea-gateway: from the public: envoy\n\s+fix {2}mirror the image/,
        ),
      ]);
      expect(text).not.toContain('kubernetes:');
    }
    expect(await names('/api/v1/namespaces')).not.toContain('kea-system');
    rmSync(`${project.folder}/rules`, { recursive: true });
    project.write('stacks/test.yaml', STACK);
  }, 240_000);

  test('up makes everything and waits until it is ready', async () => {
    expect(await project.done(...up)).toMatch(/Resources:\s+\+ \d+ created/);
    expect(await names(DEPLOYMENTS)).toEqual(['alpha-v1-0-0', 'beta-v1-0-0']);
    expect(await object('/apis/apps/v1/namespaces/kea-system/deployments/kea-gateway')).toMatchObject({ status: { readyReplicas: 1 } });
  }, 240_000);

  test('the secret is in the cluster, and nowhere else in plain text', async () => {
    const secret = (await object('/api/v1/namespaces/kea-system/secrets/kea-redis')) as unknown as { data: { password: string } };
    expect(Buffer.from(secret.data.password, 'base64').toString()).toBe(PASSWORD);
    const { text: shown } = await project.pulumi('stack', 'export');
    const { text: diff } = await project.pulumi('preview', '--diff', '--non-interactive', '--color=never');
    for (const text of [project.state(), shown, diff]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(Buffer.from(PASSWORD).toString('base64'));
    }
  }, 240_000);

  test('a second up changes nothing', async () => {
    expect(await project.done(...up, '--expect-no-changes')).toMatch(/\d+ unchanged/);
  }, 240_000);

  test('a higher limit of one method changes its part of the bundle, the index, and what proves that it arrived; no pod', async () => {
    const before = await object(`${DEPLOYMENTS}/alpha-v1-0-0`);
    project.write('models/alpha/model.yaml', model({ ...FIRST, limit: 700 }));
    const changes = await project.changes();
    expect(changes).toEqual([
      'replace kubernetes:batch/v1:Job kea/kea-system/kea-gateway-applied',
      'update kubernetes:core/v1:ConfigMap kea/kea-models/alpha-v1-checks',
      'update kubernetes:core/v1:ConfigMap kea/kea-system/kea-bundle-alpha-v1',
      'update kubernetes:core/v1:ConfigMap kea/kea-system/kea-bundle-index',
      'update kubernetes:core/v1:ConfigMap kea/kea-system/kea-bundle-openapi',
    ]);
    await project.done(...up);
    expect((await object(`${DEPLOYMENTS}/alpha-v1-0-0`)).metadata.generation).toBe(before.metadata.generation);
  }, 240_000);

  test('a fixed number of pods goes over to an autoscaler without falling below it, and stays what the autoscaler made it', async () => {
    const path = `${DEPLOYMENTS}/alpha-v1-0-0`;
    interface Scaled {
      readonly spec: { readonly replicas: number };
      readonly metadata: {
        readonly managedFields: readonly { readonly manager: string; readonly fieldsV1: { readonly 'f:spec'?: object } }[];
      };
    }
    const deployment = async (): Promise<Scaled> => (await object(path)) as unknown as Scaled;
    /** Every number of pods that was asked for during an up. */
    const during = async (sample: Omit<Sample, 'versions' | 'routed'>): Promise<readonly number[]> => {
      project.write('models/alpha/model.yaml', model({ ...FIRST, limit: 700, ...sample }));
      const seen = new Set<number>();
      let isOver = false;
      const watching = (async () => {
        while (!isOver) {
          seen.add((await deployment()).spec.replicas);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      await project.done(...up).finally(() => (isOver = true));
      await watching;
      return [...seen].sort();
    };
    await during({ scaling: '{ min: 3, max: 3 }' });
    expect((await deployment()).spec.replicas).toBe(3);
    expect(await during({ scaling: '{ min: 2, max: 6 }' })).toEqual([3]);
    // What the autoscaler's controller does.
    const scale = `${path}/scale?fieldManager=kube-controller-manager`;
    await plane.call('PATCH', scale, { spec: { replicas: 5 } }, 'application/merge-patch+json');
    expect(await during({ scaling: '{ min: 2, max: 6 }', loadTime: '90s' })).toEqual([5]);
    const owners = (await deployment()).metadata.managedFields.filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1['f:spec'] ?? {}));
    expect(owners.map(({ manager }) => manager)).toEqual(['kube-controller-manager']);
    await during({});
  }, 240_000);

  test('a version whose image cannot be had fails in words, and the old one keeps its pods and its routes', async () => {
    const index = '/api/v1/namespaces/kea-system/configmaps/kea-bundle-index';
    const [pods, routes] = [await object(`${DEPLOYMENTS}/beta-v1-0-0`), await object(index)];
    project.write(
      'models/beta/model.yaml',
      model({ versions: ['1.0.0', '1.1.0'], routed: '1.1.0', image: 'registry.example.com/team/missing' }),
    );
    await project.done('config', 'set', 'wait', '8s');
    const { code, text } = await project.pulumi(...up);
    await project.done('config', 'set', 'wait', '60s');
    expect(code).not.toBe(0);
    expect(text).toContain('beta-v1-1-0');
    expect(text).toContain('[ImagePullBackOff] Back-off pulling image "registry.example.com/team/missing:1.1.0@sha256:');
    expect((await object(`${DEPLOYMENTS}/beta-v1-0-0`)).metadata.generation).toBe(pods.metadata.generation);
    expect((await object(index)).metadata.resourceVersion).toBe(routes.metadata.resourceVersion);
  }, 240_000);

  test('the next up recovers', async () => {
    project.write('models/beta/model.yaml', model({ versions: ['1.0.0', '1.1.0'], routed: '1.1.0' }));
    await project.done(...up);
    expect(await object(`${DEPLOYMENTS}/beta-v1-1-0`)).toMatchObject({ status: { readyReplicas: expect.any(Number) } });
  }, 240_000);

  test('a removed model goes after the gateway has let go of it, and takes nothing of others along', async () => {
    rmSync(`${project.folder}/models/beta`, { recursive: true });
    const changes = await project.changes();
    expect(changes.filter((each) => each.includes('alpha'))).toEqual([]);
    expect(changes.filter((each) => each.startsWith('delete ')).every((each) => each.includes('beta'))).toBe(true);
    const text = await project.done(...up);
    expect(text.indexOf('kea/kea-system/kea-bundle-index updated')).toBeGreaterThan(0);
    expect(text.indexOf('kea/kea-system/kea-bundle-index updated')).toBeLessThan(text.indexOf('kea/kea-models/beta-v1-1-0 deleting'));
    expect(await names(DEPLOYMENTS)).toEqual(['alpha-v1-0-0']);
  }, 240_000);

  test('what somebody changed by hand shows in a refresh and is taken back by the next up', async () => {
    const path = '/api/v1/namespaces/kea-system/configmaps/kea-gateway-processor';
    await plane.call('PATCH', path, { data: { 'processor.json': '{}' } }, 'application/merge-patch+json');
    const text = await project.done(...refresh);
    expect(text).toMatch(/kea\/kea-system\/kea-gateway-processor/);
    await project.done(...up);
    const { data } = (await object(path)) as unknown as { data: { 'processor.json': string } };
    expect(data['processor.json']).not.toBe('{}');
  }, 240_000);

  test('an up that was killed half-way is made good by the next one', async () => {
    project.write('models/gamma/model.yaml', model(FIRST));
    const child = project.start(...up);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (/kea-models\/gamma-v1-0-0 creat/.test(text)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(text).toMatch(/kea-models\/gamma-v1-0-0 creat/);
    await project.pulumi('cancel', '--yes');
    await project.done(...up);
    expect(await object(`${DEPLOYMENTS}/gamma-v1-0-0`)).toMatchObject({ status: { readyReplicas: expect.any(Number) } });
    await project.done(...up, '--expect-no-changes');
  }, 180_000);

  test('another cluster than the stack names is refused before anything is changed', async () => {
    project.write('stacks/test.yaml', `${STACK}cluster: { kubeSystemUid: 6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14 }\n`);
    const { code, text } = await project.pulumi('preview', '--non-interactive', '--color=never');
    project.write('stacks/test.yaml', STACK);
    expect([code === 0, text]).toEqual([false, expect.stringContaining('KEA7002')]);
    expect(text).toContain('belongs to the cluster with kube-system 6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14');
  }, 240_000);

  test('a secret without a value is refused with the line that sets it', async () => {
    await project.pulumi('config', 'rm', '--path', 'secrets["kea-redis"]["password"]');
    const { code, text } = await project.pulumi('preview', '--non-interactive', '--color=never');
    await project.pulumi('config', 'set', '--secret', '--path', 'secrets["kea-redis"]["password"]', PASSWORD);
    expect([code === 0, text]).toEqual([false, expect.stringContaining('KEA7005')]);
    expect(text).toContain(`pulumi config set --stack test --secret --path 'secrets["kea-redis"]["password"]'`);
  }, 240_000);

  test('destroy leaves nothing', async () => {
    expect(await project.done(...destroy)).toMatch(/\d+ deleted/);
    expect(await names('/api/v1/namespaces')).not.toContain('kea-system');
    expect(await names('/apis/apps/v1/deployments')).toEqual([]);
    expect(JSON.parse((await project.pulumi('stack', 'export')).text)).not.toHaveProperty('deployment.resources.0');
  }, 180_000);
});

test('a stack of Pulumi without a stack file is refused by name', async () => {
  await project.pulumi('stack', 'init', 'porduction');
  const { code, text } = await project.pulumi('preview', '--stack', 'porduction', '--non-interactive', '--color=never');
  expect([code === 0, text]).toEqual([
    false,
    expect.stringMatching(/KEA7008[\s\S]*there is no stacks\/porduction\.yaml; there are stacks\/test\.yaml/),
  ]);
}, 240_000);
