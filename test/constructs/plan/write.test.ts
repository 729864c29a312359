import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffPlans } from '../../../constructs/plan/diff';
import { objectPath, planFiles } from '../../../constructs/plan/files';
import { readPlan } from '../../../constructs/plan/read';
import { writePlan } from '../../../constructs/plan/write';
import { samplePlatform } from '../../support/platforms';
import { modelsPlan } from '../../support/trees';

const platform = samplePlatform();
const whole = modelsPlan(platform);
const smaller = modelsPlan({ ...platform, models: platform.models.slice(0, 1) });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function files(): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

/** The kustomization above all, and one in each layer's folder. */
function lists(plan: typeof whole): string[] {
  const layers = new Set(plan.objects.map((object) => objectPath(object).split('/')[0]));
  return ['kustomization.yaml', ...[...layers].map((layer) => `${layer}/kustomization.yaml`)];
}

test('a plan comes back from its folder as it was written', () => {
  const result = writePlan(whole, folder);
  expect(result.findings).toEqual([]);
  expect(result.written).toEqual([...whole.objects.map(objectPath), ...lists(whole)]);
  expect(readPlan(folder)).toEqual(whole.objects);
  expect(files()).toContain('60-workloads/kea-models/deployment-credit-score-v1-4-0.yaml');
});

test('objects carry their sync wave in files only', () => {
  writePlan(whole, folder);
  expect(readFileSync(join(folder, '60-workloads/kea-models/deployment-iris-v1-0-0.yaml'), 'utf8')).toContain(
    'argocd.argoproj.io/sync-wave: "60"\n',
  );
  expect(JSON.stringify(whole.objects)).not.toContain('sync-wave');
});

test('writing again touches nothing', () => {
  writePlan(whole, folder);
  const before = files().map((file): unknown => statSync(join(folder, file), { bigint: true }).mtimeNs);
  const result = writePlan(whole, folder);
  expect([result.written, result.removed]).toEqual([[], []]);
  expect(files().map((file): unknown => statSync(join(folder, file), { bigint: true }).mtimeNs)).toEqual(before);
});

test('files of objects that are gone are removed, with the folders that they leave empty; others stay', () => {
  writePlan(whole, folder);
  writeFileSync(join(folder, '60-workloads/kea-models/mine.yaml'), 'mine: true\n');
  const { removed } = writePlan(smaller, folder);
  expect(removed).toContain('60-workloads/kea-models/deployment-iris-v1-0-0.yaml');
  expect(readPlan(folder)).toEqual(smaller.objects);
  expect(files()).toContain('60-workloads/kea-models/mine.yaml');
  writePlan({ objects: [] }, folder);
  expect(readdirSync(folder).sort()).toEqual(['60-workloads', 'kea-index.json', 'kustomization.yaml']);
});

test('a file that kea did not write is in the way: nothing is written', () => {
  writeFileSync(join(folder, 'kustomization.yaml'), 'mine: true\n');
  const result = writePlan(whole, folder);
  expect(result.findings.map((each) => `${each.code} ${each.message}`)).toEqual([
    'KEA2014 "kustomization.yaml" in the output folder was not written by kea',
  ]);
  expect(files()).toEqual(['kustomization.yaml']);
});

test('killed half-way, the next run completes the work and leaves no trace', () => {
  writePlan(smaller, folder);
  // As a run leaves it that was killed after some files: journal there, one file new, one half-written, the index still old.
  const wanted = planFiles(whole);
  const added = wanted.objects.filter((file) => !existsSync(join(folder, file.path)));
  writeFileSync(join(folder, 'kea-index.next'), JSON.stringify([...wanted.objects.map((file) => file.path), ...lists(whole)]));
  mkdirSync(join(folder, added[0]?.path ?? '', '..'), { recursive: true });
  writeFileSync(join(folder, added[0]?.path ?? ''), 'an older text\n');
  writeFileSync(join(folder, `${added[1]?.path ?? ''}.kea-tmp`), 'hal');
  expect(writePlan(whole, folder).findings).toEqual([]);
  expect(readPlan(folder)).toEqual(whole.objects);
  expect(files()).toEqual([...wanted.objects.map((file) => file.path), 'kea-index.json', ...lists(whole)].sort());
});

test('an index that leads out of the folder removes nothing there', () => {
  const outside = mkdtempSync(join(tmpdir(), 'kea-outside-'));
  const victim = join(outside, 'victim.yaml');
  writeFileSync(victim, 'x');
  const path = `../${outside.split('/').pop() ?? ''}/victim.yaml`;
  writeFileSync(join(folder, 'kea-index.json'), JSON.stringify({ format: 1, files: [{ path }, { path: victim }] }));
  writePlan(smaller, folder);
  expect(existsSync(victim)).toBe(true);
  rmSync(outside, { recursive: true });
});

test('diff: grouped by model, with the fields and who restarts', () => {
  const [credit, ...rest] = platform.models;
  if (!credit) throw new Error('no model');
  const contracts = credit.contracts.map((contract) => ({
    ...contract,
    versions: contract.versions.map((version) =>
      version.version === '1.4.0'
        ? { ...version, runtime: { ...version.runtime, env: { THREADS: '4' } }, scaling: { ...version.scaling, max: 30 } }
        : version,
    ),
  }));
  const after = modelsPlan({ ...platform, models: [{ ...credit, contracts }, ...rest.slice(1)] });
  const diff = diffPlans(whole.objects, after.objects);
  expect(diff.groups.map((group) => group.model)).toEqual(['credit-score', 'iris']);
  expect(diff.groups[0]?.changes).toEqual([
    {
      change: 'changed',
      object: 'Deployment kea-models/credit-score-v1-4-0',
      fields: [{ path: 'spec.template.spec.containers[model].env[THREADS]', after: '{"name":"THREADS","value":"4"}' }],
      restarts: true,
    },
    {
      change: 'changed',
      object: 'HorizontalPodAutoscaler kea-models/credit-score-v1-4-0',
      fields: [{ path: 'spec.maxReplicas', before: '20', after: '30' }],
      restarts: false,
    },
  ]);
  expect(diff.restarts).toEqual(['Deployment kea-models/credit-score-v1-4-0']);
  expect([diff.added, diff.removed, diff.changed]).toEqual([0, whole.objects.filter((object) => object.model === 'iris').length, 2]);
});

test('diff: the values of Secrets are never shown', () => {
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    name: 's',
    namespace: 'ns',
    layer: 'configuration' as const,
    value: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password }, stringData: { old: password } },
  });
  const { groups } = diffPlans([secret('aHVudGVyMg==')], [secret('c3dvcmRmaXNo')]);
  expect(groups[0]?.changes[0]?.fields).toEqual([
    { path: 'data.password', before: '(secret)', after: '(secret)' },
    { path: 'stringData.old', before: '(secret)', after: '(secret)' },
  ]);
});
