import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { synthesize } from '../../constructs/index';
import type { JsonObject } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import { openPolicies, type PolicySession } from '../../policies/evaluate/index';
import { loadPlatform } from '../../schema/load/index';

jest.setTimeout(60_000);

execFileSync(process.execPath, [join(packageRoot(), 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'pipe'] });

const full = join(packageRoot(), 'test/fixtures/full');
let policies: PolicySession;
beforeAll(() => void (policies = openPolicies()));
afterAll(() => policies.close());

/** No image of ours was published yet, so no digest of it is known: here each gets one, as images.lock.yaml will give it. */
function pinned(object: JsonObject): JsonObject {
  const digest = `@sha256:${'0123456789abcdef'.repeat(4)}`;
  return JSON.parse(JSON.stringify(object), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('image' in value) || typeof value.image !== 'string' || value.image.includes('@'))
      return value;
    return { ...value, image: value.image + digest, imagePullPolicy: 'IfNotPresent' };
  }) as JsonObject;
}

/** What a team chose in its own file, against the advice of a rule; KEA's own objects break none. */
const CHOSEN: { readonly [root: string]: readonly string[] } = {
  // No digest where the stack demands none, a format that runs code, and bytes that no store holds.
  [full]: ['ml.artifact.digest', 'ml.artifact.format', 'ml.artifact.source'],
  // The built-in stack has no store: its artifacts stay on this machine.
  [packageRoot()]: ['ml.artifact.source'],
};

test.each([
  ['samples', packageRoot(), undefined],
  ['samples', packageRoot(), 'dev'],
  ['samples', packageRoot(), 'staging'],
  ['samples', packageRoot(), 'prod'],
  ['every key', full, 'local'],
  ['every key', full, 'staging'],
  ['every key', full, 'prod'],
  ['every key', full, 'edge'],
])('all objects of %s (%s) in stack %s pass all rules, without an exception', async (_, root, stack) => {
  const { platform } = await loadPlatform({ root, ...(stack === undefined ? {} : { stack }) });
  const objects = synthesize(platform!, { admission: () => [] }).objects.map((each) => pinned(each.value));
  const report = await policies.judge({ objects, platform, asOf: '2026-11-22', level: 'deny' });
  const chosen = stack === undefined || root === full ? (CHOSEN[root] ?? []) : [];
  expect(
    report.verdicts.filter(({ rule }) => !chosen.includes(rule)).map(({ rule, object, message }) => [rule, object?.name, message]),
  ).toEqual([]);
  expect(report.judged.decisions).toBeGreaterThan(objects.length);
});
