import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { bases } from '../../policies/generated/bases';
import { lintRules } from '../../policies/lint/index';
import { loadRules } from '../../policies/load';

const known = new Map(Object.entries(bases));

test('the linter has nothing to say about the rules that KEA brings along', () => {
  const { files, findings } = loadRules(join(packageRoot(), 'policies/rules'), 'policies/rules');
  expect(
    [...findings, ...lintRules(files, known)].map(
      ({ code, message, place }) => `${code} ${place?.file ?? ''}:${place?.line ?? 0} ${message}`,
    ),
  ).toEqual([]);
});
