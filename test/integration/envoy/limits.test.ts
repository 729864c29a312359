import { model } from '../../constructs/gateway/platform';
import { LiveGateway } from './gateway';

const gateway = new LiveGateway();
beforeAll(() => gateway.start([model('credit')], { perAddress: { perSecond: 1, burst: 20 } }), 40_000);
afterAll(() => gateway.stop());

test('an address that asks too often gets 429 before its tokens are verified', async () => {
  const answers = [];
  for (let count = 0; count < 30; count++) answers.push(await gateway.call('POST', '/models/credit/v1/score'));
  expect(new Set(answers.slice(0, 15).map(({ status }) => status))).toEqual(new Set([401]));
  const last = answers.at(-1);
  expect(last?.json).toMatchObject({ status: 429, type: 'https://kea.dev/problems/too-many-requests' });
  expect(last?.headers['retry-after']).toMatch(/^\d+$/);
});
