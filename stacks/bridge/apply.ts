import type * as pulumi from '@pulumi/pulumi';
import type { PlanObject } from '../../constructs/plan/plan-object';
import type { JsonObject } from '../../core/json';
import { dependenciesOf } from './dependencies';
import { KubeObject, resourceName, typeToken } from './kube-object';
import { autoscaledWorkloads, resourceOptions, treatmentOf, type Treatment } from './settings';

/** Pulumi's types of the two components, for ever: they are part of every object's identity in the state. */
export const ComponentType = { platform: 'kea:index:Platform', model: 'kea:index:Model' } as const;

export interface ApplyOptions {
  /** Name of the component that the objects stand under. */
  readonly component: string;
  readonly parent: pulumi.ComponentResource;
  /** Namespaces and claims refuse to be removed. */
  readonly protect: boolean;
  /** Longest wait for a workload. @default - by kind, 30 minutes for most */
  readonly wait?: string | undefined;
  /** @default - the parent's */
  readonly provider?: pulumi.ProviderResource | undefined;
  /** What goes to the provider instead of the plan's own value: late values bound in, secrets marked. */
  readonly inputs?: (object: PlanObject) => pulumi.Inputs;
  /** Component of a model, made when its first object comes; the parent itself where the objects are one model's already. */
  readonly componentOf?: (model: string) => pulumi.ComponentResource;
}

/** Registers one resource an object, each after what it refers to, a model's below its own component. Returns them by the plan's objects. */
export function applyObjects(objects: readonly PlanObject[], options: ApplyOptions): ReadonlyMap<PlanObject, KubeObject> {
  const dependencies = dependenciesOf(objects);
  const facts = { protect: options.protect, ...(options.wait ? { wait: options.wait } : {}), autoscaled: autoscaledWorkloads(objects) };
  const made = new Map<PlanObject, KubeObject>();
  const underWay = new Set<PlanObject>();
  const make = (object: PlanObject): KubeObject => {
    const known = made.get(object);
    if (known) return known;
    if (underWay.has(object)) throw new Error(`${typeToken(object)} ${object.name} waits for itself`);
    underWay.add(object);
    const dependsOn = (dependencies.get(object) ?? []).map(make);
    const resource = register(object, treatmentOf(object, facts), dependsOn, options);
    underWay.delete(object);
    made.set(object, resource);
    return resource;
  };
  objects.forEach(make);
  return made;
}

function register(object: PlanObject, treatment: Treatment, dependsOn: KubeObject[], options: ApplyOptions): KubeObject {
  const parent = object.model === undefined ? options.parent : (options.componentOf?.(object.model) ?? options.parent);
  const inputs = annotated(options.inputs?.(object) ?? object.value, treatment.annotations);
  const settings = { parent, dependsOn, ...(options.provider ? { provider: options.provider } : {}), ...resourceOptions(treatment) };
  return new KubeObject(typeToken(object), resourceName(options.component, object), inputs, settings);
}

function annotated(inputs: pulumi.Inputs, annotations: Treatment['annotations']): pulumi.Inputs {
  if (!annotations) return inputs;
  const metadata = inputs['metadata'] as JsonObject;
  return { ...inputs, metadata: { ...metadata, annotations: { ...(metadata['annotations'] as JsonObject | undefined), ...annotations } } };
}
