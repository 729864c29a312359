import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { readChecks } from './read-checks';
import { ModelWatch } from './watch';

/**
 * Sidecar of a model server: its pod turns Ready only after the contract's own examples came back as promised.
 * `GET /ready` answers 200 or 503 with the reason, `GET /live` always 200. Exit 2: the call or the checks are wrong.
 */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { checks: text, 'base-url': text, version: text, port: text, host: { ...text, default: '0.0.0.0' } },
  });
  const { checks: folder, 'base-url': baseUrl, version, port, host } = values;
  if (!folder || !baseUrl || !version || !port || !/^[0-9]{1,5}$/.test(port)) {
    throw new Error('usage: example-check --checks=FOLDER --base-url=URL --version=V --port=P [--host=H]');
  }
  const watch = new ModelWatch({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    version,
    checks: await readChecks(folder),
    log: (line) => process.stderr.write(`example-check: ${line}\n`),
  });
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/live') return answer(200, { live: true });
    if (request.url !== '/ready') return answer(404, { error: 'no such path' });
    void watch.readiness().then((readiness) => answer(readiness.ready ? 200 : 503, readiness));
  });
  server.once('error', fail);
  server.listen(Number(port), host, () => {
    const { address, port: chosen } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ listening: { host: address, port: chosen } })}\n`);
    watch.start();
  });
  const end = (): void => {
    watch.stop();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

function fail(error: unknown): never {
  process.stderr.write(`example-check: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}

main().catch(fail);
