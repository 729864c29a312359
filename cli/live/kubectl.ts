import { spawn } from 'node:child_process';
import { liveFindings } from '../../core/findings/live';
import { finding } from '../../core/findings/finding';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { Refusal } from '../refusal';

/** The cluster as the caller's own `kubectl` reaches it: his context, his credentials, his rights. */
export interface Kubectl {
  /** Runs one command; `objects` go to its standard input as a List. Refuses when no cluster answers; other failures are the caller's to read. */
  run(args: readonly string[], objects?: readonly JsonObject[]): Promise<KubectlAnswer>;
  /** How the same command is started by somebody who keeps it running. */
  command(args: readonly string[]): { readonly program: string; readonly args: readonly string[] };
}

export interface KubectlAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  /** Complaints, one a line. */
  readonly complaints: readonly string[];
}

const UNREACHABLE =
  /connection refused|no such host|i\/o timeout|unable to connect|was refused|couldn't get current server|connect: |no configuration has been provided|context "[^"]*" does not exist|context was not found|unauthorized|must be logged in|certificate/i;
/** A server that judged an object has answered, whatever words stand in the object. */
const REFUSED = /^Error from server \((?!Unauthorized|Timeout|ServiceUnavailable)/;
/** A command that takes longer has lost its cluster. */
const LIMIT_MS = 300_000;

/** `context`: of the kubeconfig; the current one when it is left out. The program is `$KEA_KUBECTL` or `kubectl` on PATH. */
export function openKubectl(context: string | undefined): Kubectl {
  const common = context === undefined ? [] : [`--context=${context}`];
  const program = (): string => process.env['KEA_KUBECTL'] ?? 'kubectl';
  return {
    command: (args) => ({ program: program(), args: [...common, ...args] }),
    async run(args, objects) {
      const input = objects && JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      const answer = await start(program(), [...common, ...(args[0] === 'wait' ? [] : ['--request-timeout=30s']), ...args], input);
      const lost = answer.ok ? undefined : answer.complaints.find((line) => UNREACHABLE.test(line) && !REFUSED.test(line));
      if (lost !== undefined) throw new Refusal(finding(liveFindings.unreachable, { message: `no cluster answers: ${lost}` }));
      return answer;
    },
  };
}

function start(program: string, args: readonly string[], input: string | undefined): Promise<KubectlAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: process.env, timeout: LIMIT_MS });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Refusal(finding(liveFindings.noKubectl, { message: `"${program}" cannot be started: ${error.code ?? error.message}` }))),
    );
    child.once('close', (code) => {
      const complaints = Buffer.concat(err)
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '');
      resolve({ ok: code === 0, stdout: Buffer.concat(out).toString('utf8'), complaints });
    });
    // A program that ends early closes its input; its exit tells the rest.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Objects of an answer with `-o json`: one object, a List, or several documents one after the other. */
export function objectsOf({ stdout }: KubectlAnswer): readonly JsonObject[] {
  if (stdout.trim() === '') return [];
  return stdout.split(/^(?=\{$)/m).flatMap((text) => {
    const value = JSON.parse(text) as JsonValue;
    if (!isJsonObject(value)) return [];
    return Array.isArray(value['items']) ? (value['items'] as JsonObject[]) : [value];
  });
}

/** Refuses any cluster but the one that the stack names; `cluster.kubeSystemUid` of the stack file. */
export async function sameCluster(kubectl: Kubectl, stack: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) return;
  const answer = await kubectl.run(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
  const uid = answer.stdout.trim();
  if (uid === expected) return;
  const found = uid === '' ? `the cluster's identity cannot be read: ${answer.complaints[0] ?? ''}` : `this cluster is "${uid}"`;
  throw new Refusal(
    finding(liveFindings.otherCluster, { message: `stack "${stack}" belongs to cluster "${expected}", and ${found}`, stack }),
  );
}
