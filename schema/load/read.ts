import { documentFindings as kind } from '../../core/findings/documents';
import { finding, hasErrors, type Finding } from '../../core/findings/finding';
import { nearest, parseStackName } from '../../core/names';
import type { ContractDocument, ModelDocument } from '../generated/model';
import type { StackDocument } from '../generated/platform';
import { stackDefaults } from '../source/defaults';
import type { ParsedDocument, ParsedModel } from './document';
import { findModels, findStacks, misnamedStacks, type FoundModel } from './find';
import { parseDocument } from './parse';
import { readBytes } from './read-bytes';
import { misplacedKeys, validateDocument } from './validate';

export interface ReadOptions {
  /** The project's folder, absolute. */
  readonly root: string;
  /** Name of a stack file; without it only models are read, from `models`. */
  readonly stack?: string;
  /** Folders that are searched, relative to `root`, instead of those that the stack names. */
  readonly models?: readonly string[];
}

export interface ReadResult {
  /** Models whose documents are valid by schema, in byte order of name. */
  readonly models: readonly ParsedModel<ModelDocument, ContractDocument>[];
  /** The stack's document, when one was asked for and it is valid by schema. */
  readonly stack?: ParsedDocument<StackDocument>;
  readonly findings: readonly Finding[];
  /** Every document that was looked at, relative to the project, valid or not. */
  readonly files: readonly string[];
}

/**
 * The phases find, parse and validate: folders and bytes → documents that are valid by schema. Whatever is on the disk, it ends with findings,
 * never with an exception.
 */
export async function readDocuments(options: ReadOptions): Promise<ReadResult> {
  const stack = options.stack === undefined ? undefined : readStack(options.root, options.stack);
  const from = options.models ?? stack?.document?.value.models?.from ?? [stackDefaults.modelsFrom];
  const found = findModels(options.root, from);
  const models: ParsedModel<ModelDocument, ContractDocument>[] = [];
  const findings: Finding[] = [
    ...misnamedStacks(options.root, options.stack === undefined ? 'warning' : 'error'),
    ...(stack?.findings ?? []),
    ...found.findings,
  ];
  const files: string[] = options.stack === undefined ? [] : [`stacks/${options.stack}.yaml`];
  for (const each of found.models) {
    const read = readModel(options.root, each);
    findings.push(...read.findings);
    files.push(each.model, ...each.contracts.map((contract) => contract.file));
    if (read.model) models.push(read.model);
  }
  return { models, ...(stack?.document ? { stack: stack.document } : {}), findings, files };
}

/** Reads `stacks/<name>.yaml`. */
export function readStack(
  root: string,
  name: string,
): { readonly document?: ParsedDocument<StackDocument>; readonly findings: readonly Finding[] } {
  const file = `stacks/${name}.yaml`;
  const valid = parseStackName(name);
  const known = findStacks(root);
  if (!valid.ok)
    return {
      findings: [
        finding(kind.stackName, {
          message: `"${name}" ${valid.reason}`,
          ...(known.includes(name) ? { place: { file } } : {}),
          stack: name,
        }),
      ],
    };
  if (!known.includes(name)) {
    const close = nearest(name, known);
    return {
      findings: [
        finding(kind.noStack, {
          message: `there is no ${file}; there are: ${known.length === 0 ? 'none' : known.join(', ')}`,
          place: { file },
          stack: name,
          ...(close === undefined ? {} : { fix: `name "${close}"` }),
        }),
      ],
    };
  }
  const read = readDocument<StackDocument>(root, 'stacks', 'stack', file);
  return { ...(read.document ? { document: read.document } : {}), findings: read.findings.map((each) => ({ ...each, stack: name })) };
}

/** Reads the documents of one model; the model is there only when all of them are valid by schema. */
export function readModel(
  root: string,
  found: FoundModel,
): { readonly model?: ParsedModel<ModelDocument, ContractDocument>; readonly findings: readonly Finding[] } {
  const model = readDocument<ModelDocument>(
    root,
    found.folder,
    'model',
    found.model,
    found.contracts[0]?.file.slice(found.folder.length + 1),
  );
  const contracts = found.contracts.map(({ contract, file }) => ({
    contract,
    read: readDocument<ContractDocument>(root, found.folder, 'contract', file),
  }));
  const findings = [...model.findings, ...contracts.flatMap((each) => each.read.findings)].map((each) => ({ ...each, model: found.name }));
  const documents = contracts.flatMap(({ contract, read }): (readonly [string, ParsedDocument<ContractDocument>])[] =>
    read.document ? [[contract, read.document]] : [],
  );
  if (!model.document || documents.length < contracts.length) return { findings };
  const served = contracts.length > 0 ? documents : [[onlyContract(model.document.value), model.document] as const];
  return { model: { name: found.name, folder: found.folder, model: model.document, contracts: new Map(served) }, findings };
}

/** The contract of a one-file model: the major of its versions, `v1` where it names none. */
function onlyContract(document: ModelDocument): string {
  const major = /^([1-9][0-9]{0,5})\./.exec(Object.keys(document.versions ?? {})[0] ?? '')?.[1];
  return `v${major ?? '1'}`;
}

interface ReadDocument<T> {
  readonly document?: ParsedDocument<T>;
  readonly findings: readonly Finding[];
}

function readDocument<T>(
  root: string,
  folder: string,
  documentKind: ParsedDocument['kind'],
  file: string,
  firstContract?: string,
): ReadDocument<T> {
  const bytes = readBytes(root, folder, file);
  if (!(bytes instanceof Uint8Array)) return { findings: [bytes] };
  const parsed = parseDocument(documentKind, file, bytes);
  const shape = parsed.usable ? validateDocument(parsed.document, parsed.suspects) : [];
  const misplaced = parsed.usable && firstContract !== undefined ? misplacedKeys(parsed.document, firstContract) : [];
  const findings = [...parsed.findings, ...shape, ...misplaced];
  return hasErrors(findings) ? { findings } : { document: parsed.document as unknown as ParsedDocument<T>, findings };
}
