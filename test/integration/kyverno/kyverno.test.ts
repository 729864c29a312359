// What `kea policies emit --form kyverno` writes, by Kyverno itself: the same verdict, in the same words, for every fixture of every rule.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { kyvernoObjects } from '../../../policies/emit/kyverno';
import { prepareJudge } from '../../../policies/evaluate/judge-objects';
import { fixturesOf } from '../../../policies/fixtures';
import { bases } from '../../../policies/generated/bases';
import { loadRules } from '../../../policies/load';
import { ensure } from '../../../scripts/parts/index.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kea-kyverno-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
const rules = files.map((each) => each.rule).filter((rule) => rule.source === 'written');

/** Every fixture under a name of its own, by which Kyverno's report tells them apart. */
const objects = files
  .flatMap(({ written }) => fixturesOf(written, new Map(Object.entries(bases))).map(({ object }) => object))
  .map((object, index) => ({ ...object, metadata: { ...(object['metadata'] as JsonObject), name: `it-${index}` } }) as JsonObject);

interface Report {
  readonly results: readonly {
    readonly policy: string;
    readonly result: 'pass' | 'fail' | 'warn' | 'error' | 'skip';
    readonly message: string;
    readonly resources: readonly { readonly kind: string; readonly name: string }[];
  }[];
}

async function apply(exceptions: Parameters<typeof kyvernoObjects>[1]['exceptions'] = []): Promise<Report['results']> {
  const policies = kyvernoObjects(rules, { installation: 'kea', level: 'deny', asOf: '2026-11-22', exceptions });
  const write = (name: string, all: readonly object[]): string => {
    writeFileSync(join(folder, name), all.map((each) => stringify(each, { aliasDuplicateObjects: false })).join('---\n'));
    return join(folder, name);
  };
  const namespaces = new Set(objects.map(({ metadata }) => String((metadata as JsonObject)['namespace'] ?? 'default')));
  const values = {
    apiVersion: 'cli.kyverno.io/v1alpha1',
    kind: 'Value',
    metadata: { name: 'values' },
    namespaceSelector: [...namespaces].map((name) => ({ name, labels: { 'kea.dev/stack': 'test' } })),
  };
  const args = [
    'apply',
    write('policies.yaml', policies),
    '--resource',
    write('objects.yaml', objects),
    '-f',
    write('values.yaml', [values]),
  ];
  const { stdout } = await promisify(execFile)(await ensure('kyverno'), [...args, '--policy-report', '--output-format', 'json'], {
    maxBuffer: 256 * 1024 * 1024,
  }).catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report).results;
}

test('every fixture by every rule', async () => {
  const results = await apply();
  const theirs = new Map(results.map((each) => [`${each.resources[0]?.name ?? ''} ${each.policy}`, each]));
  const judge = prepareJudge(rules);
  const ours = new Map(
    judge
      .judge(objects.map((each) => JSON.parse(JSON.stringify(each)) as unknown))
      .verdicts.map(({ object, rule, decision }) => [`it-${object} kea.${rules[rule]?.id ?? ''}`, decision]),
  );
  const disagreements = [...theirs].flatMap(([key, { result, message }]) => {
    const decision = ours.get(key);
    const [here, there] = [decision ? decision.message : 'yes', result === 'pass' ? 'yes' : message];
    return here === there ? [] : [`${key}: Kyverno says ${result} ${there}, the evaluator ${here}`];
  });
  const unsaid = [...ours.keys()].filter((key) => !theirs.has(key));
  expect(disagreements).toEqual([]);
  expect(unsaid).toEqual([]);
  expect(results.length).toBeGreaterThan(objects.length);
}, 600_000);
