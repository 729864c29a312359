import { unsafeRoutes } from '../../core/contract/edge-safety';
import { routeFacts } from '../../core/contract/facts';
import { contractPrefix } from '../../core/contract/names';
import type { JudgedPlan, PlanRule, PlanViolation } from '../rule';
import { contractsOf, type JudgedContract, metadata } from './contracts';

/** What a gateway's own ConfigMaps hold: unpacked and judged, in a plan as well as in a cluster. */
export const routeRules: readonly PlanRule[] = [
  {
    id: 'ml.route.rules',
    title: 'every route of a model names who may call it',
    severity: 'critical',
    rationale: 'a route without a rule of its own, or one that admits by something else than verified claims, is an open door to a model',
    remediation: 'let KEA write the routes; find out who changed the ConfigMap',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API5' }],
    tools: [],
    step: 'deny',
    judge: (plan) => [
      ...contractsOf(plan).unreadable.map(({ object, reason }) => ({ object, message: `the routes cannot be read: ${reason}` })),
      ...contractsOf(plan).contracts.flatMap(brokenRoutes),
    ],
  },
  {
    id: 'ml.route.facts',
    title: 'facts about a route are true',
    severity: 'high',
    rationale: 'rules decide by the facts that stand on an object, so a fact that is not true makes them decide wrongly',
    remediation: 'remove the patch or edit that changed the annotations; KEA writes them from the model file',
    frameworks: [],
    tools: [],
    step: 'deny',
    judge: (plan) => contractsOf(plan).contracts.flatMap(wrongFacts),
  },
];

function brokenRoutes({ model, contract, routes = [], objects }: JudgedContract): readonly PlanViolation[] {
  return unsafeRoutes(routes, { prefix: contractPrefix(model, contract) }).map(({ route, reason }) => ({
    message: `route "${route}" of ${model} ${contract} is not safe: ${reason}`,
    model,
    ...(objects[0] ? { object: objects[0] } : {}),
  }));
}

function wrongFacts(contract: JudgedContract): readonly PlanViolation[] {
  const facts = Object.entries(routeFacts(contract));
  return contract.objects.flatMap((object) => {
    const said = metadata(object, 'annotations');
    return facts
      .filter(([name, value]) => said[name] !== value)
      .map(([name, value]) => ({
        message: `${name} of ${contract.model} ${contract.contract} says "${said[name] ?? ''}", and it is "${value}"`,
        object,
        model: contract.model,
      }));
  });
}

/** Violations of one contract, told of the object that carries it where there is one. */
export function ofContract({ model, objects }: JudgedContract, messages: readonly string[]): readonly PlanViolation[] {
  return messages.map((message) => ({ message, model, ...(objects[0] ? { object: objects[0] } : {}) }));
}

/** Violations of every contract. */
export function perContract(judge: (contract: JudgedContract, plan: JudgedPlan) => readonly string[]): PlanRule['judge'] {
  return (plan) => contractsOf(plan).contracts.flatMap((contract) => ofContract(contract, judge(contract, plan)));
}
