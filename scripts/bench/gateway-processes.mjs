// What processes took, as Linux tells it.
import { readFileSync } from 'node:fs';

/** Ticks a second of `/proc/<pid>/stat`: USER_HZ, the same on every Linux that Node runs on. */
const TICKS = 100;

/** CPU milliseconds, user and system, that these processes have used together since they started. */
export function cpuMs(pids) {
  return pids.reduce((sum, pid) => sum + ticksOf(readFileSync(`/proc/${pid}/stat`, 'latin1')), 0) * (1000 / TICKS);
}

/** `utime + stime` (proc(5), fields 14 and 15). The second field is a name that may hold blanks and brackets. */
export function ticksOf(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** CPU milliseconds that the whole machine has spent and could have spent since it started: `{busy, all}`. */
export function machineCpuMs() {
  const [user, nice, system, idle, wait, ...rest] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]
    .split(/ +/)
    .slice(1, 9)
    .map(Number);
  const busy = [user, nice, system, ...rest].reduce((sum, each) => sum + each, 0);
  return { busy: busy * (1000 / TICKS), all: (busy + idle + wait) * (1000 / TICKS) };
}

/** Resident memory of these processes together, MiB; pages that they share count for each. */
export function residentMb(pids) {
  const kib = pids.map((pid) => Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0));
  return Math.round(kib.reduce((sum, each) => sum + each, 0) / 1024);
}
