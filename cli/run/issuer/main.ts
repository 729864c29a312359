/**
 * Program: the embedded OpenID issuer of the local run. `node dist/cli/run/issuer/main.js`, started by fork:
 * it gets its settings over IPC, listens on loopback, and ends when its parent does.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { issuerHandler } from './server';
import type { FromIssuer, IssuerSettings, ToIssuer } from './settings';

const LOOPBACK = ['127.0.0.1', '::1'];

let settings: IssuerSettings | undefined;

process.on('message', (message: ToIssuer) => {
  const started = settings !== undefined;
  settings = message.settings;
  if (!started) start(message.settings).catch(failed);
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the run process decides the order.

async function start(first: IssuerSettings): Promise<void> {
  const handler = issuerHandler(() => settings ?? first);
  for (const host of LOOPBACK) {
    // IPv6 may be off on this machine; IPv4 must work.
    await listen(createServer(handler), host, first.port).catch((error: NodeJS.ErrnoException) => {
      if (host === '127.0.0.1' || error.code === 'EADDRINUSE') throw error;
    });
  }
  send({ type: 'listening' });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

function failed(error: NodeJS.ErrnoException): void {
  send({ type: 'failed', code: error.code ?? '', reason: error.message });
  process.exitCode = 1;
  process.disconnect?.();
}

function send(message: FromIssuer): void {
  process.send?.(message);
}
