import { existsSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { isJsonObject, type JsonObject } from '../../core/json';

/** Which cluster: as the Pulumi configuration names it. */
export interface ClusterChoice {
  /** Kubeconfig as text or path. @default - KUBECONFIG, else ~/.kube/config */
  readonly kubeconfig?: string | undefined;
  /** @default - the kubeconfig's current context */
  readonly context?: string | undefined;
}

/** A cluster that can be asked, never changed. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  /** The answer's body, undefined for 404. Rejects when the cluster does not answer, or refuses. */
  get(path: string, accept?: string): Promise<JsonObject | undefined>;
  /** Who asks, as the cluster sees it. Rejects as `get` does. */
  whoAmI(): Promise<Caller>;
}

/** Name and groups of a user. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

const SELF_REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' } as const;

/** Longest wait for one answer, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Opens the cluster by its kubeconfig; the official client reads it, because credentials come from plugins of the clouds. Rejects when it names none. */
export async function connect({ kubeconfig, context }: ClusterChoice): Promise<Cluster> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new Error(`the kubeconfig has no context "${context}"`);
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) throw new Error('no kubeconfig names a cluster');
  const ask = async (path: string, how: RequestOptions, body?: string): Promise<JsonObject | undefined> => {
    const options: RequestOptions = { ...how, timeout: PATIENCE_MS };
    await config.applyToHTTPSOptions(options);
    return send(new URL(path, cluster.server), options, body);
  };
  return {
    context: config.getCurrentContext(),
    server: cluster.server,
    get: (path, accept = 'application/json') => ask(path, { method: 'GET', headers: { accept } }),
    async whoAmI() {
      const headers = { accept: 'application/json', 'content-type': 'application/json' };
      // The API server answers and keeps nothing.
      const path = `/apis/${SELF_REVIEW.apiVersion}/selfsubjectreviews`;
      const answer = await ask(path, { method: 'POST', headers }, JSON.stringify(SELF_REVIEW));
      const { userInfo } = (answer?.['status'] ?? {}) as {
        readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] };
      };
      return { user: userInfo?.username ?? '', groups: userInfo?.groups ?? [] };
    },
  };
}

function send(url: URL, options: RequestOptions, sent?: string): Promise<JsonObject | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = answer.statusCode ?? 0;
        if (status === 404) return resolve(undefined);
        const body = parsed(text);
        if ((status === 200 || status === 201) && body) return resolve(body);
        return reject(new Error(`${url.pathname}: ${status} ${String(body?.['message'] ?? text).slice(0, 200)}`));
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer from ${url.host} within ${PATIENCE_MS / 1000} s`)));
    outgoing.once('error', reject);
    outgoing.end(sent);
  });
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
