import { labelsOf, type PlanObject } from '../../constructs/plan/plan-object';
import { podTemplate, referencesOf, type SelectorReference } from '../../constructs/plan/references';
import { GATEWAY_COMPONENT, Label } from '../../constructs/shared/labels';
import { ShardMark } from '../../core/contract/bundle-shards';

/**
 * What must be there, and ready, before each object: what it refers to, never a whole layer, so that everything else goes side by side.
 * Removal runs the other way round. Pure, linear in objects plus references; objects outside the plan are nobody's dependency.
 *
 * Beside plain names:
 * - everything waits for its namespace; pods also for the namespace's limits, for the network policies that select them, and for their account's rights;
 * - a budget and a monitor follow what they measure; a route follows the Service and the pods behind it;
 * - a part of the gateway's bundle follows its model's pods, the index follows all parts, gateway pods follow the index: they are ready once they hold it;
 * - the index follows the Jobs that bring roles to the identity provider; Jobs that an apply waits for follow the index and the gateway.
 */
export function dependenciesOf(objects: readonly PlanObject[]): ReadonlyMap<PlanObject, readonly PlanObject[]> {
  const index = new PlanIndex(objects);
  return new Map(objects.map((object) => [object, index.dependencies(object)]));
}

const GUARDS = new Set(['LimitRange', 'ResourceQuota']);
const BINDINGS = new Set(['RoleBinding', 'ClusterRoleBinding']);
const ROUTES = new Set(['HTTPRoute', 'Ingress']);
const FOLLOWERS = new Set(['PodDisruptionBudget', 'PodMonitor', 'ServiceMonitor']);

/** What a plan's objects can be found by. */
class PlanIndex {
  private readonly byName = new Map<string, PlanObject>();
  private readonly selectable = { pods: new LabelSets(), services: new LabelSets() };
  /** By namespace: limits, and policies over all its pods. */
  private readonly guards = new Groups();
  /** By the workload that they select. */
  private readonly policies = new Groups<PlanObject>();
  /** By the account that they name. */
  private readonly bindings = new Groups();
  private readonly workloadsOfModel = new Groups();
  private readonly gateway: PlanObject[] = [];
  /** Jobs that bring access rules to where they are held. */
  private readonly accessJobs: PlanObject[] = [];
  private readonly shards = { part: [] as PlanObject[], openapi: [] as PlanObject[], index: [] as PlanObject[] };

  constructor(objects: readonly PlanObject[]) {
    for (const object of objects) this.add(object);
    for (const object of objects) if (object.kind === 'NetworkPolicy') this.addPolicy(object);
  }

  dependencies(object: PlanObject): readonly PlanObject[] {
    const isPods = podTemplate(object) !== undefined;
    const references = referencesOf(object);
    const found = new Set<PlanObject | undefined>([
      ...(object.namespace === undefined ? [] : [this.byName.get(nameKey('Namespace', undefined, object.namespace))]),
      ...references.names.flatMap(({ kind, namespace, name }) => {
        const key = nameKey(kind, namespace, name);
        const target = this.byName.get(key);
        const behind = target && ROUTES.has(object.kind) ? referencesOf(target).selectors.flatMap((each) => this.selected(each)) : [];
        return [target, ...behind, ...(isPods && kind === 'ServiceAccount' ? this.bindings.of(key) : [])];
      }),
      ...(isPods ? [...this.guards.of(object.namespace ?? ''), ...this.policies.of(object)] : []),
      ...(FOLLOWERS.has(object.kind) ? references.selectors.flatMap((each) => this.selected(each)) : []),
      ...this.bundle(object),
    ]);
    return [...found].filter((each): each is PlanObject => each !== undefined && each !== object);
  }

  private add(object: PlanObject): void {
    const { kind, namespace = '' } = object;
    this.byName.set(nameKey(kind, object.namespace, object.name), object);
    const template = podTemplate(object);
    if (template) {
      this.selectable.pods.add(namespace, labelsOf(template), object);
      if (object.model !== undefined) this.workloadsOfModel.add(object.model, object);
      if (object.kind !== 'Job' && labelsOf(object.value)[Label.component] === GATEWAY_COMPONENT) this.gateway.push(object);
    }
    if (kind === 'Job' && object.layer === 'access') this.accessJobs.push(object);
    if (kind === 'Service') this.selectable.services.add(namespace, labelsOf(object.value), object);
    if (GUARDS.has(kind)) this.guards.add(namespace, object);
    if (BINDINGS.has(kind)) {
      const accounts = referencesOf(object).names.filter((each) => each.kind === 'ServiceAccount');
      for (const account of accounts) this.bindings.add(nameKey(account.kind, account.namespace, account.name), object);
    }
    const shard = shardOf(object);
    if (shard) this.shards[shard].push(object);
  }

  private addPolicy(policy: PlanObject): void {
    const [selector] = referencesOf(policy).selectors;
    if (selector) for (const workload of this.selected(selector)) this.policies.add(workload, policy);
    else this.guards.add(policy.namespace ?? '', policy);
  }

  private selected({ target, namespace, labels }: SelectorReference): readonly PlanObject[] {
    return this.selectable[target].having(namespace, labels);
  }

  private bundle(object: PlanObject): readonly PlanObject[] {
    if (object.layer === 'gates') return [...this.shards.index, ...this.gateway];
    if (this.gateway.includes(object)) return this.shards.index;
    const shard = shardOf(object);
    if (shard === 'index') return [...this.shards.part, ...this.shards.openapi, ...this.accessJobs];
    return shard === 'part' && object.model !== undefined ? this.workloadsOfModel.of(object.model) : [];
  }
}

function shardOf(object: PlanObject): 'part' | 'openapi' | 'index' | undefined {
  const kind = object.kind === 'ConfigMap' ? labelsOf(object.value)[ShardMark.kind] : undefined;
  return kind === 'part' || kind === 'openapi' || kind === 'index' ? kind : undefined;
}

const nameKey = (kind: string, namespace: string | undefined, name: string): string => `${kind}/${namespace ?? ''}/${name}`;

/** Lists by key. */
class Groups<K = string> {
  private readonly lists = new Map<K, PlanObject[]>();

  add(key: K, object: PlanObject): void {
    const list = this.lists.get(key);
    if (list) list.push(object);
    else this.lists.set(key, [object]);
  }

  of(key: K): readonly PlanObject[] {
    return this.lists.get(key) ?? [];
  }
}

interface Labels {
  readonly [key: string]: string;
}

/** Finds objects by selectors: one table for each set of keys that a selector ever names, so that each selector is one look-up. */
class LabelSets {
  private readonly members: { readonly namespace: string; readonly labels: Labels; readonly object: PlanObject }[] = [];
  private readonly tables = new Map<string, Groups>();

  /** Everything is added before the first question. */
  add(namespace: string, labels: Labels, object: PlanObject): void {
    this.members.push({ namespace, labels, object });
  }

  having(namespace: string, wanted: Labels): readonly PlanObject[] {
    const keys = Object.keys(wanted).sort();
    return this.table(keys).of(this.key(namespace, wanted, keys));
  }

  private table(keys: readonly string[]): Groups {
    const known = this.tables.get(keys.join('\n'));
    if (known) return known;
    const table = new Groups();
    for (const { namespace, labels, object } of this.members) table.add(this.key(namespace, labels, keys), object);
    this.tables.set(keys.join('\n'), table);
    return table;
  }

  private key(namespace: string, labels: Labels, keys: readonly string[]): string {
    return [namespace, ...keys.map((key) => labels[key] ?? '')].join('\n');
  }
}
