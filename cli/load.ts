import { hasErrors } from '../core/findings/finding';
import type { LoadResult } from '../schema/load/index';
import type { ResolvedPlatform } from '../schema/resolved';
import type { Cli } from './context';
import type { OutputFormat } from './print/format';
import { print } from './print/index';
import { requireStack } from './project';

export interface LoadOptions {
  readonly command: string;
  readonly root: string;
  readonly stack?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly output: OutputFormat;
}

/** A loaded platform without errors. */
export interface Loaded extends LoadResult {
  readonly platform: ResolvedPlatform;
}

/** Loads for a command that needs a sound platform: prints what is wrong and resolves with nothing when there are errors. */
export async function loadSound(cli: Cli, options: LoadOptions): Promise<Loaded | undefined> {
  const { root, stack, models, output, command } = options;
  const { loadPlatform } = await import('../schema/load/index.ts');
  const result = await loadPlatform({
    root,
    ...(stack === undefined ? {} : { stack: requireStack(root, stack) }),
    ...(models === undefined ? {} : { models }),
  });
  const { platform, findings } = result;
  if (platform && !hasErrors(findings)) return { ...result, platform };
  await print(cli, { command, findings, summary: 'nothing was done: correct the errors first' }, { output, root });
  return undefined;
}
