import { unknownCheckingProxy, UnknownValueError, type ResourceValidationArgs, type ResourceValidationPolicy } from '@pulumi/policy';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { kindOf, prepareJudge } from '../../../policies/evaluate/judge-objects';
import { fixturesOf } from '../../../policies/fixtures';
import { bases } from '../../../policies/generated/bases';
import { loadRules } from '../../../policies/load';
import { packPolicies } from '../../../policies/pack/policies';
import { badManifests } from '../../support/bad-manifests';

/** Pulumi's own word for a text that a preview does not know. */
const UNKNOWN_TEXT = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
const rules = files.map((each) => each.rule);
const known = new Map(Object.entries(bases));
const policies = new Map(packPolicies(rules, [], '2026-11-22').map((each) => [each.name, each as ResourceValidationPolicy]));

class NotApplicable extends Error {}

/** What one policy says of one resource, asked as Pulumi's policy runtime asks: through the proxy that knows what is unknown. */
async function ask(id: string, object: JsonObject, config: object = {}): Promise<readonly string[]> {
  const policy = policies.get(id);
  const { apiVersion, kind, ...props } = object;
  const [group, version] = String(apiVersion).includes('/') ? String(apiVersion).split('/') : ['core', String(apiVersion)];
  const said: string[] = [];
  const args = {
    type: `kubernetes:${group}/${version}:${String(kind)}`,
    urn: 'urn:pulumi:dev::team::kubernetes::it',
    name: 'it',
    props: unknownCheckingProxy(props),
    getConfig: () => config,
    notApplicable: () => {
      throw new NotApplicable();
    },
  } as unknown as ResourceValidationArgs;
  const validate = policy?.validateResource;
  if (typeof validate !== 'function') throw new Error(`the pack has no ${id}`);
  await validate(args, (message) => void said.push(message));
  return said;
}

test('every fixture through the pack: the same verdict, the same message as the evaluator gives', async () => {
  const judge = prepareJudge(rules);
  const disagreements: string[] = [];
  for (const { rule, written } of files) {
    for (const { name, object, expected } of fixturesOf(written, known)) {
      const said = await ask(rule.id, object);
      const ours = judge
        .judge([JSON.parse(JSON.stringify(object)) as unknown])
        .verdicts.filter((each) => rules[each.rule]?.id === rule.id)
        .map(({ decision }) => decision.message);
      if (said.join() !== ours.join() || said.length > 0 !== (expected === 'fail'))
        disagreements.push(`${rule.id}: ${name}: the pack says ${said.join() || 'yes'}, the evaluator ${ours.join() || 'yes'}`);
    }
  }
  expect(disagreements).toEqual([]);
}, 120_000);

test('manifests as people publish them are refused by the same rules, in the same words', async () => {
  const judge = prepareJudge(rules);
  for (const { name, object, expected } of badManifests()) {
    const ours = judge
      .judge([JSON.parse(JSON.stringify(object)) as unknown])
      .verdicts.map(({ rule, decision }) => [rules[rule]?.id ?? '', decision.message] as const);
    const said: (readonly [string, string])[] = [];
    for (const { id, kinds, labels } of rules) {
      if (!kinds.includes(kindOf(object)) || Object.keys(labels).length > 0) continue;
      for (const message of await ask(id, object)) said.push([id, message]);
    }
    expect([name, said]).toEqual([name, ours]);
    expect([name, said.map(([id]) => id)]).toEqual([name, expect.arrayContaining([...expected])]);
  }
});

/** The sample Deployment with something else in its first container. */
function deployment(container: JsonObject): JsonObject {
  const object = structuredClone(bases['deployment']) as { spec: { template: { spec: { containers: JsonObject[] } } } };
  const [first] = object.spec.template.spec.containers;
  object.spec.template.spec.containers[0] = { ...first, ...container };
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

test('a value that a preview does not know makes a rule undecided: neither passed nor broken, told by Pulumi itself', async () => {
  const object = deployment({ image: UNKNOWN_TEXT });
  await expect(ask('img.digest', object)).rejects.toThrow(UnknownValueError);
  await expect(ask('img.digest', object)).rejects.toThrow(
    "string value at .spec.template.spec.containers.0.image can't be known during preview",
  );
});

test('a rule that does not read the unknown value decides', async () => {
  expect(await ask('pod.privileged', deployment({ image: UNKNOWN_TEXT }))).toEqual([]);
  expect(await ask('pod.privileged', deployment({ image: UNKNOWN_TEXT, securityContext: { privileged: true } }))).toEqual([
    'privileged: server',
  ]);
});

test('a rule that is broken already, whatever the unknown value becomes, is broken', async () => {
  const object = deployment({ image: UNKNOWN_TEXT });
  const [init] = (((object['spec'] as JsonObject)['template'] as JsonObject)['spec'] as { initContainers: { image: string }[] })
    .initContainers;
  if (!init) throw new Error('no init container');
  init.image = 'registry.example.com/kea/fetch:1.0.0';
  // The message would have to read the unknown image, so the title stands for it.
  expect(await ask('img.digest', object)).toEqual([files.find((each) => each.rule.id === 'img.digest')?.rule.title]);
});

test("the user's own parameters count", async () => {
  const object = deployment({ resources: { limits: { 'nvidia.com/gpu': '4' } } });
  expect(await ask('ml.gpu.limit', object)).toEqual([]);
  expect(await ask('ml.gpu.limit', object, { most: 2 })).toEqual(['more than 2 GPUs: server']);
});

test('what makes no object of a kind that the rule judges is not applicable', async () => {
  await expect(ask('pod.privileged', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } })).rejects.toThrow(NotApplicable);
  await expect(ask('pod.privileged', { apiVersion: 'apps/v1', kind: 'DeploymentPatch', metadata: { name: 'x' } })).rejects.toThrow(
    NotApplicable,
  );
});

test('every parameter has a schema, a default and a description in the pack', () => {
  for (const { id, parameters } of rules) {
    expect(Object.keys(policies.get(id)?.configSchema?.properties ?? {})).toEqual(Object.keys(parameters));
    for (const each of Object.values(policies.get(id)?.configSchema?.properties ?? {}))
      expect(isJsonObject(each) && 'default' in each).toBe(true);
  }
});
