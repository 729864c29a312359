import { finding, type Finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import { type JsonObject, isJsonObject } from '../../core/json';
import type { ExpectedObject } from '../shared/notes';
import { describeObject, isOurs, labelsOf, objectKey, type PlanObject, stringMap } from './plan-object';
import { podTemplate, referencesOf } from './references';

/** Largest object as JSON, in bytes: client-side apply and Argo CD refuse more than 262,144. */
export const MAX_OBJECT_BYTES = 240 * 1024;

/** Longest name of what gets suffixes from Kubernetes, and of everything else. */
const MAX_WORKLOAD_NAME = 52;
const MAX_NAME = 63;
const MAX_SUBDOMAIN = 253;

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);
const CLUSTER_WIDE = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

/** Kinds whose names become no label. */
const LONG_NAMED = new Set(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);

/** Judges a whole plan: identity is unique over everything; the rest is demanded only of KEA's own objects. Linear in the number of objects. */
export function checkPlan(objects: readonly PlanObject[], expects: readonly ExpectedObject[]): Finding[] {
  const ours = objects.filter(isOurs);
  return [
    ...duplicates(objects),
    ...ours.flatMap(nameFindings),
    ...ours.flatMap(labelFindings),
    ...ours.flatMap(sizeFindings),
    ...referenceFindings(objects, ours, expects),
  ];
}

function duplicates(objects: readonly PlanObject[]): Finding[] {
  const seen = new Map<string, PlanObject>();
  const findings: Finding[] = [];
  for (const object of objects) {
    const key = objectKey(object);
    const first = seen.get(key);
    if (first) {
      const models = [first.model, object.model].filter((each) => each !== undefined);
      const message = `${describeObject(object)} is there twice${models.length > 0 ? ` (model ${models.map((each) => `"${each}"`).join(' and ')})` : ''}`;
      findings.push(finding(planFindings.duplicateObject, { message, ...ofModel(object) }));
    } else seen.set(key, object);
  }
  return findings;
}

function nameFindings(object: PlanObject): Finding[] {
  const longest = WORKLOADS.has(object.kind) ? MAX_WORKLOAD_NAME : LONG_NAMED.has(object.kind) ? MAX_SUBDOMAIN : MAX_NAME;
  const findings: Finding[] = [];
  if (object.name.length > longest) {
    findings.push(
      finding(planFindings.badName, {
        message: `${describeObject(object)}: the name has ${object.name.length} characters, allowed are ${longest}`,
        ...ofModel(object),
      }),
    );
  }
  const pattern = object.kind === 'Service' ? /^[a-z]([-a-z0-9]*[a-z0-9])?$/ : /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;
  if (!pattern.test(object.name)) {
    findings.push(
      finding(planFindings.badName, { message: `${describeObject(object)}: "${object.name}" is not a DNS name`, ...ofModel(object) }),
    );
  }
  if (!CLUSTER_WIDE.has(object.kind) && (object.namespace === undefined || object.namespace === 'default')) {
    findings.push(
      finding(planFindings.noNamespace, {
        message: `${describeObject(object)} has ${object.namespace ? 'namespace "default"' : 'no namespace'}`,
        ...ofModel(object),
      }),
    );
  }
  return findings;
}

function labelFindings(object: PlanObject): Finding[] {
  const template = podTemplate(object);
  const maps = [labelsOf(object.value), ...(template && template !== object.value ? [labelsOf(template)] : [])];
  return maps.flatMap((labels) =>
    Object.entries(labels)
      .filter(([key, value]) => !isLabelValue(value) || !isLabelKey(key))
      .map(([key, value]) =>
        finding(planFindings.badLabel, { message: `${describeObject(object)}: label ${key}: "${value}"`, ...ofModel(object) }),
      ),
  );
}

/** True if Kubernetes takes this as a label's value. */
export function isLabelValue(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

function isLabelKey(key: string): boolean {
  return /^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(key);
}

function sizeFindings(object: PlanObject): Finding[] {
  const bytes = jsonBytes(object.value);
  if (bytes <= MAX_OBJECT_BYTES) return [];
  return [
    finding(planFindings.objectTooLarge, {
      message: `${describeObject(object)} has ${bytes} bytes, allowed are ${MAX_OBJECT_BYTES}`,
      ...ofModel(object),
    }),
  ];
}

function jsonBytes(value: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function referenceFindings(objects: readonly PlanObject[], ours: readonly PlanObject[], expects: readonly ExpectedObject[]): Finding[] {
  const known = new Set<string>();
  for (const object of objects) for (const name of namesMadeBy(object)) known.add(name);
  for (const expected of expects) known.add(referenceKey(expected.kind, expected.namespace, expected.name));
  const pods = new LabelIndex();
  const services = new LabelIndex();
  for (const object of objects) {
    const template = podTemplate(object);
    if (template) pods.add(object.namespace ?? '', labelsOf(template));
    if (object.kind === 'Service') services.add(object.namespace ?? '', labelsOf(object.value));
  }
  return ours.flatMap((object) => {
    const { names, selectors } = referencesOf(object);
    return [
      ...names
        .filter((each) => !known.has(referenceKey(each.kind, each.namespace, each.name)))
        .map((each) =>
          finding(planFindings.unresolvedReference, {
            message: `${describeObject(object)}: ${each.at} names ${describeObject(each)}, which is not there`,
            ...ofModel(object),
          }),
        ),
      ...selectors
        .filter((each) => !(each.target === 'pods' ? pods : services).hits(each.namespace, each.labels))
        .map((each) =>
          finding(planFindings.emptySelector, {
            message: `${describeObject(object)}: ${each.at} selects no ${each.target}`,
            ...ofModel(object),
          }),
        ),
    ];
  });
}

/** Keys of what an object makes available: itself, and the Secret of an ExternalSecret. */
export function namesMadeBy(object: PlanObject): string[] {
  const own = referenceKey(object.kind, object.namespace, object.name);
  if (object.kind !== 'ExternalSecret') return [own];
  const spec = object.value['spec'];
  const target = isJsonObject(spec) ? stringMap(spec['target'])['name'] : undefined;
  return [own, referenceKey('Secret', object.namespace, target ?? object.name)];
}

/** Key of an object as references name it. */
export function referenceKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

function ofModel(object: PlanObject): { readonly model?: string } {
  return object.model === undefined ? {} : { model: object.model };
}

/** Finds label sets by any of their labels, so that thousands of selectors do not each read thousands of pods. */
class LabelIndex {
  private readonly sets = new Map<string, (readonly [string, string][])[]>();

  add(namespace: string, labels: { readonly [key: string]: string }): void {
    const entries = Object.entries(labels);
    for (const [key, value] of entries) {
      const at = `${namespace}\n${key}=${value}`;
      const known = this.sets.get(at);
      if (known) known.push(entries);
      else this.sets.set(at, [entries]);
    }
  }

  /** True if some set in the namespace holds all these labels. */
  hits(namespace: string, labels: { readonly [key: string]: string }): boolean {
    const wanted = Object.entries(labels);
    let fewest: (readonly [string, string][])[] | undefined;
    for (const [key, value] of wanted) {
      const candidates = this.sets.get(`${namespace}\n${key}=${value}`);
      if (!candidates) return false;
      if (!fewest || candidates.length < fewest.length) fewest = candidates;
    }
    return (fewest ?? []).some((entries) =>
      wanted.every(([key, value]) => entries.some((entry) => entry[0] === key && entry[1] === value)),
    );
  }
}
