import type { JsonObject } from '../../core/json';
import { isJsonObject } from '../../core/json';
import type { JudgedPlan, PlanRule, PlanViolation } from '../rule';
import { contractsOf, type JudgedContract, type JudgedMethod, metadata } from './contracts';
import { ofContract } from './routes';
import { schemaBreaks } from './schema-breaks';

/** Rules that need a second plan: the one before the change, or the one of the stack before. Without it they say nothing. */
export const historyRules: readonly PlanRule[] = [
  {
    id: 'ml.schema.major',
    title: 'a contract does not break the callers that it has',
    severity: 'high',
    rationale:
      'callers were promised that a contract stays as it is until its sunset; what breaks them needs a new major version beside it',
    remediation:
      'write the change as a new contract with the next major version, and retire this one by lifecycle.deprecated and lifecycle.sunset',
    frameworks: [{ name: 'SOC 2', reference: 'CC8.1' }],
    tools: [],
    step: 'deny',
    judge: ({ objects, asOf, before }) =>
      before === undefined ? [] : pairs({ objects: before, asOf }, { objects, asOf }).flatMap(({ old, now }) => brokenBy(old, now, asOf)),
  },
  {
    id: 'ml.env.parity',
    title: 'a model is not weaker than in the stack before',
    severity: 'high',
    rationale: 'what was tried in one stack says nothing about another that checks, records or runs less',
    remediation: 'give the model the same audit level, roles, limits and instances here as there, or more',
    frameworks: [{ name: 'SOC 2', reference: 'CC8.1' }],
    tools: [],
    step: 'deny',
    judge: ({ objects, asOf, earlier }) =>
      earlier === undefined
        ? []
        : [
            ...pairs({ objects: earlier, asOf }, { objects, asOf }).flatMap(({ old, now }) =>
              now === undefined ? [] : ofContract(now, weakerThan(old, now)),
            ),
            ...fewerInstances(earlier, objects),
          ],
  },
];

/** Each contract of one plan beside what became of it in another. */
function pairs(one: JudgedPlan, other: JudgedPlan): readonly { readonly old: JudgedContract; readonly now?: JudgedContract }[] {
  const known = new Map(contractsOf(other).contracts.map((each) => [`${each.model} ${each.contract}`, each]));
  return contractsOf(one).contracts.map((old) => {
    const now = known.get(`${old.model} ${old.contract}`);
    return { old, ...(now ? { now } : {}) };
  });
}

function brokenBy(old: JudgedContract, now: JudgedContract | undefined, asOf: string): readonly PlanViolation[] {
  const { lifecycle, model, contract } = old;
  // Who was told that it ends, and when, is broken by nothing after that day.
  if (lifecycle.retired || (lifecycle.sunset !== undefined && lifecycle.sunset < asOf)) return [];
  if (now === undefined) return [{ message: `${model} ${contract} is gone, and was neither retired nor past its sunset` }];
  if (now.lifecycle.retired) return [];
  return ofContract(
    now,
    old.methods.flatMap((method) => {
      const after = now.methods.find((each) => each.method === method.method);
      if (after === undefined) return [`${model} ${contract} has no ${method.method} any more`];
      const name = `${model} ${contract} ${method.method}`;
      return [
        ...schemaBreaks(method.request, after.request, 'request').map((each) => `request of ${name}: ${each}`),
        ...schemaBreaks(method.response, after.response, 'response').map((each) => `response of ${name}: ${each}`),
      ];
    }),
  );
}

const AUDIT = ['metadata', 'durable', 'strict'];
const CACHE = ['none', 'principal', 'shared'];

function weakerThan(there: JudgedContract, here: JudgedContract): readonly string[] {
  const name = `${here.model} ${here.contract}`;
  return [
    ...(AUDIT.indexOf(here.audit.level) < AUDIT.indexOf(there.audit.level)
      ? [`${name} is audited as ${here.audit.level}, and as ${there.audit.level} in the stack before`]
      : []),
    ...here.methods.flatMap((method) => {
      const other = there.methods.find((each) => each.method === method.method);
      return other ? weakerMethod(`${name} ${method.method}`, other, method) : [];
    }),
  ];
}

function weakerMethod(name: string, there: JudgedMethod, here: JudgedMethod): readonly string[] {
  const added = here.roles.filter((role) => !there.roles.includes(role));
  return [
    ...(here.public && !there.public ? [`${name} is public, and asks for a role in the stack before`] : []),
    ...(!here.public && !there.public && added.length > 0 ? [`${name} also admits ${added.join(', ')}`] : []),
    ...(there.rateLimit && !here.rateLimit ? [`${name} has no rateLimit, and one in the stack before`] : []),
    ...(CACHE.indexOf(here.cache.scope) > CACHE.indexOf(there.cache.scope)
      ? [`${name} keeps answers for ${here.cache.scope}, and for ${there.cache.scope} in the stack before`]
      : []),
  ];
}

/** Versions of models that run with fewer instances than there; without a number of its own, an autoscaler's least. */
function fewerInstances(there: readonly JsonObject[], here: readonly JsonObject[]): readonly PlanViolation[] {
  const before = leastInstances(there);
  return [...leastInstances(here)].flatMap(([name, { least, object, model }]) => {
    const other = before.get(name)?.least;
    return other === undefined || least >= other
      ? []
      : [{ message: `${name} runs ${least} instances at least, and ${other} in the stack before`, object, model }];
  });
}

interface Instances {
  readonly least: number;
  readonly object: JsonObject;
  readonly model: string;
}

function leastInstances(objects: readonly JsonObject[]): ReadonlyMap<string, Instances> {
  const found = new Map<string, Instances>();
  for (const object of objects) {
    const model = metadata(object, 'labels')['kea.dev/model'];
    const key = { Deployment: 'replicas', HorizontalPodAutoscaler: 'minReplicas' }[String(object['kind'])];
    const least = key === undefined || !isJsonObject(object['spec']) ? undefined : object['spec'][key];
    if (model === undefined || typeof least !== 'number') continue;
    found.set(String(isJsonObject(object['metadata']) ? object['metadata']['name'] : ''), { least, object, model });
  }
  return found;
}
