// Control groups of one cluster: the kubelet wants its root to be there, in every hierarchy (version 1) or in the one (version 2).
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const TOP = '/sys/fs/cgroup';

function folders(name) {
  if (existsSync(join(TOP, 'cgroup.controllers'))) return [join(TOP, name)];
  return readdirSync(TOP)
    .map((each) => join(TOP, each))
    .filter((each) => !lstatSync(each).isSymbolicLink() && existsSync(join(each, 'cgroup.procs')))
    .map((each) => join(each, name));
}

export function makeCgroups(name) {
  const version1 = !existsSync(join(TOP, 'cgroup.controllers'));
  for (const folder of folders(name)) {
    mkdirSync(folder, { recursive: true });
    // A new set of processors is empty until told.
    for (const file of ['cpuset.cpus', 'cpuset.mems'].filter((each) => version1 && existsSync(join(folder, each))))
      writeFileSync(join(folder, file), readFileSync(join(folder, '..', file)));
  }
}

/** Groups can go once their processes are gone, which takes the kernel a moment. */
export async function removeCgroups(name) {
  for (const folder of folders(name).filter((each) => existsSync(each))) {
    for (let left = 50; existsSync(folder) && left > 0; left -= 1) {
      try {
        removeBelow(folder);
      } catch (error) {
        if (left === 1) throw new Error(`cannot remove ${folder}: ${error.message}`);
        await delay(100);
      }
    }
  }
}

function removeBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeBelow(join(folder, entry.name));
  rmdirSync(folder);
}
