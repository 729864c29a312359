import type { Place } from '../../core/findings/finding';
import { isJsonObject, type JsonValue } from '../../core/json';
import type { ContractDocument, ModelDocument } from '../generated/model';
import type { StackDocument } from '../generated/platform';
import { valueAt } from '../resolve/layers';
import type { FullContract, FullModel } from '../resolve/full';
import type { ModelResolution, Shown } from '../resolve/model';
import type { Origin } from '../resolve/sources';
import type { KeyPath, ParsedDocument, ParsedModel } from './document';

/** Where a value of the full document came from, for people. */
export type ShownOrigin =
  | { readonly kind: 'file' | 'stack'; readonly place: Place }
  | { readonly kind: 'derived'; readonly from: string }
  | { readonly kind: 'default' };

/** One value of a full document, in the document's own words. */
export interface ShownValue {
  readonly path: KeyPath;
  readonly value: JsonValue;
  readonly origin: ShownOrigin;
}

/** What `kea show MODEL --stack S` prints: the full documents, leaf by leaf in order of the document. */
export interface ShownModel {
  readonly name: string;
  readonly model: readonly ShownValue[];
  readonly contracts: readonly { readonly contract: string; readonly values: readonly ShownValue[] }[];
}

/** Computed only for the model that is asked for. */
export interface Origins {
  model(name: string): ShownModel | undefined;
  /** The full documents themselves, for commands that write them back. */
  full(name: string): FullDocuments | undefined;
}

export interface FullDocuments {
  readonly parsed: ParsedModel<ModelDocument, ContractDocument>;
  readonly model: FullModel;
  readonly contracts: readonly { readonly contract: string; readonly full: FullContract }[];
}

export type Documents = {
  readonly parsed: ParsedModel<ModelDocument, ContractDocument>;
  readonly stack: ParsedDocument<StackDocument> | undefined;
};

/** The place of an origin that somebody wrote. */
export function placeOfOrigin(origin: Origin, contract: string | undefined, { parsed, stack }: Documents): Place | undefined {
  switch (origin.kind) {
    case 'file': {
      const document =
        origin.document === 'model' || contract === undefined ? parsed.model : (parsed.contracts.get(contract) ?? parsed.model);
      return document.place(writtenPart(document.value as JsonValue, origin.path));
    }
    case 'stack':
      return stack?.place(origin.path);
    case 'derived':
    case 'default':
      return undefined;
  }
}

/** Short forms are spelled out in the full document: `artifact: iris.onnx` has no key `uri` to point at. */
function writtenPart(value: JsonValue, path: KeyPath): KeyPath {
  const length = path.findIndex((_, index) => valueAt(value, path.slice(0, index + 1)) === undefined);
  return length < 0 ? path : path.slice(0, length);
}

export function makeOrigins(models: ReadonlyMap<string, { readonly resolution: ModelResolution; readonly documents: Documents }>): Origins {
  return {
    full: (name) => {
      const found = models.get(name);
      if (found === undefined) return undefined;
      const { model, contracts } = found.resolution;
      return { parsed: found.documents.parsed, model: model.full, contracts: contracts.map(({ contract, full }) => ({ contract, full })) };
    },
    model: (name) => {
      const found = models.get(name);
      if (found === undefined) return undefined;
      const { resolution, documents } = found;
      return {
        name,
        model: shownValues(resolution.model, undefined, documents),
        contracts: resolution.contracts.map((each) => ({ contract: each.contract, values: shownValues(each, each.contract, documents) })),
      };
    },
  };
}

function shownValues(shown: Shown<unknown>, contract: string | undefined, documents: Documents): readonly ShownValue[] {
  return leaves(shown.full as JsonValue, []).map(({ path, value }) => ({
    path,
    value,
    origin: shownOrigin(shown.origin(path), contract, documents),
  }));
}

function shownOrigin(origin: Origin, contract: string | undefined, documents: Documents): ShownOrigin {
  if (origin.kind === 'derived' || origin.kind === 'default') return origin;
  const place = placeOfOrigin(origin, contract, documents);
  return place ? { kind: origin.kind, place } : { kind: 'default' };
}

/** Schemas and examples are shown whole: their inside is the user's, not KEA's. */
const WHOLE: ReadonlySet<string | number | undefined> = new Set(['request', 'response', 'examples']);

function leaves(value: JsonValue, path: KeyPath): readonly { readonly path: KeyPath; readonly value: JsonValue }[] {
  if (!isJsonObject(value) || (path[0] === 'methods' && WHOLE.has(path[2]))) return [{ path, value }];
  const members = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  if (members.length === 0) return [{ path, value }];
  return members.flatMap(([key, member]) => leaves(member, [...path, key]));
}
