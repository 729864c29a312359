import type { JsonObject, JsonValue } from '../../core/json';
import type { ContractDocument } from '../generated/model';
import type { FullContract } from '../resolve/full';
import { shortVersion } from '../resolve/sources';
import { makeEdit, type Edit } from './edit';
import { deleteIn, setIn } from './tree';

export interface Frozen {
  /** Relative to the project. */
  readonly file: string;
  readonly source: string;
  /** As written. */
  readonly document: ContractDocument;
  readonly contract: string;
  /** With everything derived, as `resolveModel` gives it. */
  readonly full: FullContract;
}

/**
 * `kea freeze`: writes what was derived into the file, so that a new export of the model can no longer change the contract unseen:
 * the version with its digest, the framework, and each method's schemas, binding and example. What is written already stays.
 */
export function freeze({ file, source, document, contract, full }: Frozen): Edit {
  const withVersions = Object.entries(full.versions).reduce(
    (text, [version, { artifact, runtime }]) => {
      const path = ['versions', version];
      const pinned = artifact === undefined ? text : setIn(text, [...path, 'artifact'], { ...artifact });
      const told = document.runtime?.framework ?? document.versions?.[version]?.runtime?.framework;
      return runtime.framework === undefined || told !== undefined
        ? pinned
        : setIn(pinned, [...path, 'runtime', 'framework'], runtime.framework);
    },
    shortened(source, document, contract, full),
  );
  const after = Object.entries(full.methods).reduce((text, [name, method]) => {
    const written = document.methods?.[name] ?? {};
    return (['request', 'response', 'call', 'examples'] as const).reduce((current, key) => {
      const value = method[key] as JsonValue | undefined;
      const empty = Array.isArray(value) && value.length === 0;
      return value === undefined || empty || written[key] !== undefined ? current : setIn(current, ['methods', name, key], plain(value));
    }, text);
  }, withVersions);
  return makeEdit(file, source, after);
}

/** The short form `artifact: iris.onnx` becomes the version that it stands for. */
function shortened(source: string, document: ContractDocument, contract: string, full: FullContract): string {
  if (document.versions !== undefined) return source;
  const version = shortVersion(contract);
  const { artifact, image } = full.versions[version] ?? {};
  const build: JsonObject = artifact === undefined ? { image } : { artifact: { ...artifact } };
  return (['artifact', 'image'] as const).reduce(
    (text, key) => deleteIn(text, [key]),
    setIn(source, ['versions', version], plain(build) as JsonObject),
  );
}

/** Without members that are undefined. */
function plain(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}
