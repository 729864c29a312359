import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { admissionObjects } from '../../../policies/emit/admission';
import { prepareJudge } from '../../../policies/evaluate/judge-objects';
import { fixturesOf, type Fixture } from '../../../policies/fixtures';
import { bases } from '../../../policies/generated/bases';
import { loadRules, type RuleFile } from '../../../policies/load';
import { type ApiAnswer, type ControlPlane, startControlPlane } from '../../support/control-plane';
import { badManifests } from '../../support/bad-manifests';
import { until } from '../../support/until';
import { collectionOf, guardedNamespace, nameOf, namespaceOf, store, storeKinds, warningsOf } from './cluster';

const INSTALLATION = 'kea';
/** The API server cuts warnings off beyond 4,096 characters of an answer. */
const MOST_WARNED = 3800;

const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
const rules = files.map((each) => each.rule);
const admitted = rules.filter((rule) => rule.source === 'written');
const known = new Map(Object.entries(bases));
const cases = files.flatMap((file) =>
  fixturesOf(file.written, known).map((fixture) => ({ file, fixture, name: `${file.rule.id}: ${fixture.name}` })),
);

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  const namespaces = new Set(['default', ...cases.map(({ fixture }) => namespaceOf(fixture.object))]);
  await Promise.all([
    storeKinds(plane),
    ...[...namespaces].filter((each) => each !== 'default').map((each) => store(plane, guardedNamespace(each))),
    plane.call(
      'PATCH',
      '/api/v1/namespaces/default',
      { metadata: { labels: { 'kea.dev/stack': 'test' } } },
      'application/merge-patch+json',
    ),
    ...['models', 'kea-platform'].map((name) =>
      store(plane, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: 1000 }),
    ),
  ]);
  // All rules warn, so that one request tells what every rule says.
  const policies = admissionObjects(rules, { installation: INSTALLATION, level: 'warn', asOf: '2026-11-22' }).map(warning);
  for (const kind of ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'])
    await Promise.all(policies.filter((each) => each['kind'] === kind).map((each) => store(plane, each)));
  await inForce(files.filter(({ rule }) => rule.source === 'written'));
}, 120_000);

afterAll(() => plane?.stop(), 30_000);

/** A rule that only informs would say nothing to the caller. */
function warning(object: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(object).replace('"validationActions":["Audit"]', '"validationActions":["Warn"]')) as JsonObject;
}

/** Server-side dry run; a pod gets its ephemeral containers by the subresource that they have, once it is there. */
async function send({ object }: Fixture): Promise<ApiAnswer> {
  const spec = isJsonObject(object['spec']) ? object['spec'] : {};
  if (object['kind'] !== 'Pod' || spec['ephemeralContainers'] === undefined) {
    const made = await plane.call('POST', `${collectionOf(object)}?dryRun=All`, object);
    return made.status === 409 ? plane.call('PUT', `${collectionOf(object)}/${nameOf(object)}?dryRun=All`, object) : made;
  }
  const { ephemeralContainers, ...rest } = spec;
  const name = `${nameOf(object)}-${(serial += 1)}`;
  const pod = await store(plane, { ...object, metadata: { ...(object['metadata'] as JsonObject), name }, spec: rest });
  const changed = { ...pod.body, spec: { ...(pod.body['spec'] as JsonObject), ephemeralContainers } };
  return plane.call('PUT', `${collectionOf(object)}/${name}/ephemeralcontainers?dryRun=All`, changed);
}
let serial = 0;

/** Policies work a moment after they are stored: each is there when it says something of an object that it refuses. */
async function inForce(awaited: readonly RuleFile[]): Promise<void> {
  const silent = new Set<string>();
  const look = async ({ rule, written }: RuleFile): Promise<void> => {
    silent.add(rule.id);
    const fixtures = fixturesOf(written, known).filter((each) => each.expected === 'fail');
    await until(async () => {
      const answers: ApiAnswer[] = [];
      for (const fixture of fixtures) {
        const answer = await send(fixture);
        if (warningsOf(answer, INSTALLATION).has(rule.id)) return true;
        answers.push(answer);
      }
      // What the server itself refuses shows nothing; the cases below say so.
      if (answers.every(({ status }) => status === 422)) return true;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return false;
    }, 30_000);
    silent.delete(rule.id);
  };
  // The last that was stored first: when it works, most others do.
  const [last, ...others] = awaited.toReversed();
  if (last) await look(last);
  await Promise.all(others.map(look)).catch(() => {
    throw new Error(`no word from ${[...silent].join(', ')}`);
  });
}

test('every fixture, by every rule: the API server and the evaluator say the same of the object that the server made of it', async () => {
  const judge = prepareJudge(admitted);
  const disagreements: string[] = [];
  const refused: string[] = [];
  await Promise.all(
    cases.map(async ({ fixture, name, file }) => {
      const answer = await send(fixture);
      if (answer.status >= 400) {
        // Where the server itself finds the object invalid, it is refused all the same, and that is what the example is about.
        if (fixture.expected === 'pass' || answer.status !== 422) refused.push(`${name}: ${String(answer.body['message'])}`);
        return;
      }
      const server = warningsOf(answer, INSTALLATION);
      const ours = new Map(
        judge
          .judge([JSON.parse(JSON.stringify(answer.body)) as unknown])
          .verdicts.map(({ rule, decision }) => [
            admitted[rule]?.id ?? '',
            decision.outcome === 'failed' ? `failed: ${decision.message}` : decision.message,
          ]),
      );
      const cut = [...server.values()].join('').length > MOST_WARNED;
      const ids = cut ? [file.rule.id, ...server.keys()] : new Set([...server.keys(), ...ours.keys()]);
      for (const id of ids) {
        if (server.get(id) !== ours.get(id))
          disagreements.push(`${name}, by ${id}: the server says ${server.get(id) ?? 'yes'}, the evaluator ${ours.get(id) ?? 'yes'}`);
      }
      if (file.rule.source === 'written' && server.has(file.rule.id) !== (fixture.expected === 'fail'))
        disagreements.push(`${name}: expected to ${fixture.expected}, the server says ${server.get(file.rule.id) ?? 'yes'}`);
    }),
  );
  expect(disagreements).toEqual([]);
  expect(refused).toEqual([]);
}, 120_000);

test('manifests as people publish them: the server refuses by the rules that the evaluator names', async () => {
  const judge = prepareJudge(admitted);
  for (const { name, object, expected } of badManifests()) {
    const answer = await plane.call('POST', `${collectionOf(object)}?dryRun=All`, object);
    expect([name, answer.status]).toEqual([name, 201]);
    const server = warningsOf(answer, INSTALLATION);
    const ours = judge
      .judge([JSON.parse(JSON.stringify(answer.body)) as unknown])
      .verdicts.map(({ rule, decision }) => [admitted[rule]?.id ?? '', decision.message] as const);
    expect([name, Object.fromEntries(server)]).toEqual([name, Object.fromEntries(ours)]);
    expect([name, [...server.keys()]]).toEqual([
      name,
      expect.arrayContaining(expected.filter((id) => admitted.some((rule) => rule.id === id))),
    ]);
  }
}, 60_000);
