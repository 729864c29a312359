import { parseDenyList, type DenyEntry } from '../../../core/contract/deny-list';
import { denier } from '../../../core/decide/denied';

const ada = { issuer: 'https://id.example.com', subject: 'ada', client: 'portal', tokenId: 't-1' };
const NOW = Date.parse('2027-01-31T12:00:00Z');

function denied(entries: readonly DenyEntry[], caller = ada): string | undefined {
  return denier(parseDenyList(JSON.stringify({ format: 1, entries })))(caller, NOW)?.reason;
}

test('a token, a person and a client are found, by the whole value only', () => {
  expect(denied([{ jti: 't-1', reason: 'stolen' }])).toBe('stolen');
  expect(denied([{ sub: 'ada', reason: 'left' }])).toBe('left');
  expect(denied([{ azp: 'portal', reason: 'broken' }])).toBe('broken');
  expect(
    denied([
      { sub: 'ad', reason: 'x' },
      { sub: 't-1', reason: 'x' },
      { jti: 'ada', reason: 'x' },
    ]),
  ).toBeUndefined();
  expect(denied([{ sub: 'ada', reason: 'left' }], { issuer: '', subject: '', client: '', tokenId: '' })).toBeUndefined();
});

test('an issuer narrows an entry, and an entry ends', () => {
  expect(denied([{ sub: 'ada', issuer: 'https://other.example.com', reason: 'x' }])).toBeUndefined();
  expect(denied([{ sub: 'ada', issuer: 'https://id.example.com', reason: 'x' }])).toBe('x');
  expect(denied([{ sub: 'ada', until: '2027-01-31T12:00:00Z', reason: 'x' }])).toBeUndefined();
  expect(denied([{ sub: 'ada', until: '2027-01-31T12:00:01Z', reason: 'x' }])).toBe('x');
  expect(
    denied([
      { sub: 'ada', until: '2020-01-01', reason: 'old' },
      { sub: 'ada', reason: 'new' },
    ]),
  ).toBe('new');
});

test('a subject outside ASCII is compared as the header carries it', () => {
  expect(denied([{ sub: 'zoë', reason: 'x' }], { ...ada, subject: 'zoÃ«' })).toBe('x');
});

test.each([
  ['{', 'the deny list is not JSON'],
  ['[]', 'the deny list must be {"format": 1, "entries": […]}'],
  ['{"format":2,"entries":[]}', 'the deny list must be {"format": 1, "entries": […]}'],
  ['{"format":1,"entries":[{"sub":"a"}]}', 'the deny list, entry 0: "reason" is missing'],
  ['{"format":1,"entries":[{"reason":"a"}]}', 'the deny list, entry 0: must have exactly one of jti, sub and azp'],
  ['{"format":1,"entries":[{"sub":"a","azp":"b","reason":"a"}]}', 'the deny list, entry 0: must have exactly one of jti, sub and azp'],
  ['{"format":1,"entries":[{"sub":"","reason":"a"}]}', 'the deny list, entry 0: "sub" must be a text that is not empty'],
  [
    '{"format":1,"entries":[{"subject":"a","reason":"a"}]}',
    'the deny list, entry 0: unknown key "subject", allowed are jti, sub, azp, issuer, reason, until',
  ],
  [
    '{"format":1,"entries":[{"sub":"a","reason":"a","until":"soon"}]}',
    'the deny list, entry 0: "until" must be a time such as 2027-01-31T12:00:00Z',
  ],
])('%s is refused', (text, reason) => {
  expect(() => parseDenyList(text)).toThrow(reason);
});
