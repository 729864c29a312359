import { canonicalJson } from '../../core/canonical';
import type { Finding } from '../../core/findings/finding';
import type { JsonValue } from '../../core/json';
import { loadPlatform } from '../../schema/load';
import { formatPath } from '../../schema/load/path';
import { fullSample, mutationsOf, uncoveredKeys, withFullSample, withMutation } from '../support/mutations';

/** What a change must make another of. Places move when a file is written anew, so they do not count. */
async function seen(root: string, stack: string): Promise<{ readonly platform: string; readonly findings: readonly Finding[] }> {
  const { platform, findings } = await loadPlatform({ root, stack });
  return { platform: canonicalJson((platform ?? null) as unknown as JsonValue), findings };
}

const judged = (findings: readonly Finding[]): string => JSON.stringify(findings.map(({ code, message }) => [code, message]));

test('the full sample holds every key of both schemas', () =>
  withFullSample((root) => Promise.resolve(expect(uncoveredKeys(root, fullSample)).toEqual([]))));

test.each(['prod', 'staging', 'edge', 'local', 'sandbox'])('the full sample has no error in stack %s', (stack) =>
  withFullSample(async (root) => expect((await seen(root, stack)).findings.filter((each) => each.severity === 'error')).toEqual([])),
);

test(
  'each leaf of the full sample changes the platform or is refused',
  () =>
    withFullSample(async (root) => {
      const dead = new Map<string, boolean>();
      const invalid: string[] = [];
      for (const document of fullSample) {
        const before = await seen(root, document.stack);
        for (const mutation of mutationsOf(root, document)) {
          const after = await withMutation(root, mutation, () => seen(root, document.stack));
          const where = `${document.file} ${formatPath(mutation.path)}: ${JSON.stringify(mutation.from)} → ${JSON.stringify(mutation.to)}`;
          // A value of the wrong form proves nothing of the key: then the walker made a bad change.
          invalid.push(...after.findings.filter((each) => /^KEA11/.test(each.code)).map((each) => `${where}: ${each.message}`));
          const unseen = after.platform === before.platform && judged(after.findings) === judged(before.findings);
          // One file may be looked at by several stacks; one that sees the change is enough.
          dead.set(where, (dead.get(where) ?? true) && unseen);
        }
      }
      expect(invalid).toEqual([]);
      expect([...dead].filter(([, is]) => is).map(([where]) => where)).toEqual([]);
      expect(dead.size).toBeGreaterThan(200);
    }),
  120_000,
);
