import { proposeCompletions, run, type StricliProcess } from '@stricli/core';
import { application } from './app';
import { Cli, wantsColour, type CliOptions } from './context';
import { EXIT, worst, type ExitCode } from './exit';

/** stricli's own codes as a shell would show them: 251 unknown command, 252 bad argument; the others are our bugs. */
function mapped(code: number | string | null | undefined): ExitCode {
  const number = Number(code ?? 0) & 0xff;
  if (number === 0) return EXIT.fine;
  return number === 251 || number === 252 ? EXIT.badCall : EXIT.bug;
}

/** Runs one call and resolves with how it ends. Never rejects on what a user can do. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<ExitCode> {
  const cli = new Cli(options);
  const colour = wantsColour(options.stdout, options.env) && wantsColour(options.stderr, options.env);
  const app = application({ debug: Boolean(options.env['KEA_DEBUG']), colour });
  if (argv[0] === '__complete') {
    const proposals = await proposeCompletions(app, argv.slice(1), cli);
    cli.data(proposals.map((each) => each.completion).join('\n'));
    return EXIT.fine;
  }
  const process: StricliProcess = { stdout: options.stdout, stderr: options.stderr, env: { ...options.env } };
  await run(app, argv, { process, forCommand: () => cli });
  return worst(mapped(process.exitCode), cli.exitCode);
}
