import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { type LoadReport, Platform } from './platform';

const MINUTES = 60_000;
const APPLICATION = { income: 52_000, age: 41, amount: 9_000 };
const MODELS = 'kea-models';
const SYSTEM = 'kea-system';
const GATEWAYS = 'app.kubernetes.io/name=kea-gateway';
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

beforeEach(() => platform.files());

/** A test whose failure keeps the cluster's logs. */
function story(name: string, minutes: number, work: () => Promise<void>): void {
  test(
    name,
    async () => {
      try {
        await work();
      } catch (error) {
        failed = true;
        throw error;
      }
    },
    minutes * MINUTES,
  );
}

/** Every call was answered by 200; the failures are shown when not. */
function expectNoFailure(report: LoadReport): void {
  expect({ counts: report.counts, failures: report.failures }).toEqual({ counts: { 200: report.sent }, failures: [] });
  expect(report.sent).toBeGreaterThan(100);
}

story('from nothing every pod is Ready, and a model answers through the Service', 1, async () => {
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

story('no call fails while models come, change and go and the gateway is replaced', 5, async () => {
  const stop = platform.load(60);
  const steps: [string, () => Promise<unknown>][] = [
    [
      'a new model',
      async () => {
        cpSync(join(packageRoot(), 'models/iris'), join(platform.project, 'models/iris'), { recursive: true });
        await platform.apply();
      },
    ],
    ['canary', () => promote(20)],
    ['promote', () => promote(100)],
    [
      'roll back',
      async () => {
        platform.edit('models/risk/credit-score/v1.yaml', (text) => text.replace(/^stacks:[\s\S]*?(?=^\S|\Z)/m, ''));
        await platform.apply();
      },
    ],
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
  for (const [name, step] of steps) {
    const started = Date.now();
    await step();
    times.push(`${name} ${Math.round((Date.now() - started) / 1000)} s`);
  }
  const report = await stop();
  process.stderr.write(`${report.sent} calls, p50 ${report.p50} ms, p99 ${report.p99} ms: ${times.join(', ')}\n`);
  expectNoFailure(report);
});

async function promote(weight: number): Promise<void> {
  if (weight === 20)
    platform.edit('models/risk/credit-score/v1.yaml', (text) => text.replace('{ 1.4.0: 100 }', '{ 1.4.0: 100, 1.5.0: 0 }'));
  await platform.kea('promote', 'credit-score', '1.5.0', '--stack', 'cluster', '--weight', String(weight));
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
