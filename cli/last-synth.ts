import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../core/findings/finding';
import { sha256Hex } from '../core/digests';
import { isIntact, listsDigest } from '../constructs/plan/intact';
import { inputsDigest, programDigest } from './inputs-digest';

/** What a synth said, for the next one that would do the same. */
export interface SynthOutcome {
  readonly findings: readonly Finding[];
  /** Kubernetes objects in the plan. */
  readonly objects: number;
  /** Files that hold them, kustomizations included; the index does not count. */
  readonly files: number;
}

/** The call: the same one over the same files has the same outcome. */
export interface SynthCall {
  readonly root: string;
  readonly stack: string;
  readonly models: readonly string[] | undefined;
  /** Absolute. */
  readonly out: string;
}

/** All that decides what a synth writes, as it was before it read anything. */
export interface SynthState {
  readonly sources: readonly string[];
  readonly inputs: string;
  readonly program: string;
}

interface Remembered extends SynthState {
  readonly lists: string;
  readonly outcome: SynthOutcome;
}

/** Calls that are remembered; the oldest go first. */
const MOST_CALLS = 16;
/** A call with more to say is not remembered. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The outcome of the last synth of this call, if doing it again would change nothing: the program, every byte that it reads and every byte that
 * it wrote are the same. Whatever is lost or damaged only means that the work is done again.
 */
export function lastOutcome(call: SynthCall): SynthOutcome | undefined {
  const last = read(fileOf(call));
  if (last === undefined || last.program !== programDigest() || last.inputs !== inputsDigest(call.root, last.sources)) return undefined;
  return last.lists === listsDigest(call.out) && isIntact(call.out) ? last.outcome : undefined;
}

/** The state before a synth; nothing where it cannot be told for certain, and then nothing is remembered. */
export function synthState(root: string, sources: readonly string[] | undefined): SynthState | undefined {
  const inputs = sources && inputsDigest(root, sources);
  return sources && inputs !== undefined ? { sources, inputs, program: programDigest() } : undefined;
}

/** Remembers a synth that has written its folder, in `.kea/cache/synth`. */
export function rememberOutcome(call: SynthCall, state: SynthState | undefined, outcome: SynthOutcome): void {
  const lists = listsDigest(call.out);
  if (state === undefined || lists === undefined) return;
  const body = JSON.stringify({ ...state, lists, outcome } satisfies Remembered);
  if (body.length > MOST_BYTES) return;
  const file = fileOf(call);
  const half = `${file}.${process.pid}`;
  try {
    mkdirSync(folderOf(call), { recursive: true });
    writeFileSync(half, `${sha256Hex(body)}\n${body}`);
    renameSync(half, file);
    dropOldest(folderOf(call));
  } catch {
    // A folder that cannot be written only means that nothing is remembered.
    rmSync(half, { force: true });
  }
}

function read(file: string): Remembered | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const body = text.slice(65);
    return sha256Hex(body) === text.slice(0, 64) ? (JSON.parse(body) as Remembered) : undefined;
  } catch {
    return undefined;
  }
}

function dropOldest(folder: string): void {
  const files = readdirSync(folder).map((name) => ({ path: join(folder, name), changed: statSync(join(folder, name)).mtimeMs }));
  files.sort((a, b) => b.changed - a.changed);
  for (const { path } of files.slice(MOST_CALLS)) rmSync(path, { force: true });
}

function folderOf({ root }: SynthCall): string {
  return join(root, '.kea', 'cache', 'synth');
}

function fileOf(call: SynthCall): string {
  return join(folderOf(call), sha256Hex(JSON.stringify([call.stack, call.models ?? null, call.out])).slice(0, 32));
}
