import fc from 'fast-check';
import { runCli } from '../../cli/main';
import { sampleProject } from './call';

const WORDS = [
  'check',
  'show',
  'synth',
  'diff',
  'explain',
  'token',
  'try',
  'new',
  'model',
  'freeze',
  'digest',
  'promote',
  'cache',
  'purge',
  'rollback',
  'completions',
  '__complete',
];
const FLAGS = [
  '--stack',
  '--out',
  '--output',
  'json',
  'sarif',
  '--fix',
  '--as-of',
  '2030-01-01',
  '--strict',
  '--check',
  '--help',
  '--version',
  '--',
  '-h',
  '--weight',
  '10',
  '--project',
  '.',
];
const NAMES = ['iris', 'credit-score', '1.4.0', 'dev', 'local', 'prod', 'models', 'KEA4101', 'bash', 'v1', 'predict', '..', '/', ''];

test('whatever is called, it ends with 0, 1, 2 or 5, never as a bug', async () => {
  const cwd = sampleProject();
  // `run` is left out: it does not end by itself.
  const word = fc
    .oneof(fc.constantFrom(...WORDS), fc.constantFrom(...FLAGS), fc.constantFrom(...NAMES), fc.string({ maxLength: 8 }))
    .filter((each) => each !== 'run' && !each.includes('\u0000'));
  const argv = fc.tuple(fc.constantFrom(...WORDS), fc.array(word, { maxLength: 6 })).map(([first, rest]) => [first, ...rest]);
  await fc.assert(
    fc.asyncProperty(argv, async (args) => {
      let written = '';
      const stream = { write: (text: string) => (written += text) };
      const code = await runCli(args, { stdout: stream, stderr: stream, env: {}, cwd });
      if (![0, 1, 2, 5].includes(code) || /\n {4}at /.test(written))
        throw new Error(`${JSON.stringify(args)} ended with ${code}: ${written}`);
    }),
    { numRuns: 150 },
  );
}, 120_000);
