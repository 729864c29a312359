import { isJsonObject, type JsonObject } from '../core/json';
import { byBytes } from '../core/order';

/** One demand, as often as it is missed here and as often as public model-serving manifests miss it. */
export interface Score {
  readonly demand: string;
  /** What was counted: pods or containers, all or those that serve. */
  readonly of: 'pods' | 'serving pods' | 'containers' | 'serving containers';
  readonly counted: number;
  readonly missed: number;
  /** Which ones, `Deployment kea-models/iris-v1-0-0/model`; in byte order. */
  readonly where: readonly string[];
  /** Percent of the baseline that miss it. */
  readonly baseline: number;
}

interface Pod {
  readonly name: string;
  readonly spec: JsonObject;
  /** Runs until it is stopped; Jobs do not. */
  readonly serves: boolean;
}

interface Container {
  readonly name: string;
  readonly value: JsonObject;
  readonly pod: Pod;
  /** Of a pod that serves, and neither an init container nor one for debugging. */
  readonly serves: boolean;
}

type Demand = { readonly demand: string; readonly baseline: number } & (
  | { readonly pods: (pod: Pod) => boolean; readonly serving?: boolean }
  | { readonly containers: (container: Container) => boolean; readonly serving?: boolean }
);

/**
 * The baseline: every pod specification (1,256, with 1,421 containers) in the manifests of kserve, seldon-core, kuberay, aibrix, ome,
 * gateway-api-inference-extension and the AI gateway of Envoy, read in 2026 without their tests, CRDs and chart templates. Percent of what misses the demand.
 */
const DEMANDS: readonly Demand[] = [
  { demand: 'image pinned by digest', baseline: 99, containers: ({ value }) => text(value['image']).includes('@sha256:') },
  { demand: 'limit of ephemeral storage', baseline: 99, containers: ({ value }) => has(value, 'resources.limits.ephemeral-storage') },
  {
    demand: 'spread over nodes, or apart from its like',
    baseline: 99,
    serving: true,
    pods: ({ spec }) => isFilled(spec['topologySpreadConstraints']) || has(spec, 'affinity.podAntiAffinity'),
  },
  { demand: 'priority class', baseline: 99, pods: ({ spec }) => has(spec, 'priorityClassName') },
  { demand: 'no token of a service account', baseline: 99, pods: ({ spec }) => spec['automountServiceAccountToken'] === false },
  { demand: 'hook before it stops', baseline: 93, serving: true, containers: ({ value }) => has(value, 'lifecycle.preStop') },
  {
    demand: 'root filesystem read only',
    baseline: 88,
    containers: ({ value }) => at(value, 'securityContext.readOnlyRootFilesystem') === true,
  },
  { demand: 'startup probe', baseline: 87, serving: true, containers: ({ value }) => has(value, 'startupProbe') },
  {
    demand: 'seccomp profile',
    baseline: 82,
    containers: (each) => ['RuntimeDefault', 'Localhost'].includes(text(secured(each, 'seccompProfile.type'))),
  },
  { demand: 'liveness probe', baseline: 78, serving: true, containers: ({ value }) => has(value, 'livenessProbe') },
  { demand: 'readiness probe', baseline: 77, serving: true, containers: ({ value }) => has(value, 'readinessProbe') },
  { demand: 'time to stop', baseline: 72, pods: ({ spec }) => has(spec, 'terminationGracePeriodSeconds') },
  {
    demand: 'all capabilities dropped',
    baseline: 64,
    containers: ({ value }) => list(at(value, 'securityContext.capabilities.drop')).includes('ALL'),
  },
  { demand: 'not root', baseline: 62, containers: (each) => secured(each, 'runAsNonRoot') === true },
  { demand: 'no escalation', baseline: 61, containers: ({ value }) => at(value, 'securityContext.allowPrivilegeEscalation') === false },
  { demand: 'limit of CPU', baseline: 39, containers: ({ value }) => has(value, 'resources.limits.cpu') },
  { demand: 'limit of memory', baseline: 38, containers: ({ value }) => has(value, 'resources.limits.memory') },
  { demand: 'tag other than latest', baseline: 10, containers: ({ value }) => !isLatest(text(value['image'])) },
];

/** How often each demand is missed by some objects, in the order of the baseline. */
export function scoreboard(objects: readonly JsonObject[]): readonly Score[] {
  const pods = objects.flatMap(podOf);
  const containers = pods.flatMap(containersOf);
  return DEMANDS.map((each) => {
    const { demand, baseline, serving = false } = each;
    const of = `${serving ? 'serving ' : ''}${'pods' in each ? 'pods' : 'containers'}` as const;
    const count = <T extends Pod | Container>(all: readonly T[], holds: (one: T) => boolean): Score => {
      const counted = all.filter((one) => !serving || one.serves);
      const where = counted.filter((one) => !holds(one)).map((one) => one.name);
      return { demand, of, counted: counted.length, missed: where.length, where: where.sort(byBytes), baseline };
    };
    return 'pods' in each ? count(pods, each.pods) : count(containers, each.containers);
  });
}

function podOf(object: JsonObject): readonly Pod[] {
  const kind = text(object['kind']);
  const place = kind === 'Pod' ? 'spec' : kind === 'CronJob' ? 'spec.jobTemplate.spec.template.spec' : 'spec.template.spec';
  const spec = at(object, place);
  if (!isJsonObject(spec) || !Array.isArray(spec['containers'])) return [];
  const namespace = at(object, 'metadata.namespace');
  const name = `${kind} ${namespace === undefined ? '' : `${text(namespace)}/`}${text(at(object, 'metadata.name'))}`;
  return [{ name, spec, serves: kind !== 'Job' && kind !== 'CronJob' }];
}

function containersOf(pod: Pod): readonly Container[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) =>
    list(pod.spec[key])
      .filter(isJsonObject)
      .map((value) => ({ name: `${pod.name}/${text(value['name'])}`, value, pod, serves: pod.serves && key === 'containers' })),
  );
}

/** What a container says itself, else what its pod says for all. */
function secured({ value, pod }: Container, path: string): unknown {
  return at(value, `securityContext.${path}`) ?? at(pod.spec, `securityContext.${path}`);
}

/** `latest`, or nothing that says which. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const [, tag] = /:([^/:]+)$/.exec(image) ?? [];
  return tag === undefined || tag === 'latest';
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

const has = (value: JsonObject, path: string): boolean => at(value, path) !== undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isFilled = (value: unknown): boolean => list(value).length > 0;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
