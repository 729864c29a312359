import { hostname } from 'node:os';
import { CoreV1Api, DiscoveryV1Api, KubeConfig, makeInformer, type KubernetesObject } from '@kubernetes/client-node';
import type { ClusterSource } from '../../../core/contract/processor-config';
import { DENY_LIST } from '../../../core/contract/deny-list';
import { ShardMark, type Shard } from '../../../core/contract/bundle-shards';
import {
  assemble,
  readDenyList,
  readEndpoints,
  readShard,
  readZones,
  writeBundle,
  writeDenyList,
  writeEndpoints,
  writeZones,
  type ShardObject,
  type SliceObject,
} from './mirror';

/** Changes are gathered this long before the folder is written, so that one apply is one change. */
const GATHER_MS = 100;
const RETRY_MS = 2_000;

/**
 * Mirrors ConfigMaps, and EndpointSlices where namespaces of them are named, and the zones of the gateway's pods (`pod` is this one), into a bundle folder for as long as the process lives; the folder-watching supervisor does the rest.
 * A lost API server changes nothing: the last state stays, and watching resumes.
 */
export async function mirrorCluster(
  source: ClusterSource,
  folder: string,
  log: (message: string) => void,
  pod = process.env['KEA_POD'] ?? hostname(),
): Promise<{ stop(): Promise<void> }> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const core = config.makeApiClient(CoreV1Api);
  const discovery = config.makeApiClient(DiscoveryV1Api);

  const bundle = gathered(async () => {
    const shards = maps
      .list()
      .map((map) => readShard(map as ShardObject))
      .filter((shard): shard is Shard => shard !== undefined);
    const whole = await assemble(shards);
    if ('waiting' in whole) log(`bundle not complete: ${whole.waiting}`);
    else await writeBundle(folder, whole);
  }, log);
  const endpoints = gathered(
    async () => writeEndpoints(folder, readEndpoints(slices.flatMap((each) => each.list() as readonly SliceObject[]))),
    log,
  );

  const maps = informer(
    config,
    `/api/v1/namespaces/${source.platformNamespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace: source.platformNamespace, labelSelector: ShardMark.kind }),
    ShardMark.kind,
    bundle,
    log,
  );
  const slicesOf = (namespace: string, labelSelector: string, changed: () => void) =>
    informer(
      config,
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      () => discovery.listNamespacedEndpointSlice({ namespace, labelSelector }),
      labelSelector,
      changed,
      log,
    );
  const slices = source.endpointNamespaces.map((namespace) => slicesOf(namespace, source.endpointSelector, endpoints));
  const zones = gathered(
    async () =>
      writeZones(
        folder,
        readZones(
          gateways.flatMap((each) => each.list() as readonly SliceObject[]),
          pod,
        ),
      ),
    log,
  );
  const gateways = source.gatewaySelector === undefined ? [] : [slicesOf(source.platformNamespace, source.gatewaySelector, zones)];
  // An API server that was never asked successfully has said nothing, also not that nobody is denied.
  let asked = false;
  const denied = gathered(async () => (asked ? writeDenyList(folder, readDenyList(denials.list())) : undefined), log);
  const named = `metadata.name=${DENY_LIST.configMap}`;
  const denials = informer(
    config,
    `/api/v1/namespaces/${source.platformNamespace}/configmaps?fieldSelector=${named}`,
    async () => {
      const list = await core.listNamespacedConfigMap({ namespace: source.platformNamespace, fieldSelector: named });
      asked = true;
      return list;
    },
    undefined,
    denied,
    log,
  );
  // Before the bundle, so that no call is taken that the list forbids.
  await denials.start();
  if (asked) await writeDenyList(folder, readDenyList(denials.list()));
  await Promise.all([maps, ...slices, ...gateways].map((each) => each.start()));
  bundle();
  if (slices.length > 0) endpoints();
  return { stop: async () => void (await Promise.all([maps, denials, ...slices, ...gateways].map((each) => each.stop()))) };
}

function informer<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<{ items: T[] }>,
  selector: string | undefined,
  changed: () => void,
  log: (message: string) => void,
): ReturnType<typeof makeInformer<T>> {
  const watcher = makeInformer<T>(config, path, list, selector);
  watcher.on('change', changed);
  watcher.on('error', (reason: unknown) => {
    log(`watch of ${path} ended: ${reason instanceof Error ? reason.message : String(reason)}`);
    setTimeout(() => void watcher.start(), RETRY_MS).unref();
  });
  return watcher;
}

/** Runs `work` soon after the last call, never twice at once, and once more when called meanwhile. */
function gathered(work: () => Promise<void>, log: (message: string) => void): () => void {
  let state: 'idle' | 'waiting' | 'running' | 'again' = 'idle';
  const run = async (): Promise<void> => {
    state = 'running';
    await work().catch((reason: unknown) => log(`mirror: ${reason instanceof Error ? reason.message : String(reason)}`));
    const again = (state as string) === 'again';
    state = 'idle';
    if (again) call();
  };
  const call = (): void => {
    if (state === 'running') state = 'again';
    if (state !== 'idle') return;
    state = 'waiting';
    setTimeout(() => void run(), GATHER_MS);
  };
  return call;
}
