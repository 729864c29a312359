/**
 * What the plan tells the init container `artifact-fetch`. It downloads (or copies) the artifact, verifies its digest and leaves it at `target`;
 * a wrong digest, a size above `maxBytes` or a path that leaves `target` ends it with a message on stderr and exit code 1.
 */
export interface ArtifactRequest {
  /** `s3://bucket/key`, `https://…`, `oci://registry/name@sha256:…`, `pvc://claim/path` (mounted at `claim`), or `inline://` (chunks at `chunks`). */
  readonly uri: string;
  /** sha256 (hex) of the file's bytes, or of the folder's listing (`<sha256>  <relative path>\n` in byte order of path). */
  readonly sha256?: string;
  /** A folder: every object below the uri; else one file. */
  readonly isFolder: boolean;
  /** File (or folder) that it writes; its parent is an empty volume. */
  readonly target: string;
  /** Bytes that it may write at most. */
  readonly maxBytes: number;
  /** Folder with the store's credentials as files: `access-key-id`, `secret-access-key`, `region`, `endpoint`, `token`; each optional. */
  readonly credentials?: string;
  /** Folder that holds `chunk-000`, `chunk-001`, …: the bytes of an inline artifact, cut. */
  readonly chunks?: string;
  /** Folder where the claim of a `pvc://` artifact is mounted. */
  readonly claim?: string;
}

/** Data key of an inline artifact's chunk: `chunk-000`. */
export function chunkName(index: number): string {
  return `chunk-${String(index).padStart(3, '0')}`;
}

/** Command-line arguments of `services/artifact-fetch/main`: `--uri … --target …`, in this order. */
export function artifactArguments(request: ArtifactRequest): string[] {
  return [
    `--uri=${request.uri}`,
    ...(request.sha256 === undefined ? [] : [`--sha256=${request.sha256}`]),
    ...(request.isFolder ? ['--folder'] : []),
    `--target=${request.target}`,
    `--max-bytes=${request.maxBytes}`,
    ...(request.credentials === undefined ? [] : [`--credentials=${request.credentials}`]),
    ...(request.chunks === undefined ? [] : [`--chunks=${request.chunks}`]),
    ...(request.claim === undefined ? [] : [`--claim=${request.claim}`]),
  ];
}

/** The request that `artifactArguments` wrote, or what is wrong with the arguments. */
export function parseArtifactArguments(args: readonly string[]): ArtifactRequest | { readonly problem: string } {
  const values = new Map<string, string>();
  for (const arg of args) {
    const match = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(arg);
    if (!match?.[1]) return { problem: `argument "${arg}" is not --name=value` };
    values.set(match[1], match[2] ?? '');
  }
  const known = ['uri', 'sha256', 'folder', 'target', 'max-bytes', 'credentials', 'chunks', 'claim'];
  const unknown = [...values.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined)
    return { problem: `argument --${unknown} is unknown, allowed: ${known.map((name) => `--${name}`).join(', ')}` };
  const uri = values.get('uri');
  const target = values.get('target');
  const maxBytes = Number(values.get('max-bytes'));
  if (!uri) return { problem: 'argument --uri is missing' };
  if (!target) return { problem: 'argument --target is missing' };
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) return { problem: 'argument --max-bytes is not a number of bytes' };
  const optional = (name: 'sha256' | 'credentials' | 'chunks' | 'claim'): object => (values.get(name) ? { [name]: values.get(name) } : {});
  return {
    uri,
    isFolder: values.has('folder'),
    target,
    maxBytes,
    ...optional('sha256'),
    ...optional('credentials'),
    ...optional('chunks'),
    ...optional('claim'),
  };
}
