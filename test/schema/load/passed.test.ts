import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPassed } from '../../../schema/load/passed';
import { withProject } from './project';

const digest = (digit: string): string => digit.repeat(64);

test('what passed is remembered by the next run', () =>
  withProject({}, (root) => {
    const first = openPassed(root);
    expect(first.has(digest('a'))).toBe(false);
    first.add(digest('a'));
    first.save();
    expect(openPassed(root).has(digest('a'))).toBe(true);
  }));

test('a damaged file costs time only', () =>
  withProject({ '.kea/cache/checks': `${digest('a')}\n${digest('b').slice(1)}\n\0\xff\n` }, (root) => {
    const passed = openPassed(root);
    expect([passed.has(digest('a')), passed.has(digest('b'))]).toEqual([true, false]);
  }));

test('the file stays bounded, and keeps what is used', () =>
  withProject({}, (root) => {
    const many = Array.from({ length: 60_000 }, (_, index) => index.toString(16).padStart(64, '0'));
    mkdirSync(join(root, '.kea/cache'), { recursive: true });
    writeFileSync(join(root, '.kea/cache/checks'), many.join('\n'));
    const passed = openPassed(root);
    expect(passed.has(many.at(-1) as string)).toBe(true);
    passed.add(digest('f'));
    passed.save();
    const kept = readFileSync(join(root, '.kea/cache/checks'), 'utf8').trim().split('\n');
    expect(kept.length).toBe(50_000);
    expect(kept.slice(0, 2)).toEqual([many.at(-1), digest('f')]);
  }));

test('a folder that cannot be written is no error', () =>
  withProject({ '.kea': 'a file' }, (root) => {
    const passed = openPassed(root);
    passed.add(digest('a'));
    passed.save();
    expect(existsSync(join(root, '.kea/cache'))).toBe(false);
  }));
