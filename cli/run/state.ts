import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedIssuer } from '../../schema/resolved';
import { readPrivateJson, writePrivateJson } from './private-file';

/** A process that the run started: number and start time together name it for ever, numbers alone are used again. */
export interface StartedProcess {
  readonly name: string;
  readonly pid: number;
  readonly started: string;
}

/** `.kea/run.json`: what runs now. Holds no secret. */
export interface RunState {
  readonly run: StartedProcess;
  /** Where clients call, `http://localhost:8080`. */
  readonly url: string;
  readonly issuer: string;
  /** Whether the issuer is a Keycloak; the embedded one else. */
  readonly keycloak: boolean;
  /** How tokens of a provider that runs elsewhere are read. */
  readonly trusted?: ResolvedIssuer;
  readonly port: number;
  readonly host: string;
  readonly children: readonly StartedProcess[];
  /** Short-named folder of the Unix sockets, outside the project. */
  readonly socketFolder: string;
}

/** Where the local run of a project keeps what it needs. */
export interface StateFolder {
  readonly root: string;
  readonly run: string;
  readonly keys: string;
  readonly secrets: string;
  readonly bundle: string;
  readonly logs: string;
  readonly audit: string;
  readonly config: string;
  /** With `--keycloak`: its folder, and what those who ask it must know. */
  readonly keycloak: { readonly home: string; readonly secrets: string };
}

export function stateFolder(root: string): StateFolder {
  const inside = (name: string): string => join(root, name);
  return {
    root,
    run: inside('run.json'),
    keys: inside('issuer.json'),
    secrets: inside('secrets'),
    bundle: inside('bundle'),
    logs: inside('logs'),
    audit: inside('audit'),
    config: inside('config'),
    keycloak: { home: inside('keycloak'), secrets: inside('keycloak.json') },
  };
}

/** Names a process of ours that lives; undefined when it does not. */
export function processNamed(name: string, pid: number): StartedProcess | undefined {
  const started = startTime(pid);
  return started === undefined ? undefined : { name, pid, started };
}

/** True when the very process that was noted still lives. */
export function isAlive(noted: StartedProcess): boolean {
  return startTime(noted.pid) === noted.started;
}

/** When a process started, in the words of `ps`; undefined when there is none. */
function startTime(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    // A zombie serves nothing; it only waits for its parent.
    return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** What runs in this project, or undefined; a note left by a run that was killed counts as nothing. */
export function readRunState(folder: StateFolder): RunState | undefined {
  const state = readPrivateJson<RunState>(folder.run);
  return isRunState(state) && isAlive(state.run) ? state : undefined;
}

export function writeRunState(folder: StateFolder, state: RunState): void {
  writePrivateJson(folder.run, state);
}

export function removeRunState(folder: StateFolder): void {
  rmSync(folder.run, { force: true });
}

/** Ends what a killed run left behind, and returns the names of the processes that were still there. */
export async function cleanUpAfterKilled(folder: StateFolder): Promise<readonly string[]> {
  const state = readPrivateJson<RunState>(folder.run);
  if (!isRunState(state) || isAlive(state.run)) return [];
  const left = state.children.filter(isAlive);
  for (const { pid } of left) killGroup(pid, 'SIGTERM');
  const deadline = Date.now() + 3000;
  while (left.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const child of left.filter(isAlive)) killGroup(child.pid, 'SIGKILL');
  rmSync(state.socketFolder, { recursive: true, force: true });
  removeRunState(folder);
  return left.map(({ name }) => name);
}

/** Signals a child and what it started itself; each child leads a group of its own. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // No such group, or already gone.
    }
  }
}

function isRunState(state: Partial<RunState> | undefined): state is RunState {
  return Boolean(state?.run?.pid && state.run.started && state.url && state.issuer && Array.isArray(state.children) && state.socketFolder);
}
