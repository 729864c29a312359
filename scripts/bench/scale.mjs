// npm run bench -- scale [--models 2000] [--seconds 2] [--rounds 5] [--workers 2]: what a gateway with many models takes: to build its configuration, to
// load it, to hold it, to be scraped, and for a call of the first and of the last model.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root, say, stop } from '../lib/project.mjs';
import { Place } from './gateway-place.mjs';
import { cpuMs, machineCpuMs, residentMb } from './gateway-processes.mjs';
import { exampleBody, writeProject } from './models.mjs';
import { report } from './report.mjs';

export const flags = {
  models: { type: 'string', default: '2000' },
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '5' },
  workers: { type: 'string', default: '2' },
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const MB = 1024 * 1024;

/** CPU milliseconds of Envoy and the workers for each call of one model, all answered from the cache: what is left is finding the model. */
async function cpuPerCall(place, number, seconds) {
  const pids = [place.envoyPids.gateway, ...place.processorPids];
  const before = cpuMs(pids);
  const result = await place.measure({
    port: place.ports.gateway,
    path: `/models/bench-${number}/v1/score`,
    body: exampleBody(number),
    connections: 16,
    seconds,
  });
  if (result.failed > 0) throw new Error(`model ${number}: ${result.failed} calls failed: ${JSON.stringify(result.statuses)}`);
  return (cpuMs(pids) - before) / result.answered;
}

async function firstAndLast(place, last, seconds, rounds) {
  const found = { first: [], last: [] };
  for (const number of [0, last]) await cpuPerCall(place, number, 1);
  for (let round = 0; round < rounds; round += 1) {
    say(`calls of the first and the last model: round ${round + 1} of ${rounds}`);
    // Each goes first in turn, so that what grows meanwhile hits both alike.
    for (const name of round % 2 === 0 ? ['first', 'last'] : ['last', 'first'])
      found[name].push(await cpuPerCall(place, name === 'first' ? 0 : last, seconds));
  }
  return { first: median(found.first), last: median(found.last) };
}

/** Touches every model once, so that nothing is measured before it is loaded. */
async function touchAll(place, count) {
  const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' };
  let failed = 0;
  const lines = Array.from({ length: 16 }, async (_, line) => {
    for (let number = line; number < count; number += 16) {
      const url = `http://127.0.0.1:${place.ports.gateway}/models/bench-${number}/v1/score`;
      const answer = await fetch(url, { method: 'POST', headers, body: exampleBody(number) });
      await answer.arrayBuffer();
      if (answer.status !== 200) failed += 1;
    }
  });
  await Promise.all(lines);
  if (failed > 0) throw new Error(`${failed} of ${count} models did not answer 200`);
}

export async function run(given) {
  if (process.platform !== 'linux') stop('the benchmark reads /proc, which only Linux has');
  const [models, seconds, rounds, workers] = ['models', 'seconds', 'rounds', 'workers'].map((name) => Number(given[name]));
  if (![models, seconds, rounds, workers].every((value) => Number.isInteger(value) && value >= 1 && value <= 10_000))
    stop('every flag takes a whole number from 1 to 10000');
  // A role for each model would make a token that no header can carry: all models share forty.
  const roles = Array.from({ length: 40 }, (_, team) => `analyst-${team}`);
  const place = new Place({ workers, envoyThreads: 2, roles, write: (folder) => writeProject(folder, models) });
  const interrupted = () => void place.stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted);
  const machine = machineCpuMs();
  try {
    say(`loading ${models} models`);
    await place.start();
    const cpu = buildCpuSeconds(place);
    const [, ...workerPids] = place.processorPids;
    const largest = () => Math.max(...workerPids.map((pid) => residentMb([pid])));
    const loaded = largest();
    await touchAll(place, models);
    const cost = await firstAndLast(place, models - 1, seconds, rounds);
    const scrape = await (await fetch(`http://127.0.0.1:${place.managementPort}/-/metrics`)).text();
    const now = machineCpuMs();
    const values = {
      build: place.buildMs / 1000,
      buildCpu: cpu,
      load: place.tookMs.envoy / 1000,
      read: place.tookMs.processor / 1000,
      envoy: residentMb([place.envoyPids.gateway]),
      worker: largest(),
      supervisor: residentMb([place.processorPids[0]]),
      scrape: scrape.length / MB,
      series: scrape.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
      difference: (Math.abs(cost.last - cost.first) / cost.first) * 100,
    };
    report('scale', {
      rows: [
        { what: 'configuration built, first time, s', value: values.build },
        { what: 'configuration built, CPU of a later time, s', value: values.buildCpu },
        { what: 'bundle read by the processor, s', value: values.read },
        { what: 'Envoy from its start until it serves, s', value: values.load },
        { what: 'Envoy, resident MiB', value: values.envoy },
        { what: 'largest worker before the first call, resident MiB', value: loaded },
        { what: 'largest worker after calls of every model, resident MiB', value: values.worker },
        { what: 'supervisor, resident MiB', value: values.supervisor },
        { what: 'one scrape, MiB', value: values.scrape },
        { what: 'series of one scrape', value: values.series },
        { what: 'CPU of a call (hit) of the first model, ms', value: cost.first },
        { what: 'CPU of a call (hit) of the last model, ms', value: cost.last },
      ],
      verdicts: [
        { what: 'configuration built', value: values.buildCpu, unit: ' s', budget: 1 },
        { what: 'loaded by Envoy', value: values.load, unit: ' s', budget: 10 },
        { what: 'memory of Envoy', value: values.envoy, unit: ' MiB', budget: 1024 },
        { what: 'memory of a worker', value: values.worker, unit: ' MiB', budget: 250 },
        { what: 'one scrape', value: values.scrape, unit: ' MiB', budget: 5 },
        { what: 'first and last model differ by', value: values.difference, unit: ' %', budget: 10 },
      ],
      settings: { models, seconds, rounds, workers, busy: (now.busy - machine.busy) / (now.all - machine.all) },
    });
  } finally {
    await place.stop();
  }
}

/** CPU seconds of this process for building the configuration again, the least of three: what others do on the machine does not count. */
function buildCpuSeconds(place) {
  const { buildBundle } = createRequire(join(root, 'dist/'))('./constructs/gateway/render/bundle.js');
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    buildBundle(place.platform);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return Math.min(...times);
}
