import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Path of a real Envoy, from `KEA_ENVOY` or the parts cache; undefined when there is none. */
export function envoyBinary(): string | undefined {
  const told = process.env['KEA_ENVOY'];
  const cached = join(process.env['KEA_PARTS'] ?? join(homedir(), '.cache/kea/parts'), 'bin/envoy');
  return [told, cached].find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** `envoy --mode validate`; answers Envoy's own complaint, or undefined when it accepts the file. */
export async function validate(config: unknown, folder: string): Promise<string | undefined> {
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(config));
  try {
    await promisify(execFile)(binary(), ['--mode', 'validate', '-c', file, '-l', 'error', '--use-dynamic-base-id', '--concurrency', '1']);
    return undefined;
  } catch (error) {
    return ((error as { stderr?: string }).stderr || String(error)).slice(0, 2000);
  }
}

/** A running Envoy. */
export interface RunningEnvoy {
  readonly process: ChildProcess;
  readonly log: () => string;
  /** GET or POST on the admin port. */
  admin(path: string, method?: 'GET' | 'POST'): Promise<string>;
  /** Value of one counter or gauge; 0 while it does not exist. */
  stat(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts Envoy with this bootstrap; `config.admin` must name a port of loopback. Resolves once the admin answers. */
export async function startEnvoy(config: object, folder: string, args: readonly string[] = []): Promise<RunningEnvoy> {
  const file = join(folder, 'envoy.json');
  const logFile = join(folder, 'envoy.log');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(
    binary(),
    [
      '-c',
      file,
      '--use-dynamic-base-id',
      '--concurrency',
      '1',
      '-l',
      'warning',
      '--log-path',
      logFile,
      '--file-flush-interval-msec',
      '100',
      ...args,
    ],
    { stdio: 'ignore' },
  );
  const port = (config as { admin: { address: { socket_address: { port_value: number } } } }).admin.address.socket_address.port_value;
  const admin = async (path: string, method = 'GET'): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method })).text();
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`envoy ended with ${child.exitCode}:\n${log()}`);
      return (await admin('/server_info').catch(() => '')) !== '';
    },
    'envoy answers on its admin port',
    15_000,
  );
  return {
    process: child,
    log,
    admin,
    stat: async (name) =>
      Number(new RegExp(`^${name.replaceAll('.', '\\.')}: (\\d+)`, 'm').exec(await admin(`/stats?filter=^${name}$`))?.[1] ?? 0),
    stop,
  };
}

/** Ports of loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Awaits a condition; an error thrown by it ends the wait at once. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function binary(): string {
  const path = envoyBinary();
  if (!path) throw new Error('no Envoy: set KEA_ENVOY');
  return path;
}
