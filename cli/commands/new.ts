import { buildCommand } from '@stricli/core';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { parseModelName } from '../../core/names';
import { work } from '../command';
import type { Cli } from '../context';
import { writing } from '../disk';
import { EXIT } from '../exit';
import { checkFlag, outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { newModelFiles } from '../new/new-model';
import { print } from '../print/index';
import { modelNames, projectOf, shown } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly artifact?: string;
  readonly owner: string;
  readonly in: string;
  readonly project?: string;
  readonly check: boolean;
}

function refuseBadCall(name: string, folder: string, root: string, artifact: string | undefined): void {
  const parsed = parseModelName(name);
  if (!parsed.ok) throw new Refusal(finding(cliFindings.badName, { message: `"${name}" ${parsed.reason}` }));
  if (existsSync(folder)) throw new Refusal(finding(cliFindings.alreadyThere, { message: `${shown(root, folder)} is already there` }));
  if (modelNames(root).includes(name))
    throw new Refusal(finding(cliFindings.alreadyThere, { message: `there is already a model "${name}"` }));
  if (artifact !== undefined && statSync(artifact, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new Refusal(finding(cliFindings.unreadable, { message: `the artifact "${artifact}" is not a file` }));
  }
}

/** Makes the folder beside its place and renames it, so that a half-made model is never found. */
function writeFolder(folder: string, files: ReadonlyMap<string, string>, artifact: string | undefined): void {
  const half = join(dirname(folder), `.${basename(folder)}.new`);
  writing(folder, () => {
    rmSync(half, { recursive: true, force: true });
    try {
      for (const [file, content] of files) {
        mkdirSync(dirname(join(half, file)), { recursive: true });
        writeFileSync(join(half, file), content);
      }
      if (artifact !== undefined) copyFileSync(artifact, join(half, basename(artifact)));
      renameSync(half, folder);
    } finally {
      rmSync(half, { recursive: true, force: true });
    }
  });
}

export const newModel = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: 'Make the folder of a new model that passes check and runs under kea run',
    fullDescription: `Make the folder of a new model.

  kea new model churn --artifact ~/churn.onnx
  kea new model risk-text --owner risk-team --in models/risk

With --artifact the model file is one line, and everything else is derived; without it a small container model stands ready to be changed.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      artifact: { kind: 'parsed', parse: text, optional: true, placeholder: 'FILE', brief: 'Trained model to copy, such as an .onnx file' },
      owner: { kind: 'parsed', parse: text, default: 'platform-team', placeholder: 'TEAM', brief: 'Team that owns the model' },
      in: { kind: 'parsed', parse: text, default: 'models', placeholder: 'DIR', brief: 'Folder of models to put it into' },
      project: projectFlag,
      check: checkFlag,
    },
    positional: { kind: 'tuple', parameters: [{ brief: 'Name of the model', parse: text, placeholder: 'NAME' }] },
  },
  func: work('new model', async (cli, flags: Flags, name: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const folder = resolve(root, flags.in, name);
    const artifact = flags.artifact === undefined ? undefined : resolve(cli.cwd, flags.artifact);
    refuseBadCall(name, folder, root, artifact);
    const files = newModelFiles({ name, owner: flags.owner, ...(artifact === undefined ? {} : { artifact: basename(artifact) }) });
    const made = [...files.keys(), ...(artifact === undefined ? [] : [basename(artifact)])].map((file) => `${shown(root, folder)}/${file}`);
    if (flags.check) cli.end(EXIT.findings);
    else writeFolder(folder, files, artifact);
    const summary = flags.check ? 'nothing written: --check' : `next: kea check ${shown(root, folder)}`;
    await print(
      cli,
      { command: 'new model', findings: [], data: { files: made }, text: made.join('\n'), summary },
      { output: flags.output, root },
    );
  }),
});
