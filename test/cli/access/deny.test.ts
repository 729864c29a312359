import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editDenyList, localDenyPlace } from '../../../cli/access/deny';
import { kea, project } from '../call';

const NOW = Date.parse('2027-01-31T12:00:00Z');

test('an entry takes the place of the one about the same, and what is over goes', () => {
  const list = {
    format: 1 as const,
    entries: [
      { sub: 'ada', reason: 'old' },
      { sub: 'ada', issuer: 'https://b', reason: 'elsewhere' },
      { azp: 'batch', reason: 'over', until: '2027-01-31T12:00:00Z' },
    ],
  };
  expect(editDenyList(list, { sub: 'ada' }, { sub: 'ada', reason: 'new' }, NOW).entries).toEqual([
    { sub: 'ada', issuer: 'https://b', reason: 'elsewhere' },
    { sub: 'ada', reason: 'new' },
  ]);
  expect(editDenyList(list, { sub: 'ada', issuer: 'https://b' }, undefined, NOW).entries).toEqual([{ sub: 'ada', reason: 'old' }]);
});

test('the file is written whole, and a broken one is left as it is', async () => {
  const folder = project({});
  const file = join(folder, 'deny.json');
  const place = localDenyPlace(folder);
  await place.change((list) => editDenyList(list, { azp: 'batch' }, { azp: 'batch', reason: 'leaked' }, NOW));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ format: 1, entries: [{ azp: 'batch', reason: 'leaked' }] });
  writeFileSync(file, '{"format":1,"entries":[{}]}');
  expect(() => place.change((list) => list)).toThrow('must have exactly one of jti, sub and azp');
  expect(readFileSync(file, 'utf8')).toBe('{"format":1,"entries":[{}]}');
});

test.each([
  [['--reason', 'x'], 'KEA6020'],
  [['--reason', 'x'], 'name one of SUBJECT, --client and --token-id'],
  [['ada', '--client', 'batch', '--reason', 'x'], 'name one of SUBJECT, --client and --token-id'],
  [['ada'], '--reason is missing'],
  [['ada', '--reason', 'x', '--context', 'prod'], '--context needs --stack'],
  [['ada', '--reason', 'x', '--until', 'soon'], 'expected a time such as 2027-01-31T12:00:00Z'],
  [['ada', '--reason', 'x'], 'no platform of this project runs on this machine'],
])('kea access deny %j is refused', async (args, message) => {
  const { code, stderr } = await kea(['access', 'deny', ...args], { cwd: project({ 'models/.keep': '' }) });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
