import fc from 'fast-check';
import {
  compareContracts,
  compareVersions,
  contractOf,
  nearest,
  parseContractName,
  parseMethodName,
  parseModelName,
  parseSemVer,
  parseStackName,
} from '../../core/names';

test('a model is named like a DNS label that leaves room for its version', () => {
  expect(parseModelName('credit-score').ok).toBe(true);
  expect(parseModelName('Credit').ok).toBe(false);
  expect(parseModelName('1st').ok).toBe(false);
  expect(parseModelName('a-').ok).toBe(false);
  expect(parseModelName('').ok).toBe(false);
  expect(parseModelName('a'.repeat(46))).toEqual({ ok: false, reason: 'must be at most 45 characters long and has 46' });
  expect(parseStackName('prod').ok).toBe(true);
});

test('words that mean something else below a contract are no method names', () => {
  expect(parseMethodName('score').ok).toBe(true);
  expect(parseMethodName('pin')).toEqual({ ok: false, reason: 'is one of the reserved words openai, pin, v2' });
});

test('versions and contracts have one spelling', () => {
  expect(parseSemVer('1.4.0').ok).toBe(true);
  for (const wrong of ['1.4', '01.4.0', '1.4.0-rc1', 'v1.4.0', '1.4.0\n', '1.4.0 ']) expect(parseSemVer(wrong).ok).toBe(false);
  expect(parseContractName('v12').ok).toBe(true);
  for (const wrong of ['v0', 'v01', 'V1', '1', 'v1 ']) expect(parseContractName(wrong).ok).toBe(false);
});

test('the contract is the major of the version', () => {
  const version = parseSemVer('12.4.0');
  expect(version.ok && contractOf(version.value)).toBe('v12');
});

test('versions and contracts are ordered by number', () => {
  expect(['1.10.0', '1.9.0', '0.2.1', '10.0.0', '1.9.10'].sort(compareVersions)).toEqual(['0.2.1', '1.9.0', '1.9.10', '1.10.0', '10.0.0']);
  expect(['v10', 'v2', 'v1'].sort(compareContracts)).toEqual(['v1', 'v2', 'v10']);
});

test('the nearest word is found by typing errors, not by chance', () => {
  expect(nearest('onwer', ['owner', 'tags'])).toBe('owner');
  expect(nearest('Owner', ['owner'])).toBe('owner');
  expect(nearest('ressources', ['resources', 'routing'])).toBe('resources');
  expect(nearest('timeout', ['owner', 'tags'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
  expect(nearest('y'.repeat(10_000), ['owner'])).toBeUndefined();
});

test('a word with one letter more, less, changed or swapped finds itself again', () => {
  const words = ['resources', 'versions', 'lifecycle', 'approvers', 'description'];
  fc.assert(
    fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom('more', 'less', 'changed', 'swapped'), (word, seed, how) => {
      const at = seed % (word.length - 1);
      const middle = { more: `z${word[at]}`, less: '', changed: 'z', swapped: `${word[at + 1]}${word[at]}` }[how];
      const typo = word.slice(0, at) + middle + word.slice(at + (how === 'swapped' ? 2 : 1));
      expect(nearest(typo, words)).toBe(word);
    }),
  );
});
