import * as pulumi from '@pulumi/pulumi';
import { groupOf, type PlanObject } from '../../constructs/plan/plan-object';

/** Release of the Kubernetes provider that the bridge is written for and tested with. */
export const PROVIDER_VERSION = '4.25.0';

/**
 * Pulumi's type of a Kubernetes object: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Service`.
 * The same text that the SDK's own classes register, so policy packs and `pulumi state` know the objects.
 */
export function typeToken({ apiVersion, kind }: Pick<PlanObject, 'apiVersion' | 'kind'>): string {
  return `kubernetes:${groupOf(apiVersion) === '' ? `core/${apiVersion}` : apiVersion}:${kind}`;
}

/**
 * An object's name without the digest of its content, which Jobs and what they read carry in it. In the state it stays one resource: another content
 * makes the new object first, waits for it, and removes the old one last.
 */
export function stableName({ kind, name, model }: Pick<PlanObject, 'kind' | 'name' | 'model'>): string {
  const isDigested = (kind === 'Job' || kind === 'ConfigMap') && model === undefined;
  return isDigested ? name.replace(/-[0-9a-f]{12}(?=-|$)/, '') : name;
}

/** Name in the state: the component's, then what the cluster calls the object; never a place in a construct tree. */
export function resourceName(component: string, object: Pick<PlanObject, 'kind' | 'namespace' | 'name' | 'model'>): string {
  const { namespace } = object;
  return [component, ...(namespace === undefined ? [] : [namespace]), stableName(object)].join('/');
}

/** Any Kubernetes object as a Pulumi resource. The provider goes by the type alone, hence one class serves all kinds, custom ones too. */
export class KubeObject extends pulumi.CustomResource {
  declare readonly metadata: pulumi.Output<{ readonly name: string; readonly namespace?: string; readonly uid: string }>;
  declare readonly spec: pulumi.Output<unknown>;
  declare readonly status: pulumi.Output<unknown>;

  constructor(type: string, name: string, object: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(type, name, { ...object, status: undefined }, options);
  }
}
