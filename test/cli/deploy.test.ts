import { deploySteps } from '../../cli/deploy';

test.each([
  ['no shards', { shards: [], installed: false, removing: [] }, ['prod']],
  ['the first time', { shards: ['risk', 'rest'], installed: false, removing: [] }, ['prod namespaces', 'prod.risk', 'prod.rest', 'prod']],
  ['more pods', { shards: ['risk', 'rest'], installed: true, removing: [] }, ['prod.risk', 'prod.rest', 'prod']],
  ['pods that go', { shards: ['risk', 'rest'], installed: true, removing: ['risk'] }, ['prod.rest', 'prod', 'prod.risk']],
])('%s', (_, facts, order) => {
  const steps = deploySteps({ stack: 'prod', ...facts });
  expect(steps.map(({ stack, only }) => [stack, only].filter(Boolean).join(' '))).toEqual(order);
});
