import type { Finding } from '../../core/findings/finding';
import { type JsonObject, isJsonObject, type JsonValue } from '../../core/json';
import { Label, MANAGED_BY } from '../shared/labels';
import type { ExpectedObject } from '../shared/notes';
import type { LayerName } from './layers';

/** One Kubernetes object of a plan. */
export interface PlanObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent where the kind has none. */
  readonly namespace?: string;
  /** The model that it belongs to; absent for the platform's own objects. */
  readonly model?: string;
  readonly layer: LayerName;
  /** The whole object as plain JSON. */
  readonly value: JsonObject;
}

/** A use of an escape hatch. */
export interface HatchUse {
  readonly what: 'transform' | 'patch';
  /** `Deployment models/credit-score-v1-4-0`. */
  readonly object: string;
}

/** Everything that a platform is made of, in the order of application. */
export interface Plan {
  readonly objects: readonly PlanObject[];
  readonly findings: readonly Finding[];
  /** Objects that must exist already. */
  readonly expects: readonly ExpectedObject[];
  readonly hatches: readonly HatchUse[];
}

/** Identity of an object in a cluster: group, kind, namespace, name; the version does not count. */
export function objectKey(object: Pick<PlanObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  return `${groupOf(object.apiVersion)}/${object.kind}/${object.namespace ?? ''}/${object.name}`;
}

/** API group, empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** For people: `Deployment models/credit-score-v1-4-0`. */
export function describeObject(object: Pick<PlanObject, 'kind' | 'namespace' | 'name'>): string {
  return `${object.kind} ${object.namespace ? `${object.namespace}/` : ''}${object.name}`;
}

/** A string map at a path of the object, `{}` where there is none. */
export function stringMap(value: JsonValue | undefined): { readonly [key: string]: string } {
  return isJsonObject(value) ? (value as { readonly [key: string]: string }) : {};
}

/** Labels of the object itself. */
export function labelsOf(value: JsonObject): { readonly [key: string]: string } {
  return isJsonObject(value['metadata']) ? stringMap(value['metadata']['labels']) : {};
}

/** True for objects that KEA made; what else stands in the tree is not judged, only counted. */
export function isOurs(object: PlanObject): boolean {
  return labelsOf(object.value)[Label.managedBy] === MANAGED_BY;
}
