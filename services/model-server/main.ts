import type { AddressInfo } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { oneLine, UnusableModel } from './model';
import { parseOptions, USAGE } from './options';
import { createModelServer } from './server';
import { answerInThread, loadInThread } from './thread';

/** KEA's model server: loads one ONNX graph, then listens. Exit 2: the call or the model is wrong; 3: an internal error. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if ('problem' in options) fail(`${options.problem}\n${USAGE}`, 2);
  const model = await loadInThread(process.argv[1] ?? '', options, (reason) => fail(reason, 3)).catch((error: unknown) => {
    if (error instanceof UnusableModel) return fail(error.message, 2);
    throw error;
  });
  const server = createModelServer(model, options);
  server.http.once('error', (error) => fail(`cannot listen on ${options.host}:${options.port}: ${oneLine(error)}`, 2));
  server.http.listen(options.port, options.host, () => {
    const { address, port } = server.http.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ listening: { host: address, port } })}\n`);
  });
  const end = (): void => {
    setTimeout(() => process.exit(0), options.drainMs).unref();
    void server.drain().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

function fail(message: string, code: number): never {
  process.stderr.write(`model-server: ${message}\n`);
  process.exit(code);
}

const internal = (error: unknown): never =>
  fail(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, 3);

// The same file is the entry of the thread that computes.
if (isMainThread) main().catch(internal);
else answerInThread();
