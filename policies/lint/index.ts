import type { Environment } from '@marcbachmann/cel-js';
import { finding, type Finding, type FindingKind } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import { nearest } from '../../core/names';
import { makeEnvironment } from '../evaluate/environment';
import { kindOf, prepareJudge } from '../evaluate/judge-objects';
import { compileText, errorText } from '../evaluate/program';
import { fixturesOf, type Bases, type Fixture } from '../fixtures';
import type { RuleFile } from '../load';
import type { Variable } from '../rule';
import { sharedVariables } from '../shared-variables';
import { checks, meant } from './checks';
import { pathOf, type Scope } from './paths';
import { isNode, type Node } from './syntax';

/** One text of a rule, read. */
export interface LintedText {
  readonly role: 'variable' | 'expression' | 'message';
  readonly text: string;
  readonly root: Node;
  readonly scope: Scope;
}

/** What a check knows of a rule. */
export interface LintedRule {
  readonly file: RuleFile;
  readonly fixtures: readonly Fixture[];
  readonly texts: readonly LintedText[];
}

export interface Complaint {
  readonly kind: FindingKind;
  readonly message: string;
  readonly fix?: string;
  /** Character of the text that it is about. */
  readonly at?: number;
}

/** Everything that is wrong with a rule that has the right shape: its texts, its portability, its fixtures. */
export function lintRule(file: RuleFile, bases: Bases): readonly Finding[] {
  const environment = makeEnvironment();
  const findings: Finding[] = [];
  const say = ({ kind, message, fix, at }: Complaint, path: readonly (string | number)[]): void =>
    void findings.push(
      finding(kind, { message: `${file.rule.id}: ${message}`, place: file.place(path, at), ...(fix === undefined ? {} : { fix }) }),
    );
  const fixtures = expanded(file, bases, say);
  const texts: (LintedText & { readonly path: readonly (string | number)[] })[] = [];
  const scope = new Map<string, string>([['object', 'object']]);
  const read = (text: string, role: LintedText['role'], path: readonly (string | number)[]): Node | undefined => {
    const root = parse(environment, text, ROLE[role], (complaint) => say({ kind: policyFindings.badExpression, ...complaint }, path));
    if (root) texts.push({ role, text, root, scope: new Map(scope), path });
    return root;
  };
  const own = file.written.variables ?? [];
  const enter = ({ name, expression }: Variable, root = parse(environment, expression, undefined, () => undefined)): void =>
    void scope.set(`variables.${name}`, (root && pathOf(root, scope)) ?? '');
  scope.set('variables.pod', '$pod');
  for (const variable of sharedVariables) if (variable.name !== 'pod') enter(variable);
  for (const name of Object.keys(file.written.parameters ?? {})) scope.set(`variables.${name}`, '');
  for (const [index, variable] of own.entries()) enter(variable, read(variable.expression, 'variable', ['variables', index, 'expression']));
  read(file.written.expression, 'expression', ['expression']);
  if (file.written.messageExpression !== undefined) read(file.written.messageExpression, 'message', ['messageExpression']);
  const rule: LintedRule = { file, fixtures, texts };
  for (const text of texts) for (const check of checks) for (const complaint of check(text, rule)) say(complaint, text.path);
  if (findings.length === 0) findings.push(...proveFixtures(file, fixtures));
  return findings;
}

/** Rules of one set may all be fine, each for itself. */
export function lintRules(files: readonly RuleFile[], bases: Bases): readonly Finding[] {
  return files.flatMap((file) => lintRule(file, bases));
}

function expanded(file: RuleFile, bases: Bases, say: (complaint: Complaint, path: readonly string[]) => void): readonly Fixture[] {
  try {
    const fixtures = fixturesOf(file.written, bases);
    if (!fixtures.some((each) => each.absent))
      say({ kind: policyFindings.wrongFixture, message: 'no fixture has the whole block absent', fix: 'add one with `absent: true`' }, [
        'fixtures',
      ]);
    return fixtures;
  } catch (error) {
    say({ kind: policyFindings.wrongFixture, message: (error as Error).message }, ['fixtures']);
    return [];
  }
}

/** Type that a text must yield, and what that is called; any for a variable. */
const ROLE: { readonly [role in LintedText['role']]: { readonly type: string; readonly called: string } | undefined } = {
  variable: undefined,
  expression: { type: 'bool', called: 'true or false' },
  message: { type: 'string', called: 'a text' },
};

function parse(
  environment: Environment,
  text: string,
  wanted: (typeof ROLE)[LintedText['role']],
  refuse: (complaint: Omit<Complaint, 'kind'>) => void,
): Node | undefined {
  try {
    compileText(environment, text);
    const parsed = environment.parse(text);
    const { type } = parsed.check();
    // The type of what an object holds is known once there is one.
    if (wanted && type !== undefined && ![wanted.type, 'dyn'].includes(type))
      refuse({ message: `it yields ${type}; allowed: ${wanted.called}`, fix: `write what yields ${wanted.called}` });
    const { ast } = parsed as unknown as { readonly ast: unknown };
    return isNode(ast) ? ast : undefined;
  } catch (error) {
    const { range } = error as { readonly range?: { readonly start: number } };
    const message = errorText(error);
    const [, called] = /no matching overload for '(?:[^'(]*\.)?(\w+)\(/.exec(message) ?? [];
    refuse({ message, ...(range ? { at: range.start } : {}), ...(called === undefined ? {} : meant(called)) });
    return undefined;
  }
}

/** Runs every fixture. */
function proveFixtures(file: RuleFile, fixtures: readonly Fixture[]): readonly Finding[] {
  const { rule } = file;
  const judge = prepareJudge([rule]);
  const refuse = (fixture: Fixture, message: string, fix?: string): Finding =>
    finding(policyFindings.wrongFixture, {
      message: `${rule.id}: the fixture "${fixture.name}" ${message}`,
      place: file.place([
        'fixtures',
        fixture.expected,
        file.written.fixtures[fixture.expected].findIndex((each) => each.name === fixture.name),
      ]),
      ...(fix === undefined ? {} : { fix }),
    });
  const findings: Finding[] = [];
  for (const fixture of fixtures) {
    const { verdicts, decisions } = judge.judge([JSON.parse(JSON.stringify(fixture.object))]);
    const decision = verdicts[0]?.decision;
    if (decisions === 0) findings.push(refuse(fixture, ...unjudged(file, fixture)));
    // One is enough: over the others it breaks in the same way.
    else if (decision?.outcome === 'failed')
      return [
        finding(policyFindings.badExpression, {
          message: `${rule.id}: over the fixture "${fixture.name}": ${decision.message}`,
          place: file.place(['expression']),
          fix: 'write an expression that is true or false of any object, and breaks over none',
        }),
      ];
    else if (fixture.expected === 'pass') {
      if (decision) findings.push(refuse(fixture, `should pass, and is refused: ${decision.message}`));
    } else if (!decision) findings.push(refuse(fixture, 'should be refused, and passes'));
    else if (fixture.message !== undefined && fixture.message !== decision.message)
      findings.push(refuse(fixture, `says "${decision.message}", not "${fixture.message}"`));
  }
  return findings;
}

/** Why a fixture is none of the rule's business, and what to do. */
function unjudged({ rule }: RuleFile, { object }: Fixture): readonly [message: string, fix: string] {
  const kind = kindOf(object);
  if (rule.kinds.includes(kind)) {
    const labels = Object.keys(rule.labels).join(', ');
    return [`lacks a label that the rule asks for: ${labels}`, 'set the label in the fixture, or take it out of applies.labels'];
  }
  const close = nearest(kind, rule.kinds) !== undefined;
  const judged = rule.kinds.join(', ');
  return [
    `is of the kind ${kind}, and the rule judges ${judged}`,
    close
      ? `write ${kind} in applies.kinds`
      : `add ${kind} to applies.kinds, or start the fixture from a base of a kind that the rule judges`,
  ];
}
