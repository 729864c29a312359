import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, digestPath, sha256Hex, UnfitForDigest } from '../../core/digests';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kea-digest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the digest of a text is that of its UTF-8', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the digest of a value does not depend on the order of its keys', () => {
  expect(digestOf({ b: 1, a: [1, 2] })).toBe(digestOf({ a: [1, 2], b: 1.0 }));
});

test('the digest of a file is that of its bytes, in pieces too', () => {
  const bytes = Buffer.alloc(3_000_001, 7);
  writeFileSync(join(folder, 'model'), bytes);
  expect(digestPath(join(folder, 'model'))).toEqual({ sha256: sha256Hex(bytes), isFolder: false, bytes: 3_000_001 });
});

test('the digest of a folder is that of its lines, sorted by bytes, as sha256sum prints them', () => {
  mkdirSync(join(folder, 'm/variables'), { recursive: true });
  mkdirSync(join(folder, 'm/empty'));
  // In byte order `Z` comes before `a`, and `a-b` before `a/`, unlike in most locales.
  for (const name of ['a.txt', 'Z.txt', 'a-b', 'variables/w', 'é']) writeFileSync(join(folder, 'm', name), name);
  const lines = ['Z.txt', 'a-b', 'a.txt', 'variables/w', 'é'].map((name) => `${sha256Hex(name)}  ${name}\n`).join('');
  expect(digestPath(join(folder, 'm'))).toEqual({ sha256: sha256Hex(lines), isFolder: true, bytes: 26 });
});

test('a link inside a folder is refused', () => {
  mkdirSync(join(folder, 'm'));
  symlinkSync('/etc/hostname', join(folder, 'm/leak'));
  expect(() => digestPath(join(folder, 'm'))).toThrow(UnfitForDigest);
});
