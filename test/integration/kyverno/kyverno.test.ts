// What `kea policies emit --form kyverno` writes, by Kyverno itself: the same verdict, in the same words, for every fixture of every rule.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { kyvernoObjects } from '../../../policies/emit/kyverno';
import { resourceOf } from '../../../policies/emit/resources';
import { kindOf, prepareJudge } from '../../../policies/evaluate/judge-objects';
import { fixturesOf } from '../../../policies/fixtures';
import { bases } from '../../../policies/generated/bases';
import { loadRules, type RuleFile } from '../../../policies/load';
import { ensure } from '../../../scripts/parts/index.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kea-kyverno-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
// Over rel.drain Kyverno 1.19 says "no such overload": an error, where the API server decides.
const admitted = files.filter(({ rule }) => rule.source === 'written' && rule.id !== 'rel.drain');

/** Fixtures of a rule under names of their own, by which Kyverno's report tells them apart. */
function namedFixtures({ written }: RuleFile): readonly JsonObject[] {
  return fixturesOf(written, new Map(Object.entries(bases))).map(({ object }, index) => ({
    ...object,
    metadata: { ...(object['metadata'] as JsonObject), name: `it-${index}` },
  }));
}

/** Kinds that Kubernetes does not have by itself. */
const CRDS = readdirSync(join(packageRoot(), 'test/fixtures/crds')).flatMap((file) => [
  '--crd-paths',
  join(packageRoot(), 'test/fixtures/crds', file),
]);

interface Report {
  readonly results: readonly {
    readonly policy: string;
    readonly result: 'pass' | 'fail' | 'warn' | 'error' | 'skip';
    readonly message: string;
    readonly resources: readonly { readonly kind: string; readonly name: string }[];
  }[];
}

function write(name: string, all: readonly object[]): string {
  writeFileSync(join(folder, name), all.map((each) => stringify(each, { aliasDuplicateObjects: false })).join('---\n'));
  return join(folder, name);
}

/** What Kyverno says of some objects by one rule: name → `yes` or its message. */
async function apply(file: RuleFile, objects: readonly JsonObject[]): Promise<ReadonlyMap<string, string>> {
  const namespaces = new Set(objects.map(({ metadata }) => String((metadata as JsonObject)['namespace'] ?? 'default')));
  const values = {
    apiVersion: 'cli.kyverno.io/v1alpha1',
    kind: 'Value',
    metadata: { name: 'values' },
    namespaceSelector: [...namespaces].map((name) => ({ name, labels: { 'kea.dev/stack': 'test' } })),
  };
  const policies = kyvernoObjects([file.rule], { installation: 'kea', level: 'deny', asOf: '2026-11-22' });
  const args = [
    'apply',
    write('policies.yaml', policies),
    '--resource',
    write('objects.yaml', objects),
    '-f',
    write('values.yaml', [values]),
  ];
  // It ends with 1 where something is refused.
  const { stdout } = await promisify(execFile)(await ensure('kyverno'), [
    ...args,
    ...CRDS,
    '--policy-report',
    '--output-format',
    'json',
  ]).catch((error: unknown) => error as { stdout: string });
  // Where no object is selected it writes nothing.
  const { results } = stdout.includes('{') ? (JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report) : { results: [] };
  return new Map(results.map(({ resources, result, message }) => [resources[0]?.name ?? '', result === 'pass' ? 'yes' : message]));
}

function isSelected({ rule }: RuleFile, object: JsonObject): boolean {
  const { labels = {} } = object['metadata'] as { readonly labels?: JsonObject };
  const wanted = Object.keys(rule.labels).every((label) => labels[label] !== undefined);
  return wanted && (resourceOf(kindOf(object)).isNamespaced || labels['app.kubernetes.io/managed-by'] === 'kea');
}

test('every fixture of every rule that admission can decide', async () => {
  const disagreements: string[] = [];
  let judged = 0;
  for (const file of admitted) {
    const objects = namedFixtures(file);
    const theirs = await apply(file, objects);
    judged += theirs.size;
    const { verdicts } = prepareJudge([file.rule]).judge(objects.map((each) => JSON.parse(JSON.stringify(each)) as unknown));
    for (const index of objects.keys()) {
      const ours = verdicts.find((each) => each.object === index)?.decision.message ?? 'yes';
      const object = objects[index] ?? {};
      // Kinds without a namespace are judged where KEA made them; and what lacks a label that the rule asks for, nowhere.
      const said = theirs.get(`it-${index}`) ?? (isSelected(file, object) ? 'nothing' : ours);
      if (said !== ours) disagreements.push(`${file.rule.id} ${index}: Kyverno says ${said}, the evaluator ${ours}`);
    }
  }
  expect(disagreements).toEqual([]);
  expect(judged).toBeGreaterThan(400);
}, 900_000);
