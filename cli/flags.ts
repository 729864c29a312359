import type { Cli } from './context';
import { OUTPUT_FORMATS, type OutputFormat } from './print/format';

/** Flags that several commands share, defined once so that they read the same everywhere. */

export interface OutputFlag {
  readonly output: OutputFormat;
}

export const outputFlag = {
  kind: 'enum',
  values: OUTPUT_FORMATS,
  default: 'text',
  brief: 'How results are printed; all but text go to stdout as one document',
} as const;

const asWritten = (input: string): string => input;

export const text = asWritten;

export const stackFlag = {
  kind: 'parsed',
  parse: asWritten,
  optional: true,
  placeholder: 'STACK',
  brief: 'Stack to use, the name of a file in stacks/; without it the built-in stack local',
} as const;

export const projectFlag = {
  kind: 'parsed',
  parse: asWritten,
  optional: true,
  placeholder: 'DIR',
  brief: 'Project folder, that holds models/ and stacks/; without it the nearest one upwards',
} as const;

export const checkFlag = {
  kind: 'boolean',
  default: false,
  withNegated: false,
  brief: 'Write nothing; exit 1 when something would change',
} as const;

export const modelArgument = {
  parse: asWritten,
  placeholder: 'MODEL',
  brief: 'Name of a model, as its folder is called',
  proposeCompletions: async function (this: Cli): Promise<readonly string[]> {
    const { modelNames } = await import('./project.ts');
    return modelNames(this.cwd);
  },
} as const;

/** A whole number within bounds, given as text. */
export function wholeNumber(minimum: number, maximum: number): (input: string) => number {
  return (input) => {
    const value = Number(input);
    if (!/^\d+$/.test(input) || value < minimum || value > maximum)
      throw new Error(`expected a whole number from ${minimum} to ${maximum}`);
    return value;
  };
}

/** A calendar date, `YYYY-MM-DD`. */
export function calendarDate(input: string): string {
  const date = new Date(`${input}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(input) || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(input)) {
    throw new Error('expected a date such as 2027-01-31');
  }
  return input;
}
