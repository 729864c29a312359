// Memory of the programs that a run of `pulumi` starts.
import { readdirSync, readFileSync } from 'node:fs';

/** Which of them a process is, by its command line. */
function roleOf(words) {
  if (words.includes('pulumi-resource-kubernetes')) return 'provider';
  if (words.includes('/cmd/run')) return 'program';
  return /(^|\/)pulumi\0/.test(words) ? 'engine' : undefined;
}

const read = (id, file) => {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
};

/** Raises `peaks`, resident megabytes by role, to what a process and everything below it hold now. */
export function memoryBelow(pid, peaks) {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(ids.map((id) => [id, /^PPid:\s+(\d+)/m.exec(read(id, 'status'))?.[1]]));
  const isBelow = (id) => id === String(pid) || (parents.get(id) !== undefined && isBelow(parents.get(id)));
  for (const id of ids) {
    const role = isBelow(id) ? roleOf(read(id, 'cmdline')) : undefined;
    if (!role) continue;
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(read(id, 'status'))?.[1] ?? 0);
    peaks[role] = Math.max(peaks[role] ?? 0, Math.round(kilobytes / 1024));
  }
}
