import { ApiObject, type ApiObjectMetadata, type JsonPatch } from 'cdk8s';
import { type Construct } from 'constructs';
import type { JsonObject } from '../../core/json';
import { patchRendered } from '../k8s';
import { reportHatch } from './notes';

/** An object of a kind that Kubernetes itself does not have (Gateway API, Prometheus operator, External Secrets): plain JSON under a typed head. */
export interface CustomObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiObjectMetadata;
  readonly spec: JsonObject;
}

/** A custom object. */
export class CustomObject extends ApiObject {
  constructor(scope: Construct, id: string, props: CustomObjectProps) {
    super(scope, id, { ...props });
  }
}

/** Group versions of the kinds that KEA emits and Kubernetes does not have. */
export const CustomApi = {
  httpRoute: 'gateway.networking.k8s.io/v1',
  prometheus: 'monitoring.coreos.com/v1',
  externalSecret: 'external-secrets.io/v1',
  scaledObject: 'keda.sh/v1alpha1',
} as const;

/** The second escape hatch: changes the typed props of a child before it is made. Returning another object is fine, changing the argument is not. */
export type Transform<Props> = (props: Props, identity: { readonly name: string; readonly version?: string }) => Props;

/** Applies a transform where there is one, and reports its use. */
export function transformed<Props>(
  scope: Construct,
  kind: string,
  identity: { readonly name: string; readonly version?: string },
  props: Props,
  transform: Transform<Props> | undefined,
): Props {
  if (!transform) return props;
  reportHatch(scope, 'transform', `${kind} ${identity.name}`);
  return transform(props, identity);
}

/** The third escape hatch: RFC 6902 operations on finished objects. */
export interface ObjectPatch {
  /** `Deployment`, `Service`, … */
  readonly kind: string;
  /** Name of the object. @default - every object of the kind below the construct */
  readonly name?: string;
  readonly operations: readonly JsonPatch[];
}

/** Applies patches to the objects that stand below a construct so far, and reports each use. */
export function applyPatches(scope: Construct, patches: readonly ObjectPatch[] | undefined): void {
  if (!patches || patches.length === 0) return;
  const objects = scope.node.findAll().filter((each): each is ApiObject => ApiObject.isApiObject(each));
  for (const patch of patches) {
    const hit = objects.filter((object) => object.kind === patch.kind && (patch.name === undefined || object.name === patch.name));
    if (hit.length === 0)
      throw new Error(`patch: no object of kind "${patch.kind}"${patch.name ? ` and name "${patch.name}"` : ''} below ${scope.node.path}`);
    for (const object of hit) {
      reportHatch(scope, 'patch', `${object.kind} ${object.name}`);
      patchRendered(object, ...patch.operations);
    }
  }
}
