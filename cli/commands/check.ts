import { buildCommand } from '@stricli/core';
import { resolve } from 'node:path';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, outputFlag, stackFlag, text, type OutputFlag } from '../flags';
import { judge } from '../judge';
import { endDenied } from '../policies';
import { countsOf } from '../print/format';
import { print } from '../print/index';
import { countsLine } from '../print/text';
import { projectOf, requireStack, shown, stackNames } from '../project';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly fix: boolean;
  readonly asOf?: string;
  readonly strict: boolean;
  readonly base?: string;
}

/** Folder of the project that the call narrows the judgement to; none for the project itself. */
function narrowed(root: string, folder: string | undefined, cwd: string): string | undefined {
  const path = folder === undefined ? '.' : shown(root, resolve(cwd, folder));
  return path === '.' || path === 'models' ? undefined : path;
}

export const check = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'Judge the model files, the stacks and their plans by the policies, and print every finding at once',
    fullDescription: `Judge the model files and stacks of a project, and the plans that they make by the policies, offline.

  kea check
  kea check --stack prod models/risk
  kea check --output github --strict
  kea check --base origin/main

Without --stack every file in stacks/ is judged; without any the built-in stack local.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: { ...stackFlag, brief: 'Judge one stack only' },
      fix: { kind: 'boolean', default: false, withNegated: false, brief: 'Correct what has one certain correction, keeping comments' },
      asOf: {
        kind: 'parsed',
        parse: calendarDate,
        optional: true,
        placeholder: 'DATE',
        brief: 'Judge dates as of that day instead of today',
      },
      base: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REVISION',
        brief: 'Also refuse what takes versions away that a revision of git still sends calls to',
      },
      strict: { kind: 'boolean', default: false, withNegated: false, brief: 'Exit 1 on warnings too' },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'Project, or a folder of models in it; the nearest project upwards by default',
          parse: text,
          placeholder: 'FOLDER',
          optional: true,
        },
      ],
    },
  },
  func: work('check', async (cli, flags: Flags, folder?: string) => {
    const root = projectOf(cli.cwd, folder);
    const stacks = flags.stack !== undefined ? [requireStack(root, flags.stack)] : stackNames(root);
    const asOf = flags.asOf ?? new Date().toISOString().slice(0, 10);
    if (flags.fix) await applyFixes(cli, root, stacks);
    const asked = { root, stacks, asOf, folder: narrowed(root, folder, cli.cwd) };
    const { base: revision } = flags;
    const { models, findings, denied } =
      revision === undefined
        ? await judge(asked)
        : await (await import('../diff/base.ts')).withBase(root, revision, (base) => judge({ ...asked, base }));
    const judged = `${stacks.length > 0 ? `stack${stacks.length === 1 ? '' : 's'} ${stacks.join(', ')}` : 'the built-in stack local'}`;
    await print(
      cli,
      {
        command: 'check',
        findings,
        findingsAreData: true,
        data: { stacks: stacks.length > 0 ? stacks : ['local'], models, asOf },
        summary: `${models.length} model${models.length === 1 ? '' : 's'} in ${judged}: ${countsLine(countsOf(findings))}`,
      },
      { output: flags.output, root, strict: flags.strict },
    );
    endDenied(cli, { denied });
  }),
});

/** Writes the certain corrections, and says which. */
async function applyFixes(cli: Cli, root: string, stacks: readonly string[]): Promise<void> {
  const [{ fixesOf }, { writeEdit }] = await Promise.all([import('../fix.ts'), import('../edit.ts')]);
  for (const edit of await fixesOf(root, stacks)) {
    if (edit.before === edit.after) continue;
    writeEdit(root, edit);
    cli.say(`fixed ${edit.file}, line ${edit.hunks.map((each) => each.line).join(', ')}`);
  }
}
