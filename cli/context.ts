import type { CommandContext } from '@stricli/core';
import { EXIT, worst, type ExitCode } from './exit';

/** A stream that the command line writes to. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  getColorDepth?(env?: Readonly<Partial<Record<string, string>>>): number;
}

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** What the edge of the process hands to every command. */
export interface CliOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Environment;
  /** Absolute folder that relative paths of the call start from. */
  readonly cwd: string;
}

/** The context of a running command: where it prints, where it stands, and how it ends. */
export class Cli implements CommandContext {
  readonly process: { readonly stdout: Stream; readonly stderr: Stream; readonly env: Environment };
  readonly cwd: string;
  private code: ExitCode = EXIT.fine;

  constructor(options: CliOptions) {
    this.process = { stdout: options.stdout, stderr: options.stderr, env: options.env };
    this.cwd = options.cwd;
  }

  /** Data, for the next program in the pipe. */
  data(text: string): void {
    if (text !== '') this.process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Commentary, for the person at the terminal. */
  say(text: string): void {
    if (text !== '') this.process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Progress, only where somebody watches. */
  progress(text: string): void {
    if (this.process.stderr.isTTY) this.say(text);
  }

  /** Notes how the command ends; the worst of several wins. */
  end(code: ExitCode): void {
    this.code = worst(this.code, code);
  }

  get exitCode(): ExitCode {
    return this.code;
  }
}

/** Whether a stream gets colours: NO_COLOR wins, then FORCE_COLOR, then whether it is a terminal. */
export function wantsColour(stream: Stream, env: Environment): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
