import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, text, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { Refusal } from '../refusal';

export const digest = buildCommand<OutputFlag, [string], Cli>({
  docs: {
    brief: 'Print the sha256 of an artifact, a file or a folder, as a model file states it',
    fullDescription: 'Print the sha256 of an artifact.\n\n  kea digest models/iris/iris.onnx',
  },
  parameters: {
    flags: { output: outputFlag },
    positional: { kind: 'tuple', parameters: [{ brief: 'File or folder', parse: text, placeholder: 'PATH' }] },
  },
  func: work('digest', async (cli, flags: OutputFlag, path: string) => {
    const { digestPath, UnfitForDigest } = await import('../../core/digests.ts');
    try {
      const { sha256, isFolder, bytes } = digestPath(resolve(cli.cwd, path));
      await print(
        cli,
        { command: 'digest', findings: [], data: { path, sha256, isFolder, bytes }, text: sha256 },
        { output: flags.output, root: cli.cwd },
      );
    } catch (error) {
      const reason = error instanceof UnfitForDigest ? error.reason : (error as NodeJS.ErrnoException).code;
      if (reason === undefined) throw error;
      throw new Refusal(
        finding(cliFindings.unreadable, { message: `"${path}" cannot be digested: ${reason === 'ENOENT' ? 'it is not there' : reason}` }),
      );
    }
  }),
});
