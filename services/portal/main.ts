import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { log } from '../shared/log';
import { parseOptions, USAGE } from './options';
import { portalServer } from './server';

/** Program: the documentation site. Exit 2: the call is wrong; 3: an internal error. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), join(packageRoot(), 'node_modules/@scalar/api-reference/dist/browser'));
  if ('problem' in options) {
    process.stderr.write(`portal: ${options.problem}\n${USAGE}\n`);
    process.exit(2);
  }
  const app = portalServer(options, __dirname);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close().then(() => process.exit(0)));
  await app.listen({ host: options.host, port: options.port });
  log('info', 'the portal listens', { host: options.host, port: options.port });
}

main().catch((error: unknown) => {
  log('error', 'the portal cannot start', { reason: error instanceof Error ? error.message : String(error) });
  process.exit(3);
});
