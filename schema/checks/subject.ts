import { finding, type Finding, type FindingDetails, type FindingKind, type Place } from '../../core/findings/finding';
import type { ContractDocument, ModelDocument } from '../generated/model';
import type { StackDocument } from '../generated/platform';
import type { KeyPath } from '../load/document';
import type { FullContract, FullModel } from '../resolve/full';
import type { ArtifactFile } from '../resolve/sources';
import type { ResolvedStack } from '../resolved';
import type { PassedChecks } from './examples';

/** What a check of one model is about. */
export interface ModelSubject {
  readonly name: string;
  readonly document: ModelDocument;
  readonly full: FullModel;
  readonly contracts: readonly ContractSubject[];
  readonly stack: ResolvedStack;
  /** A finding about the model, at a key of the full document. */
  readonly report: Report;
}

/** What a check of one contract is about. */
export interface ContractSubject {
  readonly model: string;
  readonly modelFull: FullModel;
  readonly contract: string;
  /** As written. */
  readonly document: ContractDocument;
  /** With everything that was left out. */
  readonly full: FullContract;
  /** The artifact of a version that lies in the model's folder. */
  readonly file: (version: string) => ArtifactFile | undefined;
  readonly stack: ResolvedStack;
  /** Names of all stack files; nothing where they are not known. */
  readonly stacks?: readonly string[];
  /** What earlier runs found right; nothing where nothing is remembered. */
  readonly passed?: PassedChecks;
  /** A finding at a key of the full document: the key's own place, or that of the nearest one that was written. */
  readonly report: Report;
  /** A finding at a key of the document as written. */
  readonly reportWritten: Report;
}

export interface StackSubject {
  readonly name: string;
  readonly document: StackDocument;
  readonly resolved: ResolvedStack;
  /** The stack that this one comes after, if it could be read. */
  readonly after?: { readonly document: StackDocument; readonly resolved: ResolvedStack };
  /** Names of all stack files; nothing where they are not known. */
  readonly stacks?: readonly string[];
  /** The stacks that come before this one, nearest first; in a circle, the stack itself is among them. */
  readonly way?: readonly string[];
  readonly report: Report;
}

export type Report = (kind: FindingKind, path: KeyPath, details: Omit<FindingDetails, 'place'>) => Finding;

/** Pure; one idea each; listed in `index.ts`. */
export type ModelCheck = (subject: ModelSubject) => readonly Finding[];
export type ContractCheck = (subject: ContractSubject) => readonly Finding[];
export type FolderCheck = (models: readonly ModelSubject[]) => readonly Finding[];
export type StackCheck = (subject: StackSubject) => readonly Finding[];

/** Where keys stand; constructs, which have no files, answer nothing. */
export type Locate = (path: KeyPath) => Place | undefined;

export function reporter(locate: Locate, common: Pick<FindingDetails, 'model' | 'stack'>): Report {
  return (kind, path, details) => {
    const place = locate(path);
    return finding(kind, { ...common, ...details, ...(place ? { place } : {}) });
  };
}

/** `a`, `b` and `c`, quoted, for messages; long lists are cut. */
export function quoted(words: readonly string[], most = 12): string {
  const shown = words.slice(0, most).map((word) => `"${word}"`);
  if (words.length > most) return `${shown.join(', ')} and ${words.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
