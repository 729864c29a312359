// A stand-in, for tests and benchmarks, for a node and its disks: it registers itself and says of every pod bound to it that it runs. Nothing runs.
import { setTimeout as delay } from 'node:timers/promises';

const NODE = 'stand-in';
const PERIOD_MS = 250;
/** Images that cannot be pulled, as far as this node is concerned. */
const UNPULLABLE = /\/missing[@:/-]/;
const CAPACITY = { cpu: '4000', memory: '16000Gi', pods: '20000', 'ephemeral-storage': '64000Gi' };
const MERGE = 'application/strategic-merge-patch+json';

const now = () => new Date().toISOString().replace(/\.\d+/, '');
const condition = (type, more = {}) => ({ type, status: 'True', lastTransitionTime: now(), ...more });

/** A pod's status: running and ready, or waiting for an image that does not come. */
function statusOf({ spec }) {
  const containers = (spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always').concat(spec.containers);
  const stuck = [...(spec.initContainers ?? []), ...spec.containers].find(({ image }) => UNPULLABLE.test(image));
  if (stuck) {
    const message = `containers with unready status: [${spec.containers.map(({ name }) => name).join(' ')}]`;
    const unready = (type) => ({ ...condition(type), status: 'False', reason: 'ContainersNotReady', message });
    const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${stuck.image}"` };
    return {
      phase: 'Pending',
      startTime: now(),
      conditions: [condition('PodScheduled'), condition('Initialized'), unready('ContainersReady'), unready('Ready')],
      containerStatuses: spec.containers.map(({ name, image }) => ({
        name,
        image,
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting },
      })),
    };
  }
  const done = spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';
  const state = done
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now(), finishedAt: now() } }
    : { running: { startedAt: now() } };
  return {
    phase: done ? 'Succeeded' : 'Running',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: now(),
    conditions: ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => condition(type)),
    containerStatuses: containers
      .filter((each) => spec.containers.includes(each))
      .map(({ name, image }) => ({ name, image, imageID: image, ready: true, started: true, restartCount: 0, state })),
  };
}

/** Starts the node; `call` reaches the API server as an administrator. Resolves with a way to stop it. */
export async function startNode(call) {
  await call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });
  let running = true;
  const seen = new Set();

  const beat = () => {
    const status = {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      conditions: [condition('Ready', { lastHeartbeatTime: now(), reason: 'StandIn', message: 'nothing runs here' })],
    };
    return call('PATCH', `/api/v1/nodes/${NODE}/status`, { status }, MERGE);
  };

  const care = async ({ metadata, spec, status }) => {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    if (metadata.deletionTimestamp) await call('DELETE', `${path}?gracePeriodSeconds=0`);
    else if (status.phase === 'Pending' && !seen.has(metadata.uid)) {
      seen.add(metadata.uid);
      await call('PATCH', `${path}/status`, { status: statusOf({ spec }) }, MERGE);
    }
  };

  /** A disk for each claim that has none. */
  const provide = async ({ metadata, spec, status }) => {
    if (status.phase !== 'Pending' || seen.has(metadata.uid)) return;
    seen.add(metadata.uid);
    await call('POST', '/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `disk-${metadata.uid}` },
      spec: {
        capacity: spec.resources.requests,
        accessModes: spec.accessModes,
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: spec.storageClassName ?? '',
        claimRef: { namespace: metadata.namespace, name: metadata.name },
        hostPath: { path: '/nowhere' },
      },
    });
  };

  const loop = async () => {
    for (let round = 0; running; round += 1) {
      try {
        if (round % 20 === 0) await beat();
        const { body } = await call('GET', `/api/v1/pods?fieldSelector=spec.nodeName%3D${NODE}&resourceVersion=0`);
        await Promise.all((body.items ?? []).map(care));
        const claims = await call('GET', '/api/v1/persistentvolumeclaims?resourceVersion=0');
        await Promise.all((claims.body.items ?? []).map(provide));
      } catch {
        // The server is busy or going away; the next round finds out.
      }
      await delay(PERIOD_MS);
    }
  };
  const ended = loop();
  return {
    async stop() {
      running = false;
      await ended;
    },
  };
}
