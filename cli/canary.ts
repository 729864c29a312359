import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CanaryReport, ContractEvidence } from '../core/contract/canary';
import { ManagementPath, Port } from '../core/contract/ports';
import type { ProcessorConfig } from '../core/contract/processor-config';
import { mergeEvidence } from '../core/decide/canary-verdict';
import { canaryFindings } from '../core/findings/canary';
import { finding } from '../core/findings/finding';
import { Refusal } from './refusal';

/** Which gateways are asked. */
export interface EvidenceFrom {
  /** Addresses of management ports, such as `http://127.0.0.1:9901`. */
  readonly urls: readonly string[];
  /** Context of kubectl; every gateway pod is asked through the API server. */
  readonly cluster?: string;
  readonly namespace: string;
  /** Project whose local run is asked where nothing else is named. */
  readonly root: string;
}

const LIMIT_MS = 10_000;

/** What all these gateways counted of one contract, added up. @throws Refusal when one does not answer or none knows the contract */
export async function gatherEvidence(from: EvidenceFrom, model: string, contract: string): Promise<ContractEvidence> {
  const reports = await Promise.all((await asked(from)).map((ask) => ask()));
  const found = reports.flatMap(({ contracts }) => contracts.filter((each) => each.model === model && each.contract === contract));
  const merged = mergeEvidence(found);
  if (merged) return merged;
  throw none(`no gateway serves several versions of ${model} ${contract}`);
}

async function asked({ urls, cluster, namespace, root }: EvidenceFrom): Promise<readonly (() => Promise<CanaryReport>)[]> {
  if (cluster !== undefined) return podsOf(cluster, namespace);
  return (urls.length > 0 ? urls : [await localManagement(root)]).map((url) => () => overHttp(url.replace(/\/+$/, '')));
}

async function overHttp(base: string): Promise<CanaryReport> {
  try {
    const answer = await fetch(`${base}${ManagementPath.canary}`, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()) as CanaryReport;
  } catch (error) {
    throw none(`${base} does not answer (${reason(error)})`);
  }
}

/** Where the local run's processor is asked. */
async function localManagement(root: string): Promise<string> {
  const { runningPlatform } = await import('./run/token.ts');
  const { readPrivateJson } = await import('./run/private-file.ts');
  const { folder } = runningPlatform(root);
  const config = readPrivateJson<ProcessorConfig>(join(folder.config, 'processor.json'));
  if (!config?.management) throw none('the configuration of the local run cannot be read');
  return `http://${config.management.host}:${config.management.port}`;
}

async function podsOf(context: string, namespace: string): Promise<readonly (() => Promise<CanaryReport>)[]> {
  const selector = 'app.kubernetes.io/name=kea-gateway';
  const list = JSON.parse(await kubectl(context, ['get', 'pods', '-n', namespace, '-l', selector, '-o', 'json'])) as {
    readonly items: readonly { readonly metadata: { readonly name: string }; readonly status?: { readonly phase?: string } }[];
  };
  const pods = list.items.filter(({ status }) => status?.phase === 'Running').map(({ metadata }) => metadata.name);
  if (pods.length === 0) throw none(`no gateway pod runs in the namespace ${namespace}`);
  return pods.map((pod) => async () => {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}:${Port.management}/proxy${ManagementPath.canary}`;
    return JSON.parse(await kubectl(context, ['get', '--raw', path])) as CanaryReport;
  });
}

async function kubectl(context: string, args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: LIMIT_MS * 2, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)('kubectl', ['--context', context, ...args], options)).stdout;
  } catch (error) {
    throw none(`kubectl: ${reason(error)}`);
  }
}

function none(message: string): Refusal {
  return new Refusal(finding(canaryFindings.noEvidence, { message }));
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return (cause ?? error.message).split('\n', 1)[0]?.slice(0, 200) ?? '';
}
