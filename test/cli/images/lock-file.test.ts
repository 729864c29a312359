import { withDigests } from '../../../cli/images/lock-file';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

test('lines keep their place and comments, new ones follow in order; the address of a document goes with the digest that it stated', () => {
  const text = `# digests\n"docker.io/b": ${digest('a')} # seen in March\nc:\n  digest: ${digest('b')}\n  from: https://example.com\nb:\n  digest: ${digest('5')}\n  from: https://example.com\n`;
  const after = withDigests(
    text,
    new Map([
      ['z', digest('9')],
      ['d', digest('8')],
      ['docker.io/b', digest('7')],
      ['c', digest('6')],
      ['b', digest('5')],
    ]),
  );
  expect(after).toBe(
    `# digests\n"docker.io/b": ${digest('7')} # seen in March\nc: ${digest('6')}\nb:\n  digest: ${digest('5')}\n  from: https://example.com\nd: ${digest('8')}\nz: ${digest('9')}\n`,
  );
});

test('an empty file takes them too', () => {
  expect(withDigests('# nothing yet\n{}\n', new Map([['a', digest('1')]]))).toBe(`# nothing yet\na: ${digest('1')}\n`);
  expect(withDigests('', new Map([['a', digest('1')]]))).toBe(`a: ${digest('1')}\n`);
});
