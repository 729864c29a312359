import type { Place } from '../../core/findings/finding';

/** Key path inside a document, `['methods', 'score', 'roles', 0]`. */
export type KeyPath = readonly (string | number)[];

/** One parsed file: frozen plain values, and where each key stands. `T` is the generated type once validation has passed. */
export interface ParsedDocument<T = unknown> {
  readonly kind: 'model' | 'contract' | 'stack';
  /** Relative to the project's root, with `/`. */
  readonly file: string;
  readonly source: string;
  readonly value: T;
  /** Place of the key at `path`, or of its nearest existing ancestor. */
  place(path: KeyPath): Place;
  /** Place of the value rather than the key. */
  valuePlace(path: KeyPath): Place;
}

/** One model folder, its files parsed and valid by schema. */
export interface ParsedModel<M = unknown, C = unknown> {
  readonly name: string;
  /** Relative to the project's root, with `/`. */
  readonly folder: string;
  readonly model: ParsedDocument<M>;
  /** By contract name; a one-file model has one entry that is the same document as `model`. */
  readonly contracts: ReadonlyMap<string, ParsedDocument<C>>;
}
