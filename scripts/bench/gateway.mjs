// npm run bench -- gateway [--seconds 2] [--rounds 5] [--connections 32] [--rate N] [--workers 2] [--profile FOLDER]: what the gateway costs beside a
// bare Envoy and one with JWT and roles, in one run, step after step in each round, so that what else the machine does hits all alike.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { say, stop } from '../lib/project.mjs';
import { budgets, moderateRate, orders, row } from './gateway-figures.mjs';
import { bodyOf, Place } from './gateway-place.mjs';
import { cpuMs, machineCpuMs, residentMb } from './gateway-processes.mjs';
import { report } from './report.mjs';

/** Flags → what they are without being given; `rate` 0 stands for a quarter of what the slowest step carries. */
export const flags = {
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '32' },
  rate: { type: 'string', default: '0' },
  workers: { type: 'string', default: '2' },
  'envoy-threads': { type: 'string', default: '2' },
  profile: { type: 'string', default: '' },
};

const SAME = bodyOf('1000000000');
const EACH_OTHER = bodyOf('$SERIAL');

/** `place`: which listener is called; `cache`: what every answer must say of the cache. */
const STEPS = {
  model: { title: 'stand-in model alone', place: 'model', method: 'fresh', body: EACH_OTHER, cache: 'none' },
  bare: { title: 'bare Envoy', place: 'bare', method: 'fresh', body: EACH_OTHER, cache: 'none' },
  jwt: { title: 'Envoy, JWT and roles', place: 'jwt', method: 'fresh', body: EACH_OTHER, cache: 'none' },
  floorHit: { title: 'trivial processor, answers', place: 'floor', method: 'cached', body: SAME, cache: 'none' },
  hit: { title: 'gateway, cache hit', place: 'gateway', method: 'cached', body: SAME, cache: 'hit' },
  floorMiss: { title: 'trivial processor, forwards', place: 'floor', method: 'fresh', body: EACH_OTHER, cache: 'none' },
  miss: { title: 'gateway, cache miss', place: 'gateway', method: 'cached', body: EACH_OTHER, cache: 'fwd=miss' },
  fresh: { title: 'gateway, not cacheable', place: 'gateway', method: 'fresh', body: EACH_OTHER, cache: 'none' },
};

function numbers(given) {
  const entries = Object.entries(given).filter(([name]) => name !== 'profile');
  const wrong = entries.find(([name, value]) => !(Number(value) >= (name === 'rate' ? 0 : 1) && Number(value) <= 100_000));
  if (wrong) stop(`--${wrong[0]} takes a number of 1 or more, not "${wrong[1]}"`);
  const { seconds, ...rest } = Object.fromEntries(entries.map(([name, value]) => [name, Number(value)]));
  const broken = Object.entries(rest).find(([, value]) => !Number.isInteger(value));
  if (broken) stop(`--${broken[0]} takes a whole number`);
  if (seconds > 60 || rest.connections > 1024) stop('at most --seconds 60 and --connections 1024');
  return { seconds, ...rest };
}

const processorOf = (place, listener) => (listener === 'gateway' ? place.processorPids : listener === 'floor' ? place.floorPids : []);

/** One measurement of one step, with what Envoy and the processor took meanwhile per call. */
async function once(place, name, job) {
  const step = STEPS[name];
  const envoy = place.envoyPids[step.place];
  const pids = { envoy: envoy === undefined ? [] : [envoy], processor: processorOf(place, step.place) };
  const before = [cpuMs(pids.envoy), cpuMs(pids.processor)];
  const result = await place.measure({ ...job, port: place.ports[step.place], path: `/models/bench/v1/${step.method}`, body: step.body });
  const after = [cpuMs(pids.envoy), cpuMs(pids.processor)];
  const other = result.answered - (result.caches[step.cache] ?? 0);
  // An entry of the cache may have made room for others meanwhile.
  if (other > result.answered / 100 && result.failed === 0)
    throw new Error(`${step.title}: ${other} of ${result.answered} answers came another way: ${JSON.stringify(result.caches)}`);
  return { ...result, envoyCpuMs: (after[0] - before[0]) / result.answered, processorCpuMs: (after[1] - before[1]) / result.answered };
}

/** All steps, round after round: step → one measurement a round. */
async function rounds(place, count, job, what) {
  const names = Object.keys(STEPS);
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (const [round, order] of orders(names, count).entries()) {
    say(`${what}: round ${round + 1} of ${count}`);
    for (const name of order) found[name].push(await once(place, name, job));
  }
  return found;
}

/** A function that tells which share of the machine others took from now until it is called, 0 to 1. */
function othersSince(place) {
  const [machine, ours] = [machineCpuMs(), cpuMs(place.pids)];
  return () => {
    const now = machineCpuMs();
    return Math.max(0, now.busy - machine.busy - (cpuMs(place.pids) - ours)) / (now.all - machine.all);
  };
}

async function warmUp(place, seconds, connections) {
  // One call first: what is the same must be in the cache of each worker before it can be hit everywhere.
  say('warming up');
  const gateway = { port: place.ports.gateway, path: '/models/bench/v1/cached', body: SAME };
  await place.measure({ ...gateway, connections, seconds: 0.5 });
  for (const { place: listener, method, body } of Object.values(STEPS))
    await place.measure({
      port: place.ports[listener],
      path: `/models/bench/v1/${method}`,
      body,
      connections,
      seconds: Math.min(seconds, 1.5),
    });
}

/** Measures and reports. `given`: the flags as texts. */
export async function run(given) {
  if (process.platform !== 'linux') stop('the gateway benchmark reads /proc, which only Linux has');
  const { seconds, rounds: count, connections, rate: asked, workers, 'envoy-threads': envoyThreads } = numbers(given);
  const profile = given.profile === '' ? undefined : resolve(given.profile);
  if (profile) mkdirSync(profile, { recursive: true });
  const place = new Place({ workers, envoyThreads, profile });
  const interrupted = () => void place.stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted);
  try {
    await place.start();
    await warmUp(place, seconds, connections);
    const idle = othersSince(place);
    const full = await rounds(place, count, { connections, seconds }, `${connections} connections`);
    const rate = asked || moderateRate(full);
    const calm = await rounds(place, count, { connections: Math.max(connections, 64), seconds, rate }, `${rate} calls a second`);
    const others = idle();
    const rows = Object.entries(STEPS).map(([name, { title, place: listener }]) => {
      const envoy = place.envoyPids[listener];
      const memory = {
        envoyMb: envoy === undefined ? 0 : residentMb([envoy]),
        processorMb: residentMb(processorOf(place, listener)),
      };
      return row(name, title, full, calm, memory);
    });
    say(
      `latencies at ${rate} calls a second; the rest with ${connections} connections, each calling again at once; medians of ${count} rounds of ${seconds} s`,
    );
    say(
      `other programs took ${Math.round(others * 100)} % of the machine meanwhile${others > 0.1 ? ': throughput and latencies are theirs too, CPU is not' : ''}`,
    );
    report('gateway', {
      rows,
      verdicts: budgets(full, calm),
      settings: { seconds, rounds: count, connections, rate, workers, envoyThreads, others },
      measurements: { full, calm },
    });
  } finally {
    await place.stop();
  }
}
