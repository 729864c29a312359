import { judgeImport } from '../../scripts/lint/import-table.mjs';

test.each([
  ['core/names.ts', './order'],
  ['schema/load/index.ts', '../../core/names'],
  ['constructs/platform.ts', '../schema/resolved'],
  ['constructs/k8s.ts', 'cdk8s-plus-28/lib/imports/k8s'],
  ['stacks/index.ts', '../policies/evaluate'],
  ['cli/commands/check.ts', '../../schema/load/index'],
  ['cli/run/index.ts', '../../services/processor/messages'],
  ['test/anything.test.ts', '../services/portal/main'],
])('%s may import %s', (file, name) => {
  expect(judgeImport(file, name)).toBeUndefined();
});

test.each([
  ['core/names.ts', '../schema/resolved', 'core/ may import nothing of ours'],
  ['constructs/platform.ts', '../schema/load/index', 'constructs take only types and pure functions from schema'],
  ['constructs/platform.ts', 'cdk8s-plus-28', 'imported by constructs/k8s.ts only'],
  ['services/portal/main.ts', 'cdk8s', 'only constructs know cdk8s'],
  ['services/portal/main.ts', '../../schema/resolved', 'services/ may import core'],
  ['cli/commands/check.ts', '@pulumi/pulumi', 'only stacks know Pulumi'],
  ['cli/commands/check.ts', '../../services/portal/main', 'cli/ may import core, schema, constructs, policies'],
  ['stacks/index.ts', '../policies/emit', 'policies/evaluate'],
  ['constructs/platform.ts', '../scripts/parts/index.mjs', 'never imports scripts or tests'],
])('%s may not import %s', (file, name, why) => {
  expect(judgeImport(file, name)).toContain(why);
});

test('types and lazy loading open the doors that the table names', () => {
  expect(judgeImport('constructs/platform.ts', '../schema/load/document', { isType: true })).toBeUndefined();
  expect(judgeImport('cli/commands/up.ts', '@pulumi/pulumi/automation', { isLazy: true })).toBeUndefined();
});
