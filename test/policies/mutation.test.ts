import { join } from 'node:path';
import { Environment } from '@marcbachmann/cel-js';
import { serialize } from '@marcbachmann/cel-js/serialize';
import { packageRoot } from '../../core/package-root';
import { prepareJudge } from '../../policies/evaluate/judge-objects';
import { fixturesOf } from '../../policies/fixtures';
import { bases } from '../../policies/generated/bases';
import { children, isNode, type Node } from '../../policies/lint/syntax';
import { loadRules } from '../../policies/load';
import type { Rule } from '../../policies/rule';

/** The places of a text where clauses stand beside each other: each clause can be dropped on its own. */
function mutants(text: string): readonly string[] {
  const environment = new Environment({ enableOptionalTypes: true });
  const root = (environment.parse(text) as unknown as { readonly ast: Node }).ast;
  const found: string[] = [];
  const walk = (node: Node): void => {
    if (node.op === '&&' || node.op === '||') {
      const [left, right] = children(node) as readonly [Node, Node];
      for (const kept of [left, right]) found.push(replaced(root, node, kept));
    }
    children(node).forEach(walk);
  };
  walk(root);
  return found;
}

/** Text of the tree with one node in the place of another. */
function replaced(root: Node, node: Node, by: Node): string {
  const swap = (value: unknown): unknown => {
    if (value === node) return by;
    if (Array.isArray(value)) return value.map(swap);
    if (!isNode(value)) return value;
    return Object.assign(Object.create(Object.getPrototypeOf(value) as object) as object, { op: value.op, args: swap(value.args) });
  };
  return serialize(swap(root) as never);
}

const known = new Map(Object.entries(bases));
const { files } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');

/** An object with nothing in it: no API server takes it, but whoever judges files meets it. */
function outcomeOfBare(rule: Rule): string {
  const [apiVersion = '', kind = ''] = (rule.kinds[0] ?? '').split(/\/(?=[^/]*$)/);
  const labels = Object.fromEntries(Object.entries(rule.labels).map(([label, value]) => [label, value === '*' ? 'some' : value]));
  const verdict = prepareJudge([rule]).judge([{ apiVersion, kind, metadata: { name: 'bare', labels } }]).verdicts[0];
  return verdict?.decision.outcome ?? 'pass';
}

/** Fixtures that no longer show what they should. */
function red(rule: Rule, written: (typeof files)[number]['written']): number {
  const judge = prepareJudge([rule]);
  const whole = files.find((each) => each.rule.id === rule.id)?.rule ?? rule;
  if (outcomeOfBare(rule) !== outcomeOfBare(whole)) return 1;
  return fixturesOf(written, known).filter(({ object, expected }) => {
    const verdict = judge.judge([JSON.parse(JSON.stringify(object))]).verdicts[0];
    return expected === 'pass' ? verdict !== undefined : verdict?.decision.outcome !== 'violation';
  }).length;
}

test.each(files.map((each) => [each.rule.id, each] as const))('%s: no clause can be dropped unnoticed', (_, { rule, written }) => {
  // What only counts once somebody sets a parameter, no fixture can show.
  const unset = Object.entries(written.parameters ?? {}).filter(([, { default: value }]) => Array.isArray(value) && value.length === 0);
  const concerned = (mutant: string): boolean =>
    !unset.some(([name]) => mutant.split(`variables.${name}`).length !== rule.expression.split(`variables.${name}`).length);
  const survivors = mutants(rule.expression).filter((expression) => concerned(expression) && red({ ...rule, expression }, written) === 0);
  expect(survivors).toEqual([]);
});

test('a rule that always says yes, or always no, is noticed', () => {
  for (const { rule, written } of files) {
    expect([rule.id, red({ ...rule, expression: 'true' }, written) > 0]).toEqual([rule.id, true]);
    expect([rule.id, red({ ...rule, expression: 'false' }, written) > 0]).toEqual([rule.id, true]);
  }
});
