import { mergeFindings } from '../../cli/merge';
import type { Finding } from '../../core/findings/finding';

const finding = (message: string): Finding => ({ code: 'KEA1010', severity: 'error', message, why: 'w', fix: 'f' });

test('what every stack has is said once, without names', () => {
  const findings = mergeFindings([
    { stack: 'dev', findings: [{ ...finding('a'), stack: 'dev' }] },
    { stack: 'prod', findings: [{ ...finding('a'), stack: 'prod' }] },
  ]);
  expect(findings).toEqual([finding('a')]);
});

test('what some stacks have carries their names', () => {
  const findings = mergeFindings([
    { stack: 'dev', findings: [] },
    { stack: 'staging', findings: [finding('a')] },
    { stack: 'prod', findings: [finding('a')] },
  ]);
  expect(findings).toEqual([{ ...finding('a'), stacks: ['staging', 'prod'] }]);
});
