// The real supervisor with stand-in workers: `node standin-processor.mjs --config FILE`.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { Supervisor } = require('../../../dist/services/processor/supervisor/supervisor.js');
const { readConfig } = require('../../../dist/services/processor/supervisor/config.js');
const { log } = require('../../../dist/services/shared/log.js');

const configFile = process.argv[process.argv.indexOf('--config') + 1];
const supervisor = new Supervisor({
  config: readConfig(configFile),
  configFile,
  workerProgram: fileURLToPath(new URL('standin-worker.mjs', import.meta.url)),
  log,
  times: { envoyMs: 10_000, workersMs: 10_000, settleMs: 500 },
});
process.on('SIGTERM', () => void supervisor.stop(5000).then(() => process.exit(0)));
await supervisor.start();
