import { writeFileSync } from 'node:fs';

/** Where Kubernetes reads why a container ended; `KEA_TERMINATION_LOG` names another file. */
const TERMINATION_LOG = process.env['KEA_TERMINATION_LOG'] ?? '/dev/termination-log';
/** Kubernetes keeps this much. */
const MOST = 4000;

/** Ends the process with a reason in one line, which a pod's status then shows. */
export function lastWord(program: string, reason: string, code: number): never {
  const line = `${program}: ${reason.replace(/\s+/g, ' ').trim()}`;
  process.stderr.write(`${line}\n`);
  try {
    writeFileSync(TERMINATION_LOG, line.slice(0, MOST));
  } catch {
    // Outside of Kubernetes there is no such file; stderr has said it.
  }
  process.exit(code);
}
