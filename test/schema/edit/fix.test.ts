import { fix } from '../../../schema/edit';

const digest = '12'.repeat(32);

test('digests and dates get quotes, everything else stays', () => {
  const source = `versions: # all\n  1.0.0: { artifact: { uri: a.onnx, sha256: ${digest} } }\nlifecycle: { deprecated: 2027-01-01, sunset: "2027-06-30" }\n`;
  expect(fix('m', source).hunks).toEqual([
    {
      line: 2,
      removed: [`  1.0.0: { artifact: { uri: a.onnx, sha256: ${digest} } }`, 'lifecycle: { deprecated: 2027-01-01, sunset: "2027-06-30" }'],
      added: [
        `  1.0.0: { artifact: { uri: a.onnx, sha256: "${digest}" } }`,
        'lifecycle: { deprecated: "2027-01-01", sunset: "2027-06-30" }',
      ],
    },
  ]);
});

test('digests are written in small letters', () => {
  expect(fix('m', `sha256: ${'AB'.repeat(32)}\n`).after).toBe(`sha256: "${'ab'.repeat(32)}"\n`);
});

test('allowed addresses end with a slash', () => {
  expect(fix('s', 'artifacts: { allow: [s3://a, "s3://b", s3://c/] }\n').after).toBe(
    'artifacts: { allow: [s3://a/, "s3://b/", s3://c/] }\n',
  );
});

test('a byte-order mark goes', () => {
  expect(fix('m', '\uFEFFartifact: a.onnx\n').after).toBe('artifact: a.onnx\n');
});

test('what is no YAML, or needs nothing, is left alone', () => {
  for (const source of ['a: [', 'artifact: a.onnx\n', '', '- 1\n'])
    expect(fix('m', source)).toEqual({ file: 'm', before: source, after: source, hunks: [] });
});
