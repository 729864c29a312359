import { existsSync } from 'node:fs';
import { startTestPlatform, type TestPlatform } from '../../support/local';
import { Refusal } from '../../../cli/refusal';
import { startLocal } from '../../../cli/run/local';

const TYPICAL = { income: 52000, age: 41, amount: 9000 };
const uncached = (): unknown => ({ ...TYPICAL, amount: 1000 + Math.floor(Math.random() * 8000) });

let kea: TestPlatform;
beforeAll(async () => (kea = await startTestPlatform()), 60_000);
afterAll(() => kea.stop(), 30_000);

function pidOf(name: string): number {
  const found = kea.processes().find((process) => process.name === name);
  if (!found)
    throw new Error(
      `${name} is none of ${kea
        .processes()
        .map((process) => process.name)
        .join(', ')}`,
    );
  return found.pid;
}

/** Kills a program the hard way; resolves when it runs again. */
async function killAndAwait(name: string): Promise<void> {
  const seen = kea.events.length;
  process.kill(pidOf(name), 'SIGKILL');
  await kea.event((event) => event.type === 'died' && event.name === name, seen);
  await kea.event((event) => event.type === 'back' && event.name === name, seen);
}

async function answersAgain(method: string, body: () => unknown): Promise<number> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const status = await kea.call(method, body()).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200 || Date.now() > deadline) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a model server that is killed: its sibling answers meanwhile, then it comes back', async () => {
  const seen = kea.events.length;
  process.kill(pidOf('model server credit-score 1.4.0'), 'SIGKILL');
  await kea.event((event) => event.type === 'died', seen);
  const meanwhile = await answersAgain('credit-score/v1/score', uncached);
  expect(meanwhile).toBe(200);
  await kea.event((event) => event.type === 'back' && event.name === 'model server credit-score 1.4.0', seen);
  const pinned = await kea.call('credit-score/v1/score', uncached(), { headers: { 'kea-version': '1.4.0' } });
  expect(pinned.status).toBe(200);
}, 40_000);

test('without the processor nothing passes; with it everything does again', async () => {
  const seen = kea.events.length;
  process.kill(pidOf('processor'), 'SIGKILL');
  await kea.event((event) => event.type === 'died' && event.name === 'processor', seen);
  const during = await kea.call('credit-score/v1/score', TYPICAL).catch(() => undefined);
  // Either still down (503, closed by the edge), or already back.
  if (during?.status !== 200) expect(during?.body.type).toBe('https://kea.dev/problems/processor-unavailable');
  expect(await answersAgain('credit-score/v1/score', uncached)).toBe(200);
}, 40_000);

test('Envoy comes back with everything that it served', async () => {
  await killAndAwait('envoy');
  expect(await answersAgain('credit-score/v1/score', uncached)).toBe(200);
  expect(await answersAgain('iris/v1/predict', () => ({ sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 }))).toBe(200);
}, 40_000);

test('the issuer comes back, and tokens that it gave before stay good', async () => {
  const token = await kea.token('ada');
  await killAndAwait('issuer');
  const answer = await kea.call('credit-score/v1/score', TYPICAL, { as: null, headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
}, 40_000);

test('a second start in the project says who runs, and one elsewhere says who holds the port', async () => {
  const port = Number(new URL(kea.url).port);
  const same = await startLocal({ root: kea.root, port: port + 10 }).catch((error: unknown) => error);
  expect((same as Refusal).findings.map(({ code }) => code)).toEqual(['KEA4002']);
  expect((same as Refusal).message).toContain(`process ${process.pid}`);
  const other = await startLocal({ root: kea.root, port, state: `${kea.root}/.kea-other` }).catch((error: unknown) => error);
  expect(other).toBeInstanceOf(Refusal);
  expect((other as Refusal).findings[0]).toMatchObject({ code: 'KEA4001' });
  expect((other as Refusal).message).toContain(`port ${port}`);
  expect((await kea.call('credit-score/v1/score', TYPICAL)).status).toBe(200);
}, 40_000);

test('stopping ends every process and removes what belongs to the run only', async () => {
  const own = await startTestPlatform({ watch: false });
  const { root } = own;
  const pids = own.processes().map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(7);
  await own.stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(existsSync(root)).toBe(false);
}, 60_000);
