import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestPlatform, type TestPlatform } from '../../support/local';

const TYPICAL = { income: 52000, age: 41, amount: 9000 };

let kea: TestPlatform;
let contract: string;
let original: string;
beforeAll(async () => {
  kea = await startTestPlatform();
  contract = join(kea.root, 'models/risk/credit-score/v1.yaml');
  original = readFileSync(contract, 'utf8');
}, 60_000);
afterAll(() => kea.stop(), 30_000);

afterEach(async () => {
  writeFileSync(contract, original);
  await kea.reload();
}, 30_000);

/** Codes of the findings that the next change brings. */
async function findingsAfter(change: () => void): Promise<{ codes: string[]; messages: string; refused: boolean }> {
  const seen = kea.events.length;
  change();
  const event = await kea.event(({ type }) => type === 'findings', seen);
  if (event.type !== 'findings') throw new Error('no findings');
  return {
    codes: event.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    messages: event.findings.map(({ message }) => message).join('\n'),
    refused: event.refused,
  };
}

async function changedAfter(change: () => void): Promise<void> {
  const seen = kea.events.length;
  change();
  await kea.event(({ type }) => type === 'changed', seen);
}

test('a right change serves: weights move by one line, saved as editors and git save', async () => {
  await changedAfter(() => {
    writeFileSync(`${contract}.new`, original.replace('1.4.0: 90, 1.5.0: 10', '1.4.0: 0, 1.5.0: 100'));
    renameSync(`${contract}.new`, contract);
  });
  const answer = await kea.call('credit-score/v1/score', { ...TYPICAL, amount: 1234 });
  expect(answer.headers.get('kea-model-version')).toBe('1.5.0');
}, 30_000);

test('a wrong change is refused with its finding, and what served keeps serving', async () => {
  const before = kea.digest();
  const { codes, refused } = await findingsAfter(() => writeFileSync(contract, original.replace('1.4.0: 90', '1.4.0: 80')));
  expect([codes.length > 0, refused]).toEqual([true, true]);
  expect(kea.digest()).toBe(before);
  expect((await kea.call('credit-score/v1/score', TYPICAL)).status).toBe(200);

  const seen = kea.events.length;
  writeFileSync(contract, original);
  expect(await kea.event(({ type }) => type === 'progress', seen)).toMatchObject({ text: expect.stringContaining('right again') });
}, 30_000);

test('while one model is wrong, another one can still be changed', async () => {
  await findingsAfter(() => writeFileSync(contract, original.replace('1.4.0: 90', '1.4.0: 80')));
  await changedAfter(() => cpSync(join(kea.root, 'models/iris'), join(kea.root, 'models/iris-two'), { recursive: true }));
  renameSync(join(kea.root, 'models/iris-two/iris.onnx'), join(kea.root, 'models/iris-two/other.onnx'));
  await changedAfter(() => writeFileSync(join(kea.root, 'models/iris-two/model.yaml'), 'artifact: other.onnx\n'));
  const question = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 };
  // Ada's roles follow the models: her old token does not hold the new role yet, a new one does.
  const token = await kea.token('ada');
  const answer = await kea.call('iris-two/v1/predict', question, { as: null, headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, answer.body.species]).toEqual([200, 'setosa']);
  expect((await kea.call('credit-score/v1/score', TYPICAL)).status).toBe(200);

  await changedAfter(() => rmSync(join(kea.root, 'models/iris-two'), { recursive: true }));
  const gone = await kea.call('iris-two/v1/predict', question, { as: null, headers: { authorization: `Bearer ${token}` } });
  expect(gone.status).toBe(403);
}, 60_000);

test('a version whose examples are not answered gets no weight, and the finding names it', async () => {
  const { codes, messages, refused } = await findingsAfter(() =>
    writeFileSync(contract, original.replaceAll('tolerance: 0.03', 'tolerance: 0.0000001')),
  );
  expect([codes[0], refused]).toEqual(['KEA4006', true]);
  expect(messages).toContain('credit-score 1.4.0 does not answer the example "typical" of score');
  expect((await kea.call('credit-score/v1/score', TYPICAL)).status).toBe(200);
}, 30_000);

test('an artifact that is damaged is refused, and the old one keeps serving', async () => {
  const artifact = join(kea.root, 'models/text/text-sentiment/artifacts/1.0.0.onnx');
  const bytes = readFileSync(artifact);
  const { codes, refused } = await findingsAfter(() => writeFileSync(artifact, bytes.subarray(0, 100)));
  expect([codes.length > 0, refused]).toEqual([true, true]);
  expect((await kea.call('text-sentiment/v1/classify', { text: 'The room was clean.' })).status).toBe(200);
  writeFileSync(artifact, bytes);
}, 30_000);
