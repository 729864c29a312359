import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensure } from '../../scripts/parts/index.mjs';
import { freePorts } from '../../cli/run/ports';
import { until } from './until';

/** A real PostgreSQL on loopback, with an empty database `keycloak` and a user `kea` that needs no password. */
export interface RunningPostgres {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export async function startPostgres(): Promise<RunningPostgres> {
  // The user that it runs as may not look into our folders.
  const programs = dirname(realpathSync(await ensure('postgres')));
  const folder = mkdtempSync(join(tmpdir(), 'kea-postgres-'));
  // It refuses to run as root, so root hands it to the user that its package made.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const run = (program: string, ...args: string[]): unknown =>
    execFileSync(join(programs, program), args, { ...user, stdio: 'pipe', cwd: folder });
  run('initdb', '--pgdata', data, '--auth', 'trust', '--username', 'kea', '--no-sync', '--encoding', 'UTF8');
  const [port = 0] = await freePorts(1);
  const child = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-F'], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const at = ['--host', '127.0.0.1', '--port', String(port), '--username', 'kea'];
  await until(() => succeeds(() => run('pg_isready', ...at)), 20_000);
  run('createdb', ...at, 'keycloak');
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
