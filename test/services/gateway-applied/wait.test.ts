import { waitForBundle, type Gateways, type PodState } from '../../../services/gateway-applied/wait';

/** Gateways whose pods say one thing after another; time passes by pauses only. */
function gateways(rounds: readonly (readonly PodState[])[]): Gateways & { readonly asked: () => number } {
  let round = -1;
  let now = 0;
  const states = (): readonly PodState[] => rounds[Math.min(round, rounds.length - 1)] ?? [];
  return {
    addresses: () => {
      round += 1;
      return Promise.resolve(states().map(({ address }) => address));
    },
    ask: (address) => Promise.resolve(states().find((state) => state.address === address) ?? { address }),
    pause: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    now: () => now,
    asked: () => round + 1,
  };
}

const options = { digest: 'new', pods: 2, timeoutMs: 5000, pollMs: 1000 };
const a = (digest: string): PodState => ({ address: '10.0.0.1', digest });
const b = (digest: string): PodState => ({ address: '10.0.0.2', digest });

test('ends once every pod has shown the bundle twice in a row', async () => {
  const pods = gateways([
    [a('old'), b('old')],
    [a('new'), b('old')],
    [a('new'), b('new')],
  ]);
  expect(await waitForBundle(pods, options)).toBeUndefined();
  expect(pods.asked()).toBe(4);
});

test('a pod that comes late with the old bundle starts the count again', async () => {
  const late = { address: '10.0.0.3', digest: 'old' };
  const pods = gateways([
    [a('new'), b('new')],
    [a('new'), b('new'), late],
    [a('new'), b('new')],
  ]);
  expect(await waitForBundle(pods, options)).toBeUndefined();
  expect(pods.asked()).toBe(4);
});

test('says which pods do not show it and why, or that there are too few', async () => {
  const refused = { address: '10.0.0.2', digest: 'old', reason: 'refused by envoy: no such cluster' };
  expect(await waitForBundle(gateways([[a('old'), refused]]), options)).toBe(
    '2 of 2 gateway pods do not show bundle new: 10.0.0.1: shows old; 10.0.0.2: refused by envoy: no such cluster',
  );
  expect(await waitForBundle(gateways([[a('new')]]), options)).toBe('there are 1 gateway pods, not 2');
});
