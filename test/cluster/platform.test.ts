import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { type LoadReport, Platform } from './platform';

const MINUTES = 60_000;
const APPLICATION = { income: 52_000, age: 41, amount: 9_000 };
const MODELS = 'kea-models';
const SYSTEM = 'kea-system';
const GATEWAYS = 'app.kubernetes.io/name=kea-gateway';
/** How long a Service may still lead to a gateway that was killed. */
const GONE_MS = 3000;
const CREDIT_1_4 = 'app.kubernetes.io/instance=credit-score-v1-4-0';

let platform: Platform;
/** Until everything stands, whatever goes wrong is worth its logs. */
let failed = true;

beforeAll(async () => {
  platform = await Platform.start();
  await platform.apply();
  failed = false;
}, 6 * MINUTES);

afterAll(async () => platform?.end(failed), MINUTES);

beforeEach(async () => {
  platform.files();
  await platform.apply();
}, 6 * MINUTES);

/** A test whose failure, or whose end by its limit, keeps the cluster's logs. The limits are for a machine that does other things besides. */
function story(name: string, minutes: number, work: () => Promise<void>): void {
  test(
    name,
    async () => {
      const before = failed;
      failed = true;
      await work();
      failed = before;
    },
    minutes * MINUTES,
  );
}

/** Every call was answered by 200; the failures are shown when not. */
function expectNoFailure(report: LoadReport): void {
  expect({ counts: report.counts, failures: report.failures }).toEqual({ counts: { 200: report.sent }, failures: [] });
  expect(report.sent).toBeGreaterThan(100);
}

story('from nothing every pod is Ready, and a model answers through the Service', 6, async () => {
  const pods = JSON.parse(await platform.kubectl('get', 'pods', '-A', '-o', 'json')) as {
    items: { metadata: { name: string }; status: { phase: string; conditions: { type: string; status: string }[] } }[];
  };
  const notReady = pods.items.filter(
    ({ status }) => status.phase !== 'Succeeded' && !status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  expect(notReady.map(({ metadata }) => metadata.name)).toEqual([]);
  const answer = await platform.call('/models/credit-score/v1/score', platform.token('credit-analyst'), APPLICATION);
  expect(answer).toEqual({ status: 200, body: { score: expect.closeTo(0.836, 2) } });
  expect((await platform.call('/models/credit-score/v1/score', platform.token('somebody'), APPLICATION)).status).toBe(403);
});

story('no call fails while models come, change and go and the gateway is replaced', 12, async () => {
  const stop = platform.load();
  const steps: [string, () => Promise<unknown>][] = [
    [
      'a new model',
      async () => {
        cpSync(join(packageRoot(), 'models/iris'), join(platform.project, 'models/iris'), { recursive: true });
        await platform.apply();
      },
    ],
    ['canary', () => promote('1.5.0', 20)],
    ['promote', () => promote('1.5.0', 100)],
    ['roll back', () => promote('1.4.0', 100)],
    [
      'retire',
      async () => {
        await retire('models/iris/model.yaml');
        await platform.apply();
      },
    ],
    [
      'remove',
      async () => {
        rmSync(join(platform.project, 'models/iris'), { recursive: true });
        await platform.apply();
      },
    ],
    [
      'gateway rollout',
      async () => {
        await platform.kubectl('-n', SYSTEM, 'rollout', 'restart', 'deployment/kea-gateway');
        await platform.settled();
      },
    ],
    ['eviction of a gateway', () => evictOldest(SYSTEM, GATEWAYS)],
    ['eviction of a model', () => evictOldest(MODELS, CREDIT_1_4)],
  ];
  const times: string[] = [];
  let report: LoadReport | undefined;
  try {
    for (const [name, step] of steps) {
      const started = Date.now();
      await step();
      times.push(`${name} ${new Date(started).toISOString().slice(11, 19)} ${Math.round((Date.now() - started) / 1000)} s`);
    }
  } finally {
    report = await stop();
    process.stderr.write(
      `${report.sent} calls, ${JSON.stringify(report.counts)}, p50 ${report.p50} ms, p99 ${report.p99} ms: ${times.join(', ')}\n`,
    );
  }
  expectNoFailure(report);
});

async function promote(version: string, weight: number): Promise<void> {
  if (weight === 20)
    platform.edit('models/risk/credit-score/v1.yaml', (text) => text.replace('{ 1.4.0: 100 }', '{ 1.4.0: 100, 1.5.0: 0 }'));
  await platform.kea('promote', 'credit-score', version, '--stack', 'cluster', '--weight', String(weight));
  await platform.apply();
}

async function retire(file: string): Promise<void> {
  platform.edit(file, (text) => `${text}lifecycle: { retired: true }\n`);
}

async function evictOldest(namespace: string, selector: string): Promise<void> {
  const [oldest = ''] = await platform.pods(namespace, selector);
  await platform.evict(namespace, oldest);
  await platform.kubectl('-n', namespace, 'wait', '--for=delete', `pod/${oldest}`, '--timeout=90s');
  await platform.settled();
}

story('a killed model costs no call, a killed Envoy only those that it held', 6, async () => {
  const stop = platform.load();
  await platform.kill('services/model-server/main.js');
  await platform.settled();
  const killed = Date.now();
  await platform.kill('envoy --config-path');
  await platform.settled();
  const report = await stop();
  // Until the pod is out of the Service, new calls may still go to it.
  const late = report.failures.filter(({ at }) => Date.parse(at) < killed || Date.parse(at) > killed + GONE_MS);
  process.stderr.write(`${JSON.stringify(report.counts)}, last failure ${lastOf(report, killed)} ms after the kill\n`);
  expect(late).toEqual([]);
});

function lastOf({ failures }: LoadReport, since: number): number {
  return Math.max(0, ...failures.map(({ at }) => Date.parse(at) - since));
}

story('a platform upgrade replaces gateways without a failed call, and restarts no model', 6, async () => {
  const models = await platform.pods(MODELS, 'app.kubernetes.io/component=model');
  const gateways = await platform.pods(SYSTEM, GATEWAYS);
  await platform.newServicesImage();
  const stop = platform.load();
  await platform.apply();
  expectNoFailure(await stop());
  expect(await platform.pods(MODELS, 'app.kubernetes.io/component=model')).toEqual(models);
  expect((await platform.pods(SYSTEM, GATEWAYS)).filter((name) => gateways.includes(name))).toEqual([]);
});

story('a model grows from one to three instances under load, and shrinks again', 6, async () => {
  platform.edit('models/risk/credit-score/v1.yaml', (text) =>
    text.replace(/^scaling:.*$/m, 'scaling: { min: 1, max: 3, target: { cpu: 50 }, behaviour: { scaleUp: 5s, scaleDown: 20s } }'),
  );
  await platform.apply();
  const ready = async (): Promise<string> =>
    platform.kubectl('-n', MODELS, 'get', 'deployment', 'credit-score-v1-4-0', '-o', 'jsonpath={.status.readyReplicas}');
  await platform.until('one instance', 60, async () => (await ready()) === '1');
  const stop = platform.load({ callers: 24, pauseMs: 0 });
  await platform.until('three instances', 120, async () => (await ready()) === '3');
  expectNoFailure(await stop());
  await platform.until('one instance again', 150, async () => (await ready()) === '1');
});

story('the isolation check fails an apply where policies are not there, and says what it reached', 6, async () => {
  await platform.kubectl('-n', MODELS, 'delete', 'networkpolicy', '--all');
  expect(await platform.againJob('kea-isolation-check')).toMatch(
    /^isolation-check: credit-score-v1-4-0 at [\d.]+:8080.*: answers a pod that is not the gateway; the cluster does not enforce NetworkPolicy$/,
  );
  await platform.reapply();
  expect(await platform.againJob('kea-isolation-check')).toBe('Complete');
});

story('kea prove finds that what was installed does what the files say', 6, async () => {
  const { sections } = await platform.prove();
  expect(sections.flatMap(({ failures }) => failures)).toEqual([]);
  expect(sections.map(({ verdict }) => verdict)).toEqual(['proven', 'proven', 'proven', 'proven', 'proven']);
});

story('a pod whose artifact is wrong or cannot be had never becomes Ready, and its status says why', 6, async () => {
  const wrong = await platform.spoiled('wrong-digest', [/--sha256=.*/, `--sha256=${'0'.repeat(64)}`]);
  expect(wrong).toContain('has sha256 67212f7a2530727af60f2a6160594adf01c05b0d5c286513b733189a97757c45');
  const unreachable = await platform.spoiled('unreachable', [/--uri=.*/, '--uri=https://artifacts.invalid/model.onnx']);
  expect(unreachable).toContain('artifacts.invalid');
});
