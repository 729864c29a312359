import { loadPlatform } from '../../../schema/load';
import { synthesize } from '../../../constructs';
import { localTarget } from '../../../cli/run/prove-target';
import { prove } from '../../../cli/prove/prove';
import { startTestPlatform, type TestPlatform } from '../../support/local';

let running: TestPlatform;

beforeAll(async () => {
  running = await startTestPlatform();
}, 90_000);
afterAll(() => running?.stop(), 30_000);

async function proof() {
  const { platform } = await loadPlatform({ root: running.root });
  if (!platform) throw new Error('the samples were not loaded');
  const target = await localTarget(running.root, platform.stack.identity);
  return prove({ platform, plan: synthesize(platform), ...target, bad: new Map() });
}

test('what npm start runs is proven: doors, made-up headers, counters', async () => {
  const { sections } = await proof();
  expect(sections.flatMap(({ failures }) => failures)).toEqual([]);
  expect(sections.map(({ verdict }) => verdict)).toEqual(['proven', 'proven', 'proven', 'not tried']);
  expect(sections[0]?.tried).toBeGreaterThan(200);
}, 60_000);

test('a platform that does something else than the files say is found out', async () => {
  const { platform } = await loadPlatform({ root: running.root });
  if (!platform) throw new Error('the samples were not loaded');
  const target = await localTarget(running.root, platform.stack.identity);
  const others = platform.models.map((model) => ({
    ...model,
    contracts: model.contracts.map((contract) => ({
      ...contract,
      methods: contract.methods.map((method) => ({ ...method, roles: ['somebody-else'] })),
    })),
  }));
  const { sections } = await prove({ platform: { ...platform, models: others }, plan: synthesize(platform), ...target, bad: new Map() });
  expect(sections[0]?.verdict).toBe('failed');
  expect(sections[0]?.failures).toContainEqual({
    what: 'iris/v1/predict · ada',
    expected: '403 forbidden',
    got: '415 unsupported-media-type',
  });
}, 60_000);
