import type { JsonObject } from '../../../core/json';
import { admissionObjects } from '../../../policies/emit/admission';
import { factGuard } from '../../../policies/emit/guard';
import { kyvernoObjects } from '../../../policies/emit/kyverno';
import type { EmitOptions } from '../../../policies/emit/scope';
import { builtIn } from '../../../policies/evaluate/built-in';
import { bases } from '../../../policies/generated/bases';
import { type ApiAnswer, type ControlPlane, startControlPlane } from '../../support/control-plane';
import { until } from '../../support/until';
import { collectionOf, guardedNamespace, nameOf, store, storeKinds } from './cluster';

const DEPLOYER = 'system:serviceaccount:flux-system:kustomize-controller';
const MALLORY = 'mallory';
const OPTIONS: EmitOptions = { installation: 'kea', level: 'deny', asOf: '2026-11-22' };
const rules = builtIn.rules.filter((rule) => ['pod.privileged', 'ml.artifact.format', 'res.cpu-limit'].includes(rule.id));

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  await Promise.all([
    storeKinds(plane),
    store(plane, guardedNamespace('models')),
    store(plane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }),
    // Both may do everything that the API allows: only policies stand between them and the facts.
    ...[DEPLOYER, MALLORY].map((user, index) =>
      store(plane, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `everything-${index}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
      }),
    ),
  ]);
  const exceptions = [
    { rule: 'pod.privileged', object: 'Deployment models/old-driver', reason: '-', approver: '-', expires: '2026-12-31' },
    { rule: 'pod.privileged', object: 'Deployment models/older-driver', reason: '-', approver: '-', expires: '2026-11-21' },
  ];
  for (const object of [
    ...admissionObjects(rules, { ...OPTIONS, exceptions }),
    ...factGuard({ installation: 'kea', deployers: [DEPLOYER] }),
  ])
    await store(plane, object);
  await until(async () => (await create(privileged('probe'))).status === 403 && (await create(route(), MALLORY)).status === 403, 30_000);
}, 120_000);

afterAll(() => plane?.stop(), 30_000);

function create(object: JsonObject, user: string = DEPLOYER): Promise<ApiAnswer> {
  return plane.call('POST', `${collectionOf(object)}?dryRun=All`, object, undefined, user);
}

function changed(object: JsonObject, change: (copy: { metadata: { [key: string]: unknown }; [key: string]: unknown }) => void): JsonObject {
  const copy = JSON.parse(JSON.stringify(object)) as { metadata: { [key: string]: unknown } };
  change(copy);
  return copy as unknown as JsonObject;
}

function privileged(name: string, namespace = 'models'): JsonObject {
  const text = JSON.stringify(bases['deployment'])
    .replaceAll('"privileged":false', '"privileged":true')
    .replaceAll('"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true');
  return changed(JSON.parse(text) as JsonObject, (copy) => Object.assign(copy.metadata, { name, namespace }));
}

function route(): JsonObject {
  return changed(bases['route'] as JsonObject, () => undefined);
}

test('a rule that is rolled out to deny refuses, in the words of the evaluator', async () => {
  const answer = await create(privileged('score'));
  expect(answer.status).toBe(403);
  expect(answer.body['message']).toContain(
    "ValidatingAdmissionPolicy 'kea.pod.privileged' with binding 'kea.pod.privileged' denied request: privileged: ",
  );
});

test('one that warns lets it pass and says so; one that only informs says nothing', async () => {
  const pickle = changed(bases['deployment'] as JsonObject, (copy) =>
    Object.assign(copy.metadata['annotations'] as object, { 'kea.dev/artifact': 's3://models/score/model.pkl' }),
  );
  const answer = await create(pickle);
  expect(answer.status).toBe(201);
  expect(answer.warnings.join()).toContain('s3://models/score/model.pkl may run code when it is read');
  const limited = JSON.parse(JSON.stringify(bases['deployment']).replaceAll('"limits":{', '"limits":{"cpu":"1",')) as JsonObject;
  expect([(await create(limited)).status, (await create(limited)).warnings]).toEqual([201, []]);
});

test('namespaces that are not guarded are left alone', async () => {
  expect((await create(privileged('score', 'other'))).status).toBe(201);
});

test('an exception covers its object until its last day, and no other', async () => {
  expect((await create(privileged('old-driver'))).status).toBe(201);
  expect((await create(privileged('old-driver-2'))).status).toBe(403);
  expect((await create(privileged('older-driver'))).status).toBe(403);
});

describe('the guard of the facts', () => {
  test('the deployer sets them, somebody else with the same rights does not', async () => {
    expect((await create(route())).status).toBe(201);
    const answer = await create(route(), MALLORY);
    expect([answer.status, answer.body['message']]).toEqual([
      403,
      expect.stringContaining('only the deployer may set, change or remove labels below kea.dev/'),
    ]);
  });

  test('objects without facts are everybody’s', async () => {
    expect(
      (
        await create(
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: 'models', labels: { team: 'a' } } },
          MALLORY,
        )
      ).status,
    ).toBe(201);
  });

  test('nobody else changes, adds or removes a fact, nor what carries routes; everything else of an object is his', async () => {
    const deployment = await plane.call('POST', collectionOf(bases['deployment'] as JsonObject), bases['deployment'], undefined, DEPLOYER);
    const stored = await plane.call('POST', collectionOf(route()), route(), undefined, DEPLOYER);
    expect([deployment.status, stored.status]).toEqual([201, 201]);
    const update = async (object: ApiAnswer, change: Parameters<typeof changed>[1], user = MALLORY): Promise<number> => {
      const { resourceVersion: _version, ...metadata } = object.body['metadata'] as JsonObject;
      const next = changed({ ...(object.body as JsonObject), metadata }, change);
      return (await plane.call('PUT', `${collectionOf(next)}/${nameOf(next)}?dryRun=All`, next, undefined, user)).status;
    };
    const annotate = (name: string, value: string) => (copy: { metadata: { [key: string]: unknown } }) =>
      void Object.assign(copy.metadata['annotations'] as object, { [name]: value });
    expect(await update(deployment, annotate('kea.dev/classification', 'public'))).toBe(403);
    expect(await update(deployment, annotate('kea.dev/new', 'x'))).toBe(403);
    expect(await update(deployment, (copy) => delete copy.metadata['annotations'])).toBe(403);
    expect(await update(deployment, annotate('team', 'a'))).toBe(200);
    expect(await update(deployment, annotate('kea.dev/classification', 'public'), DEPLOYER)).toBe(200);
    expect(await update(stored, (copy) => Object.assign(copy, { binaryData: { shard: 'BBBB' } }))).toBe(403);
    expect(await update(stored, (copy) => Object.assign(copy, { binaryData: { shard: 'BBBB' } }), DEPLOYER)).toBe(200);
  });
});

test('Kyverno’s own kind takes every rule, with nothing that it does not know', async () => {
  const policies = kyvernoObjects(builtIn.rules, OPTIONS);
  expect(policies.length).toBeGreaterThan(60);
  const answers = await Promise.all(
    policies.map((each) => plane.call('POST', `${collectionOf(each)}?dryRun=All&fieldValidation=Strict`, each)),
  );
  expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body['message'])).toEqual([]);
});
