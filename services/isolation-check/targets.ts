import { readFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import type { Target } from './check';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Slice {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly ports?: readonly { readonly port?: number }[];
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[];
}

/** Every ready instance in a namespace, on every port of its Service. */
export async function instancesIn(namespace: string, selector: string): Promise<readonly Target[]> {
  const query = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${encodeURIComponent(selector)}`;
  return targetsOf((await fromApi(query)) as { readonly items: readonly Slice[] });
}

export function targetsOf(list: { readonly items: readonly Slice[] }): readonly Target[] {
  return list.items.flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.slice(0, 1))
      .flatMap((address) =>
        (slice.ports ?? []).flatMap(({ port }) =>
          port === undefined ? [] : [{ name: slice.metadata?.labels?.['kubernetes.io/service-name'] ?? address, address, port }],
        ),
      ),
  );
}

/** Addresses of `host:port`; none while no pod stands behind the name. */
export async function resolveTargets(hostAndPort: string): Promise<readonly Target[]> {
  const at = hostAndPort.lastIndexOf(':');
  const name = hostAndPort.slice(0, at);
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => ({ name, address, port: Number(hostAndPort.slice(at + 1)) }));
}

/** One list from the API server, with the pod's own account; the full client would take a hundred times the memory. */
function fromApi(path: string): Promise<unknown> {
  const host = process.env['KUBERNETES_SERVICE_HOST'];
  const port = process.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const options = {
    ca: readFileSync(join(ACCOUNT, 'ca.crt')),
    headers: { authorization: `Bearer ${readFileSync(join(ACCOUNT, 'token'), 'utf8').trim()}`, accept: 'application/json' },
    timeout: 10_000,
  };
  return new Promise((resolve, reject) => {
    const request = get(`https://${host?.includes(':') ? `[${host}]` : host}:${port}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`the API server answers ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('the API server does not answer')));
    request.on('error', reject);
  });
}
