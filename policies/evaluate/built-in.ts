import { rules } from '../generated/rules';
import { planRules } from '../plan-rules';
import type { RuleSet } from '../rule';

/** All rules that KEA brings along. */
export const builtIn: RuleSet = { rules, planRules };
