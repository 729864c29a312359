import { versionName } from '../core/contract/names';

test('names come from the model identity', () => {
  expect(versionName('credit-score', '1.4.0')).toBe('credit-score-v1-4-0');
});
