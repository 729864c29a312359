#!/usr/bin/env node
import { EXIT } from './exit';
import { runCli } from './main';

/** The edge of the process: the only file that knows `process` and ends it. */

function bug(error: unknown): never {
  const message = error instanceof Error ? (process.env['KEA_DEBUG'] ? (error.stack ?? error.message) : error.message) : String(error);
  process.stderr.write(`this is a bug in KEA, not a mistake of yours: ${message}\n`);
  process.exit(EXIT.bug);
}

process.on('uncaughtException', bug);
process.on('unhandledRejection', bug);
// A reader that has seen enough (`kea show … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});

void runCli(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, env: process.env, cwd: process.cwd() }).then(
  (code) => {
    process.exitCode = code;
  },
);
