import * as pulumi from '@pulumi/pulumi';
import type { Plan, PlanObject } from '../../constructs/plan/plan-object';
import { applyObjects, ComponentType } from './apply';
import type { KubeObject } from './kube-object';
import { neededSecrets, secretInputs, secretObject, type SecretValues } from './secrets';

export interface ApplyPlanOptions {
  readonly name: string;
  readonly parent: pulumi.ComponentResource;
  readonly stack: string;
  readonly protect: boolean;
  readonly wait?: string | undefined;
  readonly provider?: pulumi.ProviderResource | undefined;
  /** Values of the Secrets that the plan expects; absent when somebody else makes them. */
  readonly secrets?: pulumi.Input<SecretValues>;
  /** What goes to the provider instead of the plan's own value. */
  readonly inputs?: (object: PlanObject) => pulumi.Inputs;
}

/** Registers a whole plan: the platform's own objects below the component, each model's below a component of its own. */
export function applyPlan(plan: Pick<Plan, 'objects' | 'expects'>, options: ApplyPlanOptions): ReadonlyMap<PlanObject, KubeObject> {
  const { name, parent, secrets } = options;
  const models = new Map<string, pulumi.ComponentResource>();
  const componentOf = (model: string): pulumi.ComponentResource => {
    const known = models.get(model) ?? new pulumi.ComponentResource(ComponentType.model, `${name}/${model}`, {}, { parent });
    models.set(model, known);
    return known;
  };
  const own = secrets === undefined ? [] : neededSecrets(plan).map((each) => secretObject(each, options.stack));
  const isOwn = new Set(own);
  const inputs = (object: PlanObject): pulumi.Inputs =>
    secrets !== undefined && isOwn.has(object) ? secretInputs(object, secrets) : (options.inputs?.(object) ?? object.value);
  return applyObjects([...own, ...plan.objects], {
    component: name,
    parent,
    protect: options.protect,
    wait: options.wait,
    inputs,
    componentOf,
  });
}
