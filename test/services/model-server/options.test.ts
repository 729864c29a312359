import { parseOptions } from '../../../services/model-server/options';

test('the shortest call has safe limits', () => {
  expect(parseOptions(['--model', 'm.onnx', '--name=iris'])).toEqual({
    model: 'm.onnx',
    name: 'iris',
    version: '1.0.0',
    host: '0.0.0.0',
    port: 8080,
    threads: 1,
    queue: 64,
    maxBatch: 256,
    maxBody: 8388608,
    drainMs: 25000,
  });
});

test.each([
  [[], '--model is missing'],
  [['--model=m'], '--name is missing'],
  [['--model=m', '--name=n', '--port=70000'], '--port is "70000", allowed: 0 to 65535'],
  [['--model=m', '--name=n', '--threads=1e1'], '--threads is "1e1", allowed: 1 to 256'],
  [['--model=m', '--name=n', '--sha256=abc'], '--sha256 is not 64 hexadecimal digits in small letters'],
  [['--model=m', '--name=n', '--prot=1'], "Unknown option '--prot'"],
])('%j is refused', (args, problem) => {
  const answer = parseOptions(args);
  expect('problem' in answer && answer.problem).toContain(problem);
});
