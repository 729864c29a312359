import { withDigests } from '../../../cli/images/lock-file';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

test('lines keep their place and comments, new ones follow in order', () => {
  const text = `# digests\n"docker.io/b": ${digest('a')} # seen in March\nc:\n  digest: ${digest('b')}\n  from: https://example.com\n`;
  const after = withDigests(
    text,
    new Map([
      ['z', digest('9')],
      ['d', digest('8')],
      ['docker.io/b', digest('7')],
      ['c', digest('6')],
    ]),
  );
  expect(after).toBe(
    `# digests\n"docker.io/b": ${digest('7')} # seen in March\nc:\n  digest: ${digest('6')}\n  from: https://example.com\nd: ${digest('8')}\nz: ${digest('9')}\n`,
  );
});

test('an empty file takes them too', () => {
  expect(withDigests('# nothing yet\n{}\n', new Map([['a', digest('1')]]))).toBe(`# nothing yet\na: ${digest('1')}\n`);
  expect(withDigests('', new Map([['a', digest('1')]]))).toBe(`a: ${digest('1')}\n`);
});
