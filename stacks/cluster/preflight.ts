import { groupOf, type Plan, type PlanObject } from '../../constructs/plan/plan-object';
import { deployFindings } from '../../core/findings/deploy';
import { finding, type Finding } from '../../core/findings/finding';
import type { ResolvedStack } from '../../schema/resolved';
import { type Cluster, type ClusterChoice, connect } from './connect';
import { foreignObjects, absentObjects, readExisting, readKinds, type Kinds } from './existing';

/** Oldest Kubernetes that the plan runs on: native sidecars. */
export const OLDEST = { major: 1, minor: 33 } as const;

/** Asks the cluster whether the plan may be applied to it, before anything is. A cluster that does not answer is a finding, too. */
export async function preflight(plan: Plan, stack: ResolvedStack, choice: ClusterChoice): Promise<readonly Finding[]> {
  let cluster: Cluster | undefined;
  try {
    cluster = await connect(choice);
    return await judgeCluster(cluster, plan, stack);
  } catch (error) {
    const at = cluster ? ` (context "${cluster.context}", ${cluster.server})` : '';
    return [finding(deployFindings.unreachable, { message: `the cluster does not answer${at}: ${reason(error)}`, stack: stack.name })];
  }
}

/** Is it the right cluster, is it new enough, does it know all kinds, and does everything that exists already belong to this stack? Reads only. */
export async function judgeCluster(cluster: Cluster, plan: Plan, stack: ResolvedStack): Promise<readonly Finding[]> {
  const identity = [...(await wrongCluster(cluster, stack)), ...(await tooOld(cluster)), ...(await notADeployer(cluster, stack))];
  if (identity.length > 0) return identity;
  const kinds = await readKinds(cluster, plan.objects);
  const existing = await readExisting(cluster, plan, kinds);
  return [...unknownKinds(plan.objects, kinds), ...foreignObjects(plan.objects, existing, stack.name), ...absentObjects(plan, existing)];
}

/** The part that holds for a program which may bring kinds and Secrets itself: the right cluster, new enough, nothing of anybody else. Reads only. */
export async function judgeForeign(cluster: Cluster, objects: readonly PlanObject[], stack: ResolvedStack): Promise<readonly Finding[]> {
  const identity = [...(await wrongCluster(cluster, stack)), ...(await tooOld(cluster)), ...(await notADeployer(cluster, stack))];
  if (identity.length > 0) return identity;
  const kinds = await readKinds(cluster, objects);
  return foreignObjects(objects, await readExisting(cluster, { objects, expects: [] }, kinds), stack.name);
}

async function wrongCluster(cluster: Cluster, stack: ResolvedStack): Promise<Finding[]> {
  const wanted = stack.cluster?.kubeSystemUid;
  if (wanted === undefined) return [];
  const namespace = await cluster.get('/api/v1/namespaces/kube-system');
  const uid = (namespace?.['metadata'] as { readonly uid?: string } | undefined)?.uid ?? 'none';
  if (uid === wanted) return [];
  const message = `stack "${stack.name}" belongs to the cluster with kube-system ${wanted}; context "${cluster.context}" (${cluster.server}) is ${uid}`;
  return [finding(deployFindings.otherCluster, { message, stack: stack.name })];
}

async function tooOld(cluster: Cluster): Promise<Finding[]> {
  const version = await cluster.get('/version');
  const [major, minor] = [version?.['major'], version?.['minor']].map((each) => Number.parseInt(String(each), 10));
  if (Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor)) return [];
  const message = `the cluster runs Kubernetes ${String(version?.['gitVersion'])}, needed is ${OLDEST.major}.${OLDEST.minor} or newer`;
  return [finding(deployFindings.oldCluster, { message })];
}

/** Whoever applies must be one of those whom the plan's own admission policies let set facts. */
async function notADeployer(cluster: Cluster, stack: ResolvedStack): Promise<Finding[]> {
  const deployers = stack.policies.admission?.deployers;
  if (deployers === undefined) return [];
  const { user, groups } = await cluster.whoAmI();
  if (deployers.some((each) => each === user || groups.some((group) => each === `group:${group}`))) return [];
  const message = `the cluster knows you as "${user}" (${groups.map((group) => `group:${group}`).join(', ') || 'no groups'}), and policies.admission.deployers names ${deployers.map((each) => `"${each}"`).join(', ')}`;
  return [finding(deployFindings.notADeployer, { message, stack: stack.name })];
}

/** Key of the stack file that asks for a kind which Kubernetes itself does not have. */
const ASKED_BY: { readonly [group: string]: string } = {
  'monitoring.coreos.com': '`metrics: {monitors: true}` (the Prometheus operator)',
  'gateway.networking.k8s.io': '`exposure: {httpRoute}` (the Gateway API)',
  'external-secrets.io': '`secrets: externalSecret` (the External Secrets operator)',
  'keda.sh': '`metrics: {custom: {…: keda}}` (KEDA)',
};

function unknownKinds(objects: readonly PlanObject[], kinds: Kinds): Finding[] {
  const unknown = new Map<string, PlanObject[]>();
  for (const object of objects) {
    if (kinds.path(object) !== undefined) continue;
    const key = `${object.apiVersion} ${object.kind}`;
    unknown.set(key, [...(unknown.get(key) ?? []), object]);
  }
  return [...unknown].map(([kind, all]) => {
    const asked = ASKED_BY[groupOf(all[0]?.apiVersion ?? '')];
    const message = `the cluster does not know ${kind}, which ${all.length} objects are${asked ? `; asked for by ${asked}` : ''}`;
    return finding(deployFindings.missingKind, { message });
  });
}

function reason(error: unknown): string {
  const { message, code, errors } = error as { readonly message?: string; readonly code?: string; readonly errors?: readonly Error[] };
  return message || errors?.map((each) => each.message).join(', ') || code || String(error);
}
