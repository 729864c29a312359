import { App, Chart } from 'cdk8s';
import { MlModel, type MlModelOptions } from '../../constructs/model/ml-model';
import { plan } from '../../constructs/plan/collect';
import type { Plan, PlanObject } from '../../constructs/plan/plan-object';
import type { ResolvedPlatform } from '../../schema/resolved';

/** A chart of an app that nobody else sees. */
export function chart(): Chart {
  return new Chart(new App(), 'test');
}

/** The plan of one model alone, as in another team's chart. */
export function modelPlan(platform: ResolvedPlatform, name: string, more: MlModelOptions = {}): Plan {
  const scope = chart();
  const model = platform.models.find((each) => each.name === name);
  if (!model) throw new Error(`no model ${name}`);
  MlModel.fromResolved(scope, model.name, { model, stack: platform.stack, ...more });
  return plan(scope);
}

/** The plan of models alone, without the platform around them. */
export function modelsPlan(platform: ResolvedPlatform): Plan {
  const scope = chart();
  for (const model of platform.models) MlModel.fromResolved(scope, model.name, { model, stack: platform.stack });
  return plan(scope);
}

/** The one object of a plan with this kind and name. */
export function find(of: Plan, kind: string, name: string): PlanObject {
  const hit = of.objects.find((object) => object.kind === kind && object.name === name);
  if (!hit)
    throw new Error(`no ${kind} ${name} in the plan; there are ${of.objects.map((each) => `${each.kind} ${each.name}`).join(', ')}`);
  return hit;
}
