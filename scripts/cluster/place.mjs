// Names and addresses of the one-node cluster, and what its folder holds.
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export const NODE = 'node';
export const Net = {
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** Held by a bridge of its own on the node. */
  node: '10.245.0.1',
  api: '10.96.0.1',
  dns: '10.96.0.10',
  apiPort: 6443,
};

/** Paths of one cluster below its folder. */
export function placeOf(folder) {
  const dir = realpathSync(folder);
  const at = (...parts) => join(dir, ...parts);
  return {
    dir,
    at,
    /** Name of the cluster's cgroups: one machine may run several. */
    cgroup: `kea-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`,
    kubeconfig: at('kubeconfig'),
    init: at('init.pid'),
    forward: at('forward.pid'),
    /** Through it the API server is reached from outside of the node's network. */
    socket: at('api.sock'),
    port: at('port'),
  };
}

/** When a process started, in ticks; undefined when it has ended. */
export function startOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The pid that a file names, if that very process still runs. */
export function alive(file) {
  try {
    const [pid, start] = readFileSync(file, 'utf8').split(' ');
    return startOf(pid) === start ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}
