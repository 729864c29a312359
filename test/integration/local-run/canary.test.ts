import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleProject, startTestPlatform, type TestPlatform } from '../../support/local';

let kea: TestPlatform;
beforeAll(async () => {
  const root = sampleProject();
  const file = join(root, 'models/risk/credit-score/v1.yaml');
  // Drawn anew for each request, and nothing from the cache, so that one caller sees the split.
  const text = readFileSync(file, 'utf8')
    .replace('sticky: principal', 'sticky: request')
    .replace(/\n\s+cache: \{.*\}/, '');
  writeFileSync(file, text);
  kea = await startTestPlatform({ root });
}, 60_000);
afterAll(() => kea.stop(), 30_000);

test('a canary of 10 percent gets about a tenth of the calls', async () => {
  const counts: { [version: string]: number } = {};
  for (let call = 0; call < 300; call += 1) {
    const answer = await kea.call('credit-score/v1/score', { income: 40_000 + call, age: 41, amount: 9000 });
    expect(answer.status).toBe(200);
    const version = answer.headers.get('kea-model-version') ?? '';
    counts[version] = (counts[version] ?? 0) + 1;
  }
  expect(Object.keys(counts).sort()).toEqual(['1.4.0', '1.5.0']);
  // 30 expected; outside these bounds by chance once in about a million runs.
  expect(counts['1.5.0']).toBeGreaterThan(8);
  expect(counts['1.5.0']).toBeLessThan(60);
});
