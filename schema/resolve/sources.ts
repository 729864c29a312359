import type { PathDigest } from '../../core/digests';
import type { KeyPath } from '../load/document';
import type { ContractDocument, ModelDocument } from '../generated/model';
import type { StackDefaults } from '../generated/platform';
import type { OnnxHeader } from '../onnx/header';

/** All that a model is resolved from: its documents as written, and what is known of its artifacts' bytes. */
export interface ModelSources {
  readonly name: string;
  /** Relative to the project, with `/`. */
  readonly folder: string;
  readonly model: ModelDocument;
  /** By contract name; a one-file model has one entry, which is the same document as `model`. */
  readonly contracts: ReadonlyMap<string, ContractDocument>;
  /** By `artifactKey(contract, version)`; remote artifacts are absent. */
  readonly files: ReadonlyMap<string, ArtifactFile>;
}

/** What the artifacts phase learned of one artifact that lies in the model's folder. */
export interface ArtifactFile {
  readonly localPath: string;
  readonly digest: PathDigest;
  /** Framework that the folder's content shows, where the name does not say it. */
  readonly framework?: 'tensorflow' | 'mlflow' | 'triton' | 'huggingface';
  readonly onnx?: OnnxHeader;
  /** base64, where the bytes travel in the plan. */
  readonly inline?: string;
}

/** The stack's say in a model. */
export interface StackSources {
  readonly name: string;
  readonly defaults: StackDefaults;
}

export function artifactKey(contract: string, version: string): string {
  return `${contract}/${version}`;
}

/** Version that the short form at the contract's root stands for: `v2` → `2.0.0`. */
export function shortVersion(contract: string): string {
  return `${contract.slice(1)}.0.0`;
}

/** Where a resolved value came from. */
export type Origin =
  /** A path of `model.yaml` or `vN.yaml`. */
  | { readonly kind: 'file'; readonly document: 'model' | 'contract'; readonly path: KeyPath }
  /** A path of the stack's file. */
  | { readonly kind: 'stack'; readonly path: KeyPath }
  | { readonly kind: 'derived'; readonly from: string }
  | { readonly kind: 'default' };
