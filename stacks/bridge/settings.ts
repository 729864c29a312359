import type * as pulumi from '@pulumi/pulumi';
import type { PlanObject } from '../../constructs/plan/plan-object';
import type { JsonObject } from '../../core/json';

/** How Pulumi treats an object, as data: everything that is not the object itself. */
export interface Treatment {
  /** Fields that somebody else may own once they were set. */
  readonly ignoreChanges?: readonly string[];
  /** Types that earlier releases registered the same object under. */
  readonly aliases?: readonly string[];
  /** Refuses removal until `pulumi config set kea:protect false` was applied: what it holds cannot be made again. */
  readonly protect?: boolean;
  /** Forgotten by Pulumi, left in the cluster. */
  readonly retainOnDelete?: boolean;
  /** Longest wait until it is ready, or gone. */
  readonly timeouts?: { readonly create?: string; readonly update?: string; readonly delete?: string };
  /** Annotations for the provider: how it waits. */
  readonly annotations?: { readonly [name: string]: string };
  readonly additionalSecretOutputs?: readonly string[];
}

interface Row extends Treatment {
  readonly kind: string;
  readonly where?: (object: PlanObject, facts: Facts) => boolean;
}

/** What a row may ask beside the object. */
export interface Facts {
  /** The stack's namespaces, claims and definitions are kept from removal. */
  readonly protect: boolean;
  /** Longest wait for a workload to get ready, instead of the table's. */
  readonly wait?: string;
  /** Keys (`kind/namespace/name`) of workloads whose replicas an autoscaler owns. */
  readonly autoscaled: ReadonlySet<string>;
}

/** What a plan sets is the plan's: a hand that changed it since is overruled, where server-side apply would stop at a conflict. */
const OVERRULE = { 'pulumi.com/patchForce': 'true' };
const NO_WAIT = { 'pulumi.com/skipAwait': 'true' };

/** The one table; an object gets every row that fits. */
const TABLE: readonly Row[] = [
  { kind: 'Namespace', where: (_, { protect }) => protect, protect: true },
  { kind: 'Namespace', timeouts: { delete: '20m' } },
  { kind: 'PersistentVolumeClaim', where: (_, { protect }) => protect, protect: true },
  { kind: 'CustomResourceDefinition', retainOnDelete: true },
  // The autoscaler takes the field over from whoever set it; dropping it at once would leave one pod until the autoscaler looks.
  { kind: 'Deployment', where: (object, { autoscaled }) => autoscaled.has(workloadKey(object)), ignoreChanges: ['spec.replicas'] },
  // A model may load for minutes; its own progressDeadlineSeconds ends the wait earlier.
  { kind: 'Deployment', timeouts: { create: '30m', update: '30m', delete: '10m' } },
  { kind: 'StatefulSet', timeouts: { create: '30m', update: '60m', delete: '10m' } },
  { kind: 'Job', timeouts: { create: '15m', update: '15m' } },
  // The Deployment has waited already, and one pod that is not ready would hold up the Service; a load balancer's address is worth waiting for.
  { kind: 'Service', where: (object) => specOf(object)['type'] !== 'LoadBalancer', annotations: NO_WAIT },
  // Its controller gives it an address only once somebody sends traffic, with some controllers.
  { kind: 'Ingress', annotations: NO_WAIT },
  { kind: 'Secret', additionalSecretOutputs: ['data', 'stringData'] },
  { kind: 'HorizontalPodAutoscaler', aliases: ['kubernetes:autoscaling/v2beta2:HorizontalPodAutoscaler'] },
];

/** Everything that the table says about one object. */
export function treatmentOf(object: PlanObject, facts: Facts): Treatment {
  const rows = TABLE.filter((row) => row.kind === object.kind && (row.where?.(object, facts) ?? true));
  const treatment = rows.reduce<Treatment>(
    (all, { kind: _kind, where: _where, ...row }) => ({ ...all, ...row, annotations: { ...all.annotations, ...row.annotations } }),
    { annotations: OVERRULE },
  );
  const { timeouts } = treatment;
  if (facts.wait === undefined || timeouts?.create === undefined) return treatment;
  return { ...treatment, timeouts: { ...timeouts, create: facts.wait, update: facts.wait } };
}

/** Workloads that an autoscaler of the plan scales. */
export function autoscaledWorkloads(objects: readonly PlanObject[]): ReadonlySet<string> {
  const targets = objects.flatMap((object) => {
    const target =
      object.kind === 'HorizontalPodAutoscaler' || object.kind === 'ScaledObject' ? specOf(object)['scaleTargetRef'] : undefined;
    const { kind, name } = (target ?? {}) as { readonly kind?: string; readonly name?: string };
    return name === undefined
      ? []
      : [workloadKey({ kind: kind ?? 'Deployment', name, ...(object.namespace ? { namespace: object.namespace } : {}) })];
  });
  return new Set(targets);
}

/** The treatment in Pulumi's own words. */
export function resourceOptions(treatment: Treatment): pulumi.CustomResourceOptions {
  const { ignoreChanges, aliases, protect, retainOnDelete, timeouts, additionalSecretOutputs } = treatment;
  return {
    ...(ignoreChanges ? { ignoreChanges: [...ignoreChanges] } : {}),
    ...(aliases ? { aliases: aliases.map((type) => ({ type })) } : {}),
    ...(protect === undefined ? {} : { protect }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    ...(timeouts ? { customTimeouts: timeouts } : {}),
    ...(additionalSecretOutputs ? { additionalSecretOutputs: [...additionalSecretOutputs] } : {}),
  };
}

function specOf({ value }: PlanObject): JsonObject {
  return (value['spec'] ?? {}) as JsonObject;
}

function workloadKey({ kind, namespace, name }: Pick<PlanObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
