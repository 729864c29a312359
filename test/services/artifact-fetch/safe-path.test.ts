import { safePath } from '../../../services/artifact-fetch/safe-path';

test.each([
  ['a', 'a'],
  ['./a/b.onnx', 'a/b.onnx'],
  ['a/b/', 'a/b'],
  ['..a/b..c/...', '..a/b..c/...'],
  ['über/🚗', 'über/🚗'],
])('%j stays inside', (path, safe) => expect(safePath(path)).toBe(safe));

test.each([
  '',
  '/',
  '/etc/passwd',
  '..',
  '../a',
  'a/../../b',
  'a//b',
  'a/./b',
  'a\\b',
  'C:\\x',
  'a\u0000b',
  'a\nb',
  'x'.repeat(1025),
  Array(40).fill('d').join('/'),
])('%j is refused', (path) => expect(() => safePath(path)).toThrow('may leave its folder'));
