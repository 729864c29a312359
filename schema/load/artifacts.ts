import { lstatSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { artifactFindings as kind } from '../../core/findings/artifact';
import { finding, type Finding, type FindingKind } from '../../core/findings/finding';
import { digestPath, sha256Hex, UnfitForDigest, type PathDigest } from '../../core/digests';
import type { ContractDocument, ModelDocument } from '../generated/model';
import { readOnnxBytes, readOnnxFile, type OnnxHeader } from '../onnx/header';
import { Malformed } from '../onnx/protobuf';
import { versionsOf } from '../resolve/document-layers';
import { TELLTALES } from '../resolve/framework';
import { artifactKey, type ArtifactFile } from '../resolve/sources';
import type { ParsedDocument, ParsedModel } from './document';
import { reason, staysInside } from './find';

/** Files up to this size travel in the plan when the stack has no store. */
export const MOST_INLINE_BYTES = 700 * 1024;
/** Files up to this size are read once, for digest, header and plan together. */
const SMALL = 4 << 20;

export interface ArtifactOptions {
  readonly root: string;
  /** The bytes must travel in the plan: the stack has no store, and is not the local one. */
  readonly inline: boolean;
}

export interface ReadArtifacts {
  /** By `artifactKey`. */
  readonly files: ReadonlyMap<string, ArtifactFile>;
  readonly findings: readonly Finding[];
}

/** The phase artifacts: looks at every artifact that lies in the model's folder; weights are hashed, never kept. */
export function readArtifacts(model: ParsedModel<ModelDocument, ContractDocument>, options: ArtifactOptions): ReadArtifacts {
  const files = new Map<string, ArtifactFile>();
  const findings: Finding[] = [];
  for (const [contract, document] of model.contracts) {
    for (const [version, { artifact, runtime }] of Object.entries(versionsOf(document.value, contract))) {
      const { uri } = (artifact ?? {}) as { readonly uri?: string };
      if (uri === undefined || isAddress(uri)) continue;
      const framework = ((runtime ?? {}) as { readonly framework?: string }).framework ?? document.value.runtime?.framework;
      const read = readArtifact(model, uri, framework, options);
      if ('file' in read) files.set(artifactKey(contract, version), read.file);
      else
        findings.push(
          finding(read.kind, {
            message: read.message,
            place: uriPlace(document, version),
            model: model.name,
            ...(read.fix ? { fix: read.fix } : {}),
          }),
        );
    }
  }
  return { files, findings };
}

/** `s3://…` and the like; everything else is a path below the model. */
export function isAddress(uri: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(uri);
}

type Refused = { readonly kind: FindingKind; readonly message: string; readonly fix?: string };

function readArtifact(
  model: ParsedModel,
  uri: string,
  framework: string | undefined,
  { root, inline }: ArtifactOptions,
): { readonly file: ArtifactFile } | Refused {
  const folder = join(root, model.folder);
  const path = join(folder, uri.replace(/\/+$/, ''));
  if (uri.startsWith('/') || /(^|[\\/])\.\.([\\/]|$)/.test(uri)) return outside(uri, model.folder);
  try {
    const stat = statSync(path);
    if (!staysInside(folder, path)) return outside(uri, model.folder);
    if (uri.endsWith('/') && !stat.isDirectory()) return { kind: kind.shape, message: `"${uri}" ends with a slash and is a file` };
    if (stat.isDirectory()) return { file: readFolder(path) };
    if (!stat.isFile()) return { kind: kind.unfit, message: `"${uri}" is neither a file nor a folder` };
    return readFile(path, uri, stat.size, framework ?? (extname(uri).toLowerCase() === '.onnx' ? 'onnx' : undefined), inline);
  } catch (error) {
    if (error instanceof UnfitForDigest) return { kind: kind.unfit, message: `"${uri}" holds "${error.path}", which ${error.reason}` };
    if (isBrokenLink(path)) return outside(uri, model.folder);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: kind.missing, message: `there is no "${uri}" in ${model.folder}` };
    return { kind: kind.unfit, message: `"${uri}" cannot be read: ${reason(error)}` };
  }
}

function readFile(
  path: string,
  uri: string,
  size: number,
  framework: string | undefined,
  inline: boolean,
): { readonly file: ArtifactFile } | Refused {
  const bytes = size <= SMALL ? readFileSync(path) : undefined;
  const digest: PathDigest = bytes ? { sha256: sha256Hex(bytes), isFolder: false, bytes: bytes.length } : digestPath(path);
  if (bytes?.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER) {
    return {
      kind: kind.notModel,
      message: `"${uri}" is a pointer of Git LFS, not the model itself`,
      fix: 'fetch the file by `git lfs pull`',
    };
  }
  let onnx: OnnxHeader | undefined;
  if (framework === 'onnx') {
    try {
      onnx = bytes ? readOnnxBytes(bytes) : readOnnxFile(path);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { kind: kind.notModel, message: `"${uri}" is no ONNX model: ${error.message}` };
    }
  }
  if (inline && size > MOST_INLINE_BYTES) {
    return { kind: kind.tooLarge, message: `"${uri}" has ${size} bytes; at most ${MOST_INLINE_BYTES} travel in the plan` };
  }
  return {
    file: { localPath: path, digest, ...(onnx ? { onnx } : {}), ...(inline && bytes ? { inline: bytes.toString('base64') } : {}) },
  };
}

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

function readFolder(path: string): ArtifactFile {
  const digest = digestPath(path);
  const telltale = TELLTALES.find(([name]) => statSync(join(path, name), { throwIfNoEntry: false })?.isFile());
  return { localPath: path, digest, ...(telltale ? { framework: telltale[1] } : {}) };
}

function outside(uri: string, folder: string): Refused {
  return { kind: kind.outside, message: `"${uri}" leads outside ${folder}` };
}

function isBrokenLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function uriPlace(document: ParsedDocument<ContractDocument>, version: string): NonNullable<Finding['place']> {
  const at = document.value.versions === undefined ? ['artifact'] : ['versions', version, 'artifact'];
  const written = document.value.versions?.[version]?.artifact ?? document.value.artifact;
  return document.valuePlace(typeof written === 'object' ? [...at, 'uri'] : at);
}
