import type { PlanRule } from '../rule';
import { capacityRules } from './capacity';
import { gatewayRules } from './gateway';
import { historyRules } from './history';
import { lifecycleRules } from './lifecycle';
import { methodRules } from './methods';
import { routeRules } from './routes';
import { wiringRules } from './wiring';

/** Rules over everything at once that KEA brings along. A new one is a function in a file beside this one. */
export const planRules: readonly PlanRule[] = [
  ...routeRules,
  ...methodRules,
  ...lifecycleRules,
  ...gatewayRules,
  ...capacityRules,
  ...historyRules,
  ...wiringRules,
];
