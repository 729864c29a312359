import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from '../../scripts/parts/index.mjs';
import { freePorts } from '../../cli/run/ports';
import type { Connection } from '../../services/sso-sync/connect';
import { until } from './until';

/** A real Keycloak with a folder and ports of its own. */
export interface RunningKeycloak {
  readonly server: string;
  readonly management: string;
  /** As the administrator of the first start, which Keycloak calls temporary. */
  readonly connection: Connection;
  readonly log: () => string;
  /** Ends it; with `signal` at once. The folder stays until `remove`. */
  readonly stop: (signal?: 'SIGKILL') => Promise<void>;
}

export const BOOTSTRAP = { client: 'kea-bootstrap', secret: 'a-secret-of-the-first-start' } as const;

export interface KeycloakOptions {
  /** Command and options. @default - `start-dev` with a database in memory */
  readonly args?: readonly string[];
  /** A server that `buildKeycloak` made. @default - one that builds itself at its start */
  readonly built?: string;
  /** Instead of free ones, so that it comes back where it was. */
  readonly ports?: readonly [http: number, management: number];
  readonly environment?: { readonly [name: string]: string };
}

/** Makes a server in a folder and builds it (`kc.sh build …`): 10 to 30 s. */
export async function buildKeycloak(folder: string, options: readonly string[]): Promise<void> {
  execFileSync(await ensure('keycloak'), [...options], { env: { ...process.env, KEA_KEYCLOAK_DATA: folder }, stdio: 'pipe' });
}

/** Starts Keycloak and waits until it is ready: 10 to 40 s. */
export async function startKeycloak({ args, built, ports, environment = {} }: KeycloakOptions = {}): Promise<RunningKeycloak> {
  const starter = await ensure('keycloak');
  const home = mkdtempSync(join(tmpdir(), 'kea-keycloak-'));
  const [http = 0, management = 0] = ports ?? (await freePorts(2));
  const log = join(home, 'keycloak.log');
  const given = args ?? ['start-dev', '--db=dev-mem', '--health-enabled=true'];
  const server = join(home, 'server');
  const program = built === undefined ? starter : join(built, 'bin/kc.sh');
  const child = spawn(program, [...given, '--http-host=127.0.0.1', `--http-port=${http}`, `--http-management-port=${management}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      KEA_KEYCLOAK_DATA: server,
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: BOOTSTRAP.client,
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: BOOTSTRAP.secret,
      ...environment,
    },
  });
  const sink = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(sink, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const text = (): string => readFileSync(log, 'utf8');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), signal);
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${http}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Keycloak ended with ${child.exitCode}:\n${text().slice(-3000)}`);
    return fetch(`http://127.0.0.1:${management}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 120_000);
  return {
    server: url,
    management: `http://127.0.0.1:${management}`,
    connection: { server: url, credentials: BOOTSTRAP },
    log: text,
    stop,
  };
}
