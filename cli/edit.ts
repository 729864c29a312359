import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliFindings } from '../core/findings/cli';
import { finding, type Finding } from '../core/findings/finding';
import { compareContracts, nearest } from '../core/names';
import type { Edit } from '../schema/edit/index';
import type { ContractDocument } from '../schema/generated/model';
import type { ParsedDocument } from '../schema/load/document';
import type { Cli } from './context';
import { EXIT } from './exit';
import { writing } from './disk';
import { print } from './print/index';
import { printable, type OutputFormat } from './print/format';
import { unknownModel } from './project';
import { Refusal } from './refusal';

/** The file of one contract of a model. */
export interface FoundContract {
  readonly contract: string;
  readonly document: ParsedDocument<ContractDocument>;
}

/** Files of a model's contracts, oldest first. @throws Refusal when there is no such model, or its files have errors. */
export async function contractsOf(root: string, name: string): Promise<readonly FoundContract[]> {
  const { readDocuments } = await import('../schema/load/read.ts');
  const { models, findings } = await readDocuments({ root });
  const model = models.find((each) => each.name === name);
  if (model) {
    const contracts = [...model.contracts].map(([contract, document]) => ({ contract, document }));
    return contracts.sort((a, b) => compareContracts(a.contract, b.contract));
  }
  const own = findings.filter((each) => each.severity === 'error' && each.place?.file.includes(`/${name}/`));
  if (own.length > 0) throw new Refusal(...own);
  throw unknownModel(
    name,
    models.map((each) => each.name),
  );
}

/** The file that lists a version. @throws Refusal naming the versions there are. */
export function contractWithVersion(contracts: readonly FoundContract[], version: string): FoundContract {
  const found = contracts.find(({ document }) => Object.hasOwn(document.value.versions ?? {}, version));
  if (found) return found;
  const versions = contracts.flatMap(({ document }) => Object.keys(document.value.versions ?? {}));
  const close = nearest(version, versions);
  throw new Refusal(
    finding(cliFindings.unknownVersion, {
      message: `there is no version "${version}"; there ${versions.length === 1 ? 'is' : 'are'} ${versions.join(', ') || 'none, add `versions` first'}`,
      ...(close ? { fix: `did you mean "${close}"?` } : {}),
    }),
  );
}

/** Runs an editor of `schema/edit`; what it refuses becomes a refusal of the call. */
export async function edited(kind: (typeof cliFindings)[keyof typeof cliFindings], edit: () => Edit): Promise<Edit> {
  const { EditRefused } = await import('../schema/edit/index.ts');
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof EditRefused)) throw error;
    throw new Refusal(finding(kind, { message: error.message }));
  }
}

/** An edit as `diff` shows it. */
function renderEdit({ file, hunks }: Edit): string {
  const lines = hunks.flatMap(({ line, removed, added }) => [
    `@@ line ${line}`,
    ...removed.map((each) => `-${each}`),
    ...added.map((each) => `+${each}`),
  ]);
  return printable([file, ...lines].join('\n'));
}

export interface ApplyOptions {
  readonly command: string;
  readonly root: string;
  readonly output: OutputFormat;
  /** Write nothing. */
  readonly check: boolean;
  /** Closing line when something changed. */
  readonly next: string;
}

/** Writes edits and shows them as differences; with `check` only shows them, as findings. */
export async function applyEdits(cli: Cli, edits: readonly Edit[], options: ApplyOptions): Promise<void> {
  const changing = edits.filter((each) => each.hunks.length > 0 || each.before !== each.after);
  const would = (edit: Edit): Finding =>
    finding(cliFindings.wouldChange, { message: `${edit.file} would be changed`, place: { file: edit.file } });
  if (!options.check) for (const edit of changing) writeEdit(options.root, edit);
  await print(
    cli,
    {
      command: options.command,
      findings: options.check ? changing.map(would) : [],
      data: { files: changing.map(({ file, hunks }) => ({ file, hunks: hunks.map((each) => ({ ...each })) })) },
      text: changing.map(renderEdit).join('\n'),
      summary: changing.length === 0 ? 'nothing to change' : options.check ? 'nothing written: --check' : options.next,
    },
    options,
  );
  if (options.check && changing.length > 0) cli.end(EXIT.findings);
}

/** Writes the new text beside the file and renames it, unless somebody changed the file meanwhile. */
export function writeEdit(root: string, { file, before, after }: Edit): void {
  const path = join(root, file);
  writing(path, () => {
    if (readFileSync(path, 'utf8') !== before)
      throw new Refusal(finding(cliFindings.unwritable, { message: `"${file}" was changed by somebody else meanwhile` }));
    const beside = `${path}.kea-tmp`;
    try {
      writeFileSync(beside, after);
      renameSync(beside, path);
    } finally {
      rmSync(beside, { force: true });
    }
  });
}
