import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../exit';
import { renderText } from '../print/text';
import { Refusal } from '../refusal';
import { startLocal, type LocalOptions, type LocalPlatform } from './local';
import { readyText } from './ready-text';
import type { Finding } from '../../core/findings/finding';
import type { RunEvent } from './events';

export { startLocal, type LocalOptions, type LocalPlatform } from './local';
export type { RunEvent } from './events';

export interface RunOptions extends LocalOptions {
  /** Data: the ready text. */
  readonly out: (text: string) => void;
  /** Commentary: progress, findings, what happened to programs. */
  readonly say: (text: string) => void;
  readonly colour: boolean;
}

/**
 * `npm start`: runs the platform until Ctrl-C or SIGTERM, and ends everything it started.
 * Resolves with how the command ends: 0 after a healthy run, 1 when the files are wrong, 130 when the start was interrupted.
 *
 * @throws Refusal for a call that cannot be carried out (port in use, Envoy missing)
 */
export async function runLocal(options: RunOptions): Promise<ExitCode> {
  const began = performance.now();
  const end = interruption();
  const { out, say } = options;
  const starting = startLocal({ ...options, listen: (event) => printEvent(event, options) });
  const first = await Promise.race([starting.catch((error: unknown) => ({ error })), end.first]);
  if (first === 'interrupted') {
    say('stopping');
    await starting.then((running) => running.stop()).catch(() => {});
    return EXIT.interrupted;
  }
  if ('error' in first) return failedStart(first.error, options);
  const running: LocalPlatform = first;
  out(readyText(running, (performance.now() - began) / 1000));
  await end.first;
  say('stopping');
  await running.stop();
  end.done();
  return EXIT.fine;
}

function failedStart(error: unknown, options: RunOptions): ExitCode {
  // Wrong model files are findings of a check; everything else is a call that cannot be carried out.
  if (!(error instanceof Refusal) || error.findings.every(({ code }) => code.startsWith('KEA40'))) throw error;
  options.say(render(error.findings, options));
  return EXIT.findings;
}

/** The first signal asks for an orderly end, the second one ends the process as it is; the keeper then ends its children. */
function interruption(): { readonly first: Promise<'interrupted'>; readonly done: () => void } {
  let seen = false;
  let handler: (signal: NodeJS.Signals) => void = () => {};
  const first = new Promise<'interrupted'>((resolve) => {
    handler = () => {
      if (seen) process.exit(EXIT.interrupted);
      seen = true;
      resolve('interrupted');
    };
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handler);
  return { first, done: () => signals.forEach((signal) => process.off(signal, handler)) };
}

function printEvent(event: RunEvent, options: RunOptions): void {
  const { say } = options;
  switch (event.type) {
    case 'progress':
      return say(event.text);
    case 'changed':
      return say(`${event.text}: serves now`);
    case 'died':
      return say(
        `${event.name} ended (${event.how})${event.restartMs === undefined ? '' : `; starting it again in ${event.restartMs / 1000} s`}`,
      );
    case 'back':
      return say(`${event.name} runs again`);
    case 'findings':
      return say(`${render(event.findings, options)}${event.refused ? '\n\nrefused: what served before keeps serving' : ''}\n`);
  }
}

function render(findings: readonly Finding[], options: RunOptions): string {
  return renderText(findings, { colour: options.colour, source: (file) => readSource(options.root, file) });
}

function readSource(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}
