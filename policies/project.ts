import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finding, type Finding } from '../core/findings/finding';
import { policyFindings } from '../core/findings/policies';
import { builtIn } from './evaluate/built-in';
import { EXCEPTIONS_FILE, loadExceptions, type ProjectException } from './exceptions';
import { loadRules } from './load';
import type { RuleSet } from './rule';

/** Folder of a project's own rules, beside `models/` and `stacks/`. */
export const RULES_FOLDER = 'rules';

/** Everything of a project that decides what its policies say; paths relative to it. */
export const POLICY_SOURCES: readonly string[] = [RULES_FOLDER, EXCEPTIONS_FILE];

export interface ProjectPolicies {
  /** KEA's own, then the project's. */
  readonly rules: RuleSet;
  readonly exceptions: readonly ProjectException[];
  /** What is wrong with the rule files and the exceptions; what they are about does not hold. */
  readonly findings: readonly Finding[];
}

/** The rules and exceptions of a project: its folder `rules/` adds to KEA's own, and cannot replace one of them. */
export function projectPolicies(root: string): ProjectPolicies {
  const folder = join(root, RULES_FOLDER);
  const own = existsSync(folder) ? loadRules(folder, RULES_FOLDER) : { files: [], findings: [] };
  const taken = new Set([...builtIn.rules, ...builtIn.planRules].map((each) => each.id));
  const twins = own.files.filter(({ rule }) => taken.has(rule.id));
  const added = own.files.filter((each) => !twins.includes(each)).map((each) => each.rule);
  const rules = added.length === 0 ? builtIn : { rules: [...builtIn.rules, ...added], planRules: builtIn.planRules };
  const ids = [...rules.rules, ...rules.planRules].map((each) => each.id);
  const { exceptions, findings } = loadExceptions(root, ids);
  const taking = twins.map(({ rule, place }) =>
    finding(policyFindings.misplacedRule, {
      message: `the id "${rule.id}" is one of KEA's own rules`,
      place: place(['id']),
      fix: 'choose another id',
    }),
  );
  return { rules, exceptions, findings: [...own.findings, ...taking, ...findings] };
}
