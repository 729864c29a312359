import { PolicyPack } from '@pulumi/policy';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { planRules } from '../plan-rules';
import { weakerStep, type Rule, type Step } from '../rule';
import { packPolicies } from './policies';

/** `rules.json` of a pack, written by `kea policies emit --form pack`. */
export interface PackFile {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Ids of the rules over everything that the pack holds. */
  readonly planRules: readonly string[];
  /** Strongest step that is held; that of `rules` is weakened already. */
  readonly level: Step;
}

const pack = JSON.parse(readFileSync(join(packageRoot(), 'rules.json'), 'utf8')) as PackFile;
const overAll = planRules
  .filter((rule) => pack.planRules.includes(rule.id))
  .map((rule) => ({ ...rule, step: weakerStep(rule.step, pack.level) }));
new PolicyPack(pack.name, { policies: packPolicies(pack.rules, overAll, new Date().toISOString().slice(0, 10)) });
