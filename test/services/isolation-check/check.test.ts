import { tryTargets } from '../../../services/isolation-check/check';
import { targetsOf } from '../../../services/isolation-check/targets';

const target = (name: string): { name: string; address: string; port: number } => ({ name, address: `10.0.0.${name}`, port: 8080 });
const pause = (): Promise<void> => Promise.resolve();

test('what never answers is closed, and so is what answered only at first', async () => {
  let calls = 0;
  const dial = (address: string): Promise<boolean> => Promise.resolve(address === '10.0.0.2' && calls++ === 0);
  expect(await tryTargets([target('1'), target('2')], dial, pause)).toEqual({ reached: [], tried: 2 });
});

test('what answers every time was reached', async () => {
  const dial = (address: string): Promise<boolean> => Promise.resolve(address === '10.0.0.2');
  expect(await tryTargets([target('1'), target('2'), target('3')], dial, pause, 2)).toEqual({ reached: [target('2')], tried: 3 });
});

test('targets are the ready instances of a namespace, on every port', () => {
  const slice = {
    metadata: { labels: { 'kubernetes.io/service-name': 'iris-v1-0-0' } },
    ports: [{ port: 8080 }, { port: 8082 }],
    endpoints: [
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false } },
      { addresses: ['10.0.0.3'] },
    ],
  };
  expect(targetsOf({ items: [slice, { endpoints: [{ addresses: ['10.0.0.4'] }] }] })).toEqual([
    { name: 'iris-v1-0-0', address: '10.0.0.1', port: 8080 },
    { name: 'iris-v1-0-0', address: '10.0.0.1', port: 8082 },
    { name: 'iris-v1-0-0', address: '10.0.0.3', port: 8080 },
    { name: 'iris-v1-0-0', address: '10.0.0.3', port: 8082 },
  ]);
});
