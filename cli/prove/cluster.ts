import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { podTemplate } from '../../constructs/plan/references';
import type { Plan, PlanObject } from '../../constructs/plan/plan-object';
import { GATEWAY_COMPONENT, Label } from '../../constructs/shared/labels';
import { ManagementPath, Port } from '../../core/contract/ports';
import { isJsonObject, type JsonObject } from '../../core/json';
import { objectsOf, type Kubectl } from '../live/kubectl';
import type { CounterSource } from './counters';
import { notTried, tried, type Section } from './report';

/** Marks what a proof makes; it is removed again. */
const PROOF = 'kea.dev/proof';
const ISOLATED = 'a pod that is not the gateway cannot reach a model';
const DIGEST = 'a model whose bytes are not those of its file does not start';
/** Whatever is waited for in the cluster, in seconds. */
const LONGEST_S = 180;

/** Forwards the management port of every gateway that serves to this machine, past network policies, as the kubelet may. */
export async function gatewayCounters(
  kubectl: Kubectl,
  namespace: string,
): Promise<{ readonly sources: readonly CounterSource[]; close(): void }> {
  const selector = `${Label.component}=${GATEWAY_COMPONENT}`;
  const answer = await kubectl.run(['get', 'pods', '-n', namespace, '-l', selector, '-o', 'json']);
  const names = objectsOf(answer)
    .filter(serves)
    .map((pod) => String((pod['metadata'] as JsonObject)['name']));
  const forwards = await Promise.allSettled(names.map((name) => forward(kubectl, namespace, name)));
  return {
    sources: forwards.map((each) => () => (each.status === 'fulfilled' ? page(each.value.port) : Promise.reject(each.reason as Error))),
    close: () => {
      for (const each of forwards) if (each.status === 'fulfilled') each.value.close();
    },
  };
}

/** Whether a pod is Ready and stays: one that leaves takes its counters with it. Pure. */
export function serves({ metadata, status }: JsonObject): boolean {
  const { deletionTimestamp } = metadata as JsonObject;
  const conditions = (isJsonObject(status) && (status['conditions'] as readonly JsonObject[] | undefined)) || [];
  return deletionTimestamp === undefined && conditions.some((each) => each['type'] === 'Ready' && each['status'] === 'True');
}

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const question = get({ host: '127.0.0.1', port, path: ManagementPath.metrics, timeout: 10_000, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    question.on('timeout', () => question.destroy(new Error('the management port does not answer')));
    question.on('error', reject);
  });
}

function forward(kubectl: Kubectl, namespace: string, pod: string): Promise<{ readonly port: number; close(): void }> {
  const { program, args } = kubectl.command(['port-forward', '-n', namespace, `pod/${pod}`, `:${Port.management}`]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (piece: Buffer): void => {
      text += piece.toString('utf8');
      const port = /127\.0\.0\.1:([0-9]+) ->/.exec(text)?.[1];
      if (port !== undefined) resolve({ port: Number(port), close: () => child.kill() });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`no way to the management port of ${pod}: ${text.trim()}`)));
  });
}

/** Runs the plan's own isolation check once more: a pod that tries to reach a model directly, and must fail. */
export async function proveIsolation(plan: Plan, kubectl: Kubectl, mark: string): Promise<Section> {
  const job = plan.objects.find((object) => object.kind === 'Job' && object.name.startsWith('kea-isolation-check-'));
  if (!job) return notTried(ISOLATED, 'the plan holds no isolation check');
  const name = `kea-proof-isolation-${mark}`;
  const copy = renamed(job.value, name);
  return withObject(kubectl, copy, ISOLATED, async (where) => {
    const verdict = await jobVerdict(kubectl, where);
    if (verdict === 'Complete') return tried(ISOLATED, 1, []);
    const logs = await kubectl.run(['logs', ...where, '--tail=5']);
    const got = logs.stdout.trim() || [`the Job is not Complete: ${verdict}`, ...logs.complaints].join('; ');
    return tried(ISOLATED, 1, [{ what: 'isolation check', expected: 'no connection', got }]);
  });
}

/** What a Job came to. */
async function jobVerdict(kubectl: Kubectl, where: readonly string[]): Promise<'Complete' | 'Failed' | 'it has not ended'> {
  for (const deadline = Date.now() + LONGEST_S * 1000; Date.now() < deadline;) {
    const { stdout } = await kubectl.run(['get', ...where, '-o', 'jsonpath={.status.conditions[?(@.status=="True")].type}']);
    const verdict = (['Complete', 'Failed'] as const).find((each) => stdout.split(' ').includes(each));
    if (verdict) return verdict;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return 'it has not ended';
}

/** Starts a pod like a model's, with a digest that its artifact cannot have. */
export async function proveDigest(plan: Plan, kubectl: Kubectl, mark: string): Promise<Section> {
  const found = plan.objects.flatMap((object) => {
    const spec = object.model === undefined ? undefined : podSpec(object);
    const fetch = (spec?.['initContainers'] as readonly JsonObject[] | undefined)?.find((each) => each['name'] === 'artifact-fetch');
    return spec && fetch && (fetch['args'] as readonly string[]).some((arg) => arg.startsWith('--sha256='))
      ? [{ object, spec, fetch }]
      : [];
  })[0];
  if (!found) return notTried(DIGEST, 'no model of the stack fetches an artifact with a digest');
  const { object, spec, fetch } = found;
  const args = (fetch['args'] as readonly string[]).map((arg) => (arg.startsWith('--sha256=') ? `--sha256=${'0'.repeat(64)}` : arg));
  const pod: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `kea-proof-digest-${mark}`, namespace: object.namespace ?? '', labels: { [PROOF]: mark, ...networkLabels(object) } },
    spec: { ...spec, restartPolicy: 'Never', initContainers: [{ ...fetch, args }], topologySpreadConstraints: [], affinity: {} },
  };
  return withObject(kubectl, pod, DIGEST, async (where) => {
    await kubectl.run(['wait', ...where, '--for=jsonpath={.status.phase}=Failed', `--timeout=${LONGEST_S}s`]);
    const [state] = objectsOf(await kubectl.run(['get', ...where, '-o', 'json']));
    const status = JSON.stringify(state?.['status'] ?? {});
    const refused = status.includes('"phase":"Failed"') && /sha256/.test(status);
    const got = /"message":"([^"]*)"/.exec(status)?.[1] ?? /"phase":"([^"]*)"/.exec(status)?.[1] ?? 'nothing';
    return tried(DIGEST, 1, refused ? [] : [{ what: object.name, expected: 'a pod that fails and names the digest', got }]);
  });
}

/** The model's own network policies, which let its artifact in, but no Service and no budget. */
function networkLabels(object: PlanObject): JsonObject {
  const template = podTemplate(object);
  const all = template && isJsonObject(template['metadata']) ? template['metadata']['labels'] : undefined;
  return isJsonObject(all) ? all : {};
}

async function withObject(
  kubectl: Kubectl,
  object: JsonObject,
  claim: string,
  work: (where: readonly string[]) => Promise<Section>,
): Promise<Section> {
  const { name, namespace } = object['metadata'] as { readonly name: string; readonly namespace: string };
  const where = ['-n', namespace, `${String(object['kind']).toLowerCase()}/${name}`];
  const made = await kubectl.run(['create', '-f', '-'], [object]);
  if (!made.ok) return notTried(claim, `it could not be tried: ${made.complaints.join(' ')}`);
  try {
    return await work(where);
  } finally {
    await kubectl.run(['delete', ...where, '--wait=false', '--ignore-not-found']);
  }
}

function renamed(value: JsonObject, name: string): JsonObject {
  const metadata = value['metadata'] as JsonObject;
  return { ...value, metadata: { ...metadata, name, labels: { ...(metadata['labels'] as JsonObject), [PROOF]: name } } };
}

function podSpec(object: PlanObject): JsonObject | undefined {
  const spec = podTemplate(object)?.['spec'];
  return isJsonObject(spec) ? spec : undefined;
}
