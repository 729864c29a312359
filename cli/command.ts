import type { Cli } from './context';
import { EXIT } from './exit';
import { print } from './print/index';
import type { OutputFormat } from './print/format';
import { Refusal } from './refusal';

/** Every command's work: the context, its flags, its words. */
type Work<Flags, Words extends readonly unknown[]> = (cli: Cli, flags: Flags, ...words: Words) => Promise<void>;

/**
 * Makes the function of a command. A refusal thrown anywhere below is printed in the asked format and ends the call with 2; everything else that is
 * thrown is a bug of KEA and passes on.
 */
export function work<Flags extends object, Words extends readonly unknown[]>(command: string, run: Work<Flags, Words>) {
  return async function (this: Cli, flags: Flags, ...words: Words): Promise<void> {
    try {
      await run(this, flags, ...words);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const output = (flags as { readonly output?: OutputFormat }).output ?? 'text';
      await print(this, { command, findings: error.findings }, { output, root: this.cwd });
      this.end(EXIT.badCall);
    }
  };
}
