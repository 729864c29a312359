import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { packFiles } from '../../../policies/emit/pack';
import { kindOf, prepareJudge } from '../../../policies/evaluate/judge-objects';
import { fixturesOf } from '../../../policies/fixtures';
import { bases } from '../../../policies/generated/bases';
import { loadRules } from '../../../policies/load';
import type { Rule, Step } from '../../../policies/rule';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';
import { makeProject, type Project } from '../../support/pulumi';

const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
const rules = files.map((each) => each.rule);
const known = new Map(Object.entries(bases));

/** Somebody else's program: one resource an object, and a value that no preview knows where the text says so. */
const PROGRAM = `const pulumi = require('@pulumi/pulumi');
const labels = { 'app.kubernetes.io/name': 'late', 'app.kubernetes.io/component': 'test', 'app.kubernetes.io/part-of': 'test', 'app.kubernetes.io/managed-by': 'test' };
const late = new pulumi.CustomResource('kubernetes:core/v1:ConfigMap', 'late', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: 'models', labels } });
const filled = (value) =>
  value === 'LATE' ? late.id : Array.isArray(value) ? value.map(filled) : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each)])) : value;
for (const [name, { token, object }] of Object.entries(require('./objects.json'))) new pulumi.CustomResource(token, name, filled(object));
`;

interface PolicyEvent {
  readonly policyName: string;
  readonly message: string;
  readonly enforcementLevel: string;
  readonly resourceUrn?: string;
}

let plane: ControlPlane;
let project: Project;

beforeAll(async () => {
  // The event log is behind this switch.
  process.env['PULUMI_DEBUG_COMMANDS'] = 'true';
  plane = await startControlPlane();
  project = await makeProject(plane, {
    'Pulumi.yaml': 'name: team\nruntime: { name: nodejs, options: { typescript: false } }\nmain: program/index.js\n',
    'program/index.js': PROGRAM,
    'program/objects.json': '{}',
  });
  await project.done('stack', 'init', 'test');
  // Objects that the server would refuse have to be judged too.
  await project.done('config', 'set', 'kubernetes:enableServerSideApply', 'false');
}, 120_000);

afterAll(async () => {
  await plane?.stop();
  project?.remove();
}, 60_000);

/** Writes the pack with every rule at one step, or as it is. */
function writePack(step?: Step): void {
  const held: readonly Rule[] = step === undefined ? rules : rules.map((rule) => ({ ...rule, step }));
  for (const [path, text] of packFiles(held, [], { installation: 'kea', level: 'deny', asOf: '2026-11-22' }))
    project.write(`pack/${path}`, text);
  try {
    symlinkSync(join(packageRoot(), 'node_modules'), join(project.folder, 'pack/node_modules'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A preview of some objects by the pack: how it ended, and what policies said of each, by the resource's name. */
async function preview(objects: {
  readonly [name: string]: JsonObject;
}): Promise<{ readonly code: number; readonly text: string; readonly said: readonly (PolicyEvent & { readonly name: string })[] }> {
  const resources = Object.entries(objects).map(([name, object]) => {
    const parts = kindOf(object).split('/');
    const token = `kubernetes:${parts.length === 3 ? parts[0] : 'core'}/${parts.at(-2)}:${parts.at(-1)}`;
    return [name, { token, object }];
  });
  project.write('program/objects.json', JSON.stringify(Object.fromEntries(resources)));
  const log = join(project.folder, 'events.json');
  const { code, text } = await project.pulumi('preview', '--non-interactive', '--color=never', '--policy-pack=pack', `--event-log=${log}`);
  const events = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly policyEvent?: PolicyEvent }).policyEvent);
  return { code, text, said: events.flatMap((each) => (each ? [{ ...each, name: each.resourceUrn?.split('::').at(-1) ?? '' }] : [])) };
}

/** Pulumi puts the policy's description before what the policy said. */
function lastLine({ message }: PolicyEvent): string {
  return message.trim().split('\n').at(-1) ?? '';
}

/** The provider labels what has no other manager, before policies see it. */
function labelled(object: JsonObject): unknown {
  const copy = JSON.parse(JSON.stringify(object)) as { metadata: { labels?: { [label: string]: string } } };
  copy.metadata.labels = { 'app.kubernetes.io/managed-by': 'pulumi', ...copy.metadata.labels };
  return copy;
}

test('every fixture through a real preview: what the policy of its rule says is what the evaluator says', async () => {
  writePack('warn');
  const cases = files.flatMap((file) =>
    fixturesOf(file.written, known).map((fixture, index) => ({ rule: file.rule, fixture, name: `${file.rule.id}-${index}` })),
  );
  const { code, text, said } = await preview(Object.fromEntries(cases.map(({ name, fixture }) => [name, fixture.object])));
  expect([code, text]).toEqual([0, expect.any(String)]);
  const disagreements = cases.flatMap(({ rule, fixture, name }) => {
    const theirs = said.filter((each) => each.name === name && each.policyName === rule.id).map(lastLine);
    const ours = prepareJudge([rule])
      .judge([labelled(fixture.object)])
      .verdicts.map(({ decision }) => decision.message);
    return theirs.join() === ours.join()
      ? []
      : [`${name}, ${fixture.name}: the preview says ${theirs.join() || 'yes'}, the evaluator ${ours.join() || 'yes'}`];
  });
  expect(disagreements).toEqual([]);
}, 300_000);

/** The sample Deployment with another image, privileged or not. */
function deployment(image: string, privileged: boolean): JsonObject {
  const text = JSON.stringify(bases['deployment']).replace(/"image":"[^"]*server[^"]*"/, JSON.stringify({ image }).slice(1, -1));
  return JSON.parse(privileged ? text.replaceAll('"privileged":false', '"privileged":true') : text) as JsonObject;
}

test('what is refused fails a preview; what is not known yet is printed, and ends nothing', async () => {
  writePack();
  const late = await preview({ undecided: deployment('LATE', false) });
  expect([late.code, late.text]).toEqual([0, expect.any(String)]);
  expect(late.said.filter(({ policyName }) => policyName === 'img.digest')).toEqual([
    expect.objectContaining({
      name: 'undecided',
      enforcementLevel: 'advisory',
      message: expect.stringContaining("string value at .spec.template.spec.containers.0.image can't be known during preview"),
    }),
  ]);
  expect(late.text).toContain("can't run policy 'img.digest'");

  const refused = await preview({ refused: deployment('LATE', true) });
  // The engine has a code 5 for it and ends with 1 all the same, as of 3.259.
  expect(refused.code).not.toBe(0);
  expect(
    refused.said.filter(({ enforcementLevel }) => enforcementLevel === 'mandatory').map((each) => [each.policyName, lastLine(each)]),
  ).toContainEqual(['pod.privileged', 'privileged: server, fetch']);
}, 120_000);
