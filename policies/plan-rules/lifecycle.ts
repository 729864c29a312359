import type { PlanRule } from '../rule';
import type { JudgedContract } from './contracts';
import { perContract } from './routes';

const DAY_MS = 86_400_000;
/** Days that callers get from the word "deprecated" to the end. */
const LEAST_NOTICE_DAYS = 30;

/** How contracts end. Dates are judged as of the day that the caller names. */
export const lifecycleRules: readonly PlanRule[] = [
  {
    id: 'ml.deprecation',
    title: 'a contract ends with notice, and ends',
    severity: 'medium',
    rationale: 'callers need time to move on, and a contract that outlives its sunset is one that nobody tests any more',
    remediation: 'set lifecycle.sunset 30 days or more after lifecycle.deprecated, and lifecycle.retired once it is past',
    frameworks: [],
    tools: [],
    step: 'warn',
    judge: perContract((contract, { asOf }) => endMessages(contract, asOf)),
  },
];

function endMessages({ model, contract, lifecycle }: JudgedContract, asOf: string): readonly string[] {
  const { deprecated, sunset, retired } = lifecycle;
  if (sunset === undefined) return [];
  const notice = deprecated === undefined ? undefined : (Date.parse(sunset) - Date.parse(deprecated)) / DAY_MS;
  return [
    ...(deprecated === undefined ? [`${model} ${contract} has its sunset on ${sunset} and was never called deprecated`] : []),
    ...(notice !== undefined && notice < LEAST_NOTICE_DAYS
      ? [`${model} ${contract} ends ${notice} days after it was called deprecated, must be ${LEAST_NOTICE_DAYS} or more`]
      : []),
    ...(!retired && sunset < asOf.slice(0, 10) ? [`${model} ${contract} had its sunset on ${sunset} and still answers`] : []),
  ];
}
