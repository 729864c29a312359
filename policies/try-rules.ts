import { finding, type Finding } from '../core/findings/finding';
import { policyFindings } from '../core/findings/policies';
import type { JsonObject } from '../core/json';
import { prepareJudge } from './evaluate/judge-objects';
import { type Bases, type Fixture, fixturesOf } from './fixtures';
import type { RuleFile } from './load';

/** What trying rules found. */
export interface Trial {
  readonly findings: readonly Finding[];
  readonly fixtures: number;
}

/** Every rule by its own fixtures: what it should accept, what it should refuse and with which words, and whether it is tried with the block absent. */
export function tryRules(files: readonly RuleFile[], bases: Bases): Trial {
  const trials = files.map((file) => tryRule(file, bases));
  return { findings: trials.flatMap((each) => each.findings), fixtures: trials.reduce((sum, each) => sum + each.fixtures, 0) };
}

function tryRule(file: RuleFile, bases: Bases): Trial {
  const { rule, written, place } = file;
  const wrong = (message: string): Finding =>
    finding(policyFindings.wrongFixture, { message: `${rule.id}: ${message}`, place: place(['fixtures']) });
  const judge = prepareJudge([rule]);
  const [broken] = judge.broken;
  if (broken)
    return {
      fixtures: 0,
      findings: [finding(policyFindings.badExpression, { message: `${rule.id}: ${broken.message}`, place: place(['expression']) })],
    };
  let fixtures: readonly Fixture[];
  try {
    fixtures = fixturesOf(written, bases);
  } catch (error) {
    return { fixtures: 0, findings: [wrong((error as Error).message)] };
  }
  const findings = fixtures.flatMap((fixture) => {
    const complaint = complaintOf(fixture, judge.judge([JSON.parse(JSON.stringify(fixture.object)) as JsonObject]).verdicts[0]?.decision);
    const isJudged = rule.kinds.includes(`${String(fixture.object['apiVersion'])}/${String(fixture.object['kind'])}`);
    return [
      ...(isJudged ? [] : [wrong(`the fixture "${fixture.name}" is of a kind that the rule does not judge`)]),
      ...(complaint === undefined ? [] : [wrong(complaint)]),
    ];
  });
  const absent = fixtures.some((each) => each.absent) ? [] : [wrong('no fixture has the whole block absent and says `absent: true`')];
  return { findings: [...findings, ...absent], fixtures: fixtures.length };
}

function complaintOf(
  { name, expected, message }: Fixture,
  decision: { readonly outcome: string; readonly message: string } | undefined,
): string | undefined {
  if (decision?.outcome === 'failed') return `"${name}" cannot be decided: ${decision.message}`;
  if (expected === 'pass') return decision === undefined ? undefined : `"${name}" must be accepted, and is refused: ${decision.message}`;
  if (decision === undefined) return `"${name}" must be refused, and is accepted`;
  return message === undefined || decision.message === message
    ? undefined
    : `"${name}" is refused with "${decision.message}", must be "${message}"`;
}
