import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../core/package-root';

/** One of our programs, as it runs in its container: the compiled one, in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:<port>`, from its own line on stdout. */
  readonly url: string;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

const main = (service: string): string => join(packageRoot(), 'dist/services', service, 'main.js');

/** Starts `dist/services/<service>/main.js` and waits for `{"listening":…}`; rejects with its stderr if it ends before. */
export async function startProgram(service: string, args: readonly string[]): Promise<Program> {
  const child = spawn(process.execPath, [main(service), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  const line = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  if (!Array.isArray(line)) throw new Error(`${service} ended with ${line.code}: ${line.stderr}`);
  const { listening } = JSON.parse(String(line[0])) as { listening: { port: number } };
  return {
    child,
    url: `http://127.0.0.1:${listening.port}`,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a program to its end. */
export function runProgram(service: string, args: readonly string[], env: { readonly [name: string]: string } = {}): Promise<Ended> {
  return endOf(spawn(process.execPath, [main(service), ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } }));
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}
