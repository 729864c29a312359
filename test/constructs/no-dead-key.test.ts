import { synthesize } from '../../constructs';
import { canonicalJson } from '../../core/canonical';
import type { Finding } from '../../core/findings/finding';
import type { JsonValue } from '../../core/json';
import { inCluster } from '../../policies/evaluate/in-cluster';
import { loadPlatform } from '../../schema/load';
import { formatPath } from '../../schema/load/path';
import { fullSample, mutationsOf, withFullSample, withMutation } from '../support/mutations';

/** Keys that change nothing here, each for a reason that another test proves. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/runtime\.local\.command/, 'how `kea run` starts the model: test/integration/local-run'],
  [/scaling\.schedule/, 'refused here, where it scales without KEDA: KEA2013; test/constructs/model/scaling'],
  [/derivedSchemas/, 'refuses models with derived schemas, of which this stack has none: test/schema/checks'],
];

const judged = (findings: readonly Finding[]): JsonValue => findings.map(({ code, severity, message }) => [code, severity, message]);

/** Everything that a change must make another of: objects, what they expect, and findings. */
async function planned(root: string, stack: string): Promise<string> {
  const { platform, findings } = await loadPlatform({ root, stack });
  if (!platform) return canonicalJson(judged(findings));
  const plan = synthesize(platform, { admission: (stack) => inCluster(stack) });
  return canonicalJson([
    judged([...findings, ...plan.findings]),
    plan.objects.map((each) => each.value),
    plan.expects as unknown as JsonValue,
  ]);
}

test(
  'each leaf of the full sample changes an object of the plan or is refused',
  () =>
    withFullSample(async (root) => {
      const dead = new Map<string, boolean>();
      for (const document of fullSample) {
        const before = await planned(root, document.stack);
        for (const mutation of mutationsOf(root, document)) {
          const after = await withMutation(root, mutation, () => planned(root, document.stack));
          const where = `${document.file} ${formatPath(mutation.path)}`;
          dead.set(where, (dead.get(where) ?? true) && after === before);
        }
      }
      expect([...dead].filter(([where, is]) => is && !ELSEWHERE.some(([key]) => key.test(where))).map(([where]) => where)).toEqual([]);
    }),
  300_000,
);
