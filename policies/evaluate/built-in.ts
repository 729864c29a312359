import { rules } from '../generated/rules';
import type { RuleSet } from '../rule';

/** All rules that KEA brings along. */
export const builtIn: RuleSet = { rules, planRules: [] };
