import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, explain } from '../../core/findings';
import { packageRoot } from '../../core/package-root';

/** Text of every test source, this one and support files included. */
function testSources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testSources(path);
    return /\.(ts|mjs|json|yaml|txt)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

test('codes are unique, well formed and explained', () => {
  expect(new Set(catalogue.map((kind) => kind.code)).size).toBe(catalogue.length);
  for (const kind of catalogue) {
    expect(kind.code).toMatch(/^KEA[0-9]{4}$/);
    for (const text of [kind.title, kind.why, kind.fix, kind.explanation]) expect(text.length).toBeGreaterThan(5);
    for (const text of [kind.title, kind.why, kind.fix]) expect(text).not.toMatch(/[.!]$/);
  }
});

test('every area file is part of the catalogue', () => {
  const folder = join(packageRoot(), 'core', 'findings');
  const declared = readdirSync(folder).flatMap(
    (file) => readFileSync(join(folder, file), 'utf8').match(/(?<=code: ')KEA[0-9]{4}(?=')/g) ?? [],
  );
  expect([...declared].sort()).toEqual(catalogue.map((kind) => kind.code));
});

test('every code is thrown by a test', () => {
  const tested = new Set(testSources(join(packageRoot(), 'test')).flatMap((source) => source.match(/KEA[0-9]{4}/g) ?? []));
  expect(catalogue.map((kind) => kind.code).filter((code) => !tested.has(code))).toEqual([]);
});

test('every code that a test speaks of exists', () => {
  const spoken = testSources(join(packageRoot(), 'test')).flatMap((source) => source.match(/KEA[0-9]{4}/g) ?? []);
  // KEA9999 stands for a code that does not exist.
  const known = new Set([...catalogue.map((kind) => kind.code), 'KEA9999']);
  expect([...new Set(spoken)].filter((code) => !known.has(code))).toEqual([]);
});

test('every code is documented', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'reference', 'findings.md'), 'utf8');
  expect(catalogue.map((kind) => kind.code).filter((code) => !page.includes(`## ${code}\n`))).toEqual([]);
});

test('a code is explained however it is written', () => {
  const first = catalogue[0]?.code ?? '';
  expect(explain(first)?.code).toBe(first);
  expect(explain(first.toLowerCase())?.code).toBe(first);
  expect(explain(first.slice(3))?.code).toBe(first);
  expect(explain('no code')).toBeUndefined();
});
