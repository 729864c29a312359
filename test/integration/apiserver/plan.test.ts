import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Plan } from '../../../constructs/plan/plan-object';
import { packageRoot } from '../../../core/package-root';
import { synthesize } from '../../../constructs';
import { loadPlatform } from '../../../schema/load';
import { type ObjectJudge, objectJudge } from '../../support/api-objects';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { frameworkModels, samplePlatform, sampleStack } from '../../support/platforms';
import { modelsPlan } from '../../support/trees';

let plane: ControlPlane;
let judge: ObjectJudge;

beforeAll(async () => {
  plane = await startControlPlane();
  judge = objectJudge(plane);
  const crds = join(packageRoot(), 'test/fixtures/crds');
  for (const file of readdirSync(crds)) {
    const crd = parse(readFileSync(join(crds, file), 'utf8')) as { apiVersion: string; kind: string; metadata: { name: string } };
    expect([file, (await judge.create(crd)).status]).toEqual([file, 201]);
    await established(crd.metadata.name);
  }
  for (const name of ['kea-system', 'kea-models']) {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };
    expect((await judge.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })).status).toBe(201);
  }
  // The stacks name a class that the cluster's owners have.
  const priority = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'kea-platform' }, value: 1000 };
  expect((await judge.create(priority)).status).toBe(201);
}, 120_000);

afterAll(() => plane?.stop(), 30_000);

/** A kind can be used once the server says so. */
async function established(name: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await plane.call('GET', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
    const status = answer.body['status'] as { conditions?: { type: string; status: string }[] } | undefined;
    if (status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} was not established`);
}

/** Complaints about every object of a plan. */
async function complaints(plan: Plan): Promise<string[]> {
  const found: string[] = [];
  for (const object of plan.objects) {
    for (const message of await judge.judge(object)) found.push(`${object.kind} ${object.name}: ${message}`);
  }
  return found;
}

test('every object of the sample models is accepted, their pods under Pod Security restricted', async () => {
  const plan = modelsPlan(samplePlatform());
  expect(plan.objects.length).toBeGreaterThan(40);
  expect(await complaints(plan)).toEqual([]);
}, 60_000);

test('every framework of the runtime table gives objects that are accepted', async () => {
  const plan = modelsPlan({ stack: sampleStack(), models: frameworkModels() });
  expect(await complaints(plan)).toEqual([]);
}, 120_000);

test('what KEDA is given has the fields that KEDA knows', async () => {
  const metrics = { monitors: true, custom: { rps: 'keda' }, prometheus: 'http://prometheus.monitoring:9090' } as const;
  const schedule = [
    { cron: '0 7 * * 1-5', min: 2 },
    { cron: '0 19 * * *', min: 1 },
  ];
  const models = frameworkModels().map((model) => ({
    ...model,
    contracts: model.contracts.map((contract) => ({
      ...contract,
      versions: contract.versions.map((version) => ({ ...version, scaling: { ...version.scaling, min: 1, max: 3, schedule } })),
    })),
  }));
  const plan = modelsPlan({ stack: sampleStack({ metrics }), models });
  const scaled = plan.objects.filter((each) => each.kind === 'ScaledObject');
  expect(scaled.length).toBe(models.flatMap((model) => model.contracts.flatMap((contract) => contract.versions)).length);
  expect(await complaints({ ...plan, objects: scaled })).toEqual([]);
}, 60_000);

test.each(['dev', 'staging', 'prod'])(
  'every object of stack %s with the sample models is accepted',
  async (stack) => {
    const { platform, findings } = await loadPlatform({ root: packageRoot(), stack });
    expect(findings.filter((each) => each.severity === 'error')).toEqual([]);
    if (!platform) throw new Error(`stack ${stack} was not loaded`);
    const plan = synthesize(platform);
    expect(plan.findings.filter((each) => each.severity === 'error')).toEqual([]);
    expect(await complaints(plan)).toEqual([]);
  },
  120_000,
);

test('the judge is awake: an unknown field and a privileged pod are refused', async () => {
  const plan = modelsPlan(samplePlatform());
  const deployment = plan.objects.find((object) => object.kind === 'Deployment');
  if (!deployment) throw new Error('no Deployment in the plan');
  const value = JSON.parse(
    JSON.stringify(deployment.value).replaceAll('"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true'),
  ) as typeof deployment.value;
  const spec = { ...(value['spec'] as object), replica: 3 };
  const found = await judge.judge({ ...deployment, value: { ...value, spec } });
  expect(found.join('\n')).toContain('unknown field "spec.replica"');
  expect(found.join('\n')).toContain('violates PodSecurity "restricted:latest"');
});
