import type { Environment } from '@marcbachmann/cel-js';
import { finding, type Finding, type FindingKind } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import { makeEnvironment } from '../evaluate/environment';
import { prepareJudge } from '../evaluate/judge-objects';
import { compileText, errorText } from '../evaluate/program';
import { fixturesOf, type Bases, type Fixture } from '../fixtures';
import type { RuleFile } from '../load';
import type { Variable } from '../rule';
import { sharedVariables } from '../shared-variables';
import { checks } from './checks';
import { pathOf, type Scope } from './paths';
import { isNode, type Node } from './syntax';

/** One text of a rule, read. */
export interface LintedText {
  readonly role: 'variable' | 'expression' | 'message';
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
}

/** Everything that is wrong with a rule that has the right shape: its texts, its portability, its fixtures. */
export function lintRule(file: RuleFile, bases: Bases): readonly Finding[] {
  const environment = makeEnvironment();
  const findings: Finding[] = [];
  const say = ({ kind, message, fix }: Complaint, path: readonly (string | number)[]): void =>
    void findings.push(
      finding(kind, { message: `${file.rule.id}: ${message}`, place: file.place(path), ...(fix === undefined ? {} : { fix }) }),
    );
  const fixtures = expanded(file, bases, say);
  const texts: (LintedText & { readonly path: readonly (string | number)[] })[] = [];
  const scope = new Map<string, string>([['object', 'object']]);
  const read = (text: string, role: LintedText['role'], path: readonly (string | number)[]): Node | undefined => {
    const root = parse(environment, text, (message) => say({ kind: policyFindings.badExpression, message }, path));
    if (root) texts.push({ role, root, scope: new Map(scope), path });
    return root;
  };
  const own = file.written.variables ?? [];
  const enter = ({ name, expression }: Variable, root = parse(environment, expression, () => undefined)): void =>
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

function parse(environment: Environment, text: string, refuse: (message: string) => void): Node | undefined {
  try {
    compileText(environment, text);
    const { ast } = environment.parse(text) as unknown as { readonly ast: unknown };
    return isNode(ast) ? ast : undefined;
  } catch (error) {
    refuse(errorText(error));
    return undefined;
  }
}

/** Runs every fixture. */
function proveFixtures(file: RuleFile, fixtures: readonly Fixture[]): readonly Finding[] {
  const judge = prepareJudge([file.rule]);
  const refuse = (fixture: Fixture, message: string): Finding =>
    finding(policyFindings.wrongFixture, {
      message: `${file.rule.id}: the fixture "${fixture.name}" ${message}`,
      place: file.place(['fixtures', fixture.expected]),
    });
  return fixtures.flatMap((fixture) => {
    const { verdicts, decisions } = judge.judge([JSON.parse(JSON.stringify(fixture.object))]);
    const decision = verdicts[0]?.decision;
    if (decisions === 0) return [refuse(fixture, 'is of a kind, or without a label, that the rule does not judge')];
    if (decision?.outcome === 'failed') return [refuse(fixture, `breaks the rule: ${decision.message}`)];
    if (fixture.expected === 'pass') return decision ? [refuse(fixture, `should pass, and is refused: ${decision.message}`)] : [];
    if (!decision) return [refuse(fixture, 'should be refused, and passes')];
    if (fixture.message === undefined || fixture.message === decision.message) return [];
    return [refuse(fixture, `says "${decision.message}", not "${fixture.message}"`)];
  });
}
