import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { BundleContract, BundleIndex, BundleMethod, BundlePart, BundleVersion } from '../../../core/contract/bundle';
import { decodeDocument, decodePart } from '../../../core/contract/bundle-codec';
import { contractName, routeId } from '../../../core/contract/names';
import { canonicalJson } from '../../../core/canonical';
import { sha256Hex } from '../../../core/digests';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../../core/json';

/** One contract as the worker holds it: what every call needs is unpacked, schemas and documents stay packed until asked for. */
export interface LoadedContract {
  readonly name: string;
  readonly digest: string;
  readonly contract: BundleContract;
  readonly methods: ReadonlyMap<string, LoadedMethod>;
  readonly versions: ReadonlyMap<string, BundleVersion>;
  readonly deployed: readonly string[];
  readonly packed: Buffer;
}

export interface LoadedMethod {
  readonly owner: LoadedContract;
  readonly method: BundleMethod;
  readonly id: string;
  /** Schemas and translation: whatever changes what an answer means. */
  readonly schemaDigest: string;
  /** The response schema as far as the codec needs it: the types of its top fields. */
  readonly responseTypes: JsonSchema;
  /** What a tensor gets for a field that the caller left out. */
  readonly defaults: { readonly [field: string]: JsonValue };
}

/** Index without the documents that only pages need. */
interface LoadedIndex {
  readonly digest: string;
  readonly parts: readonly { readonly name: string; readonly digest: string }[];
  readonly epoch: string | undefined;
  readonly purged: NonNullable<BundleIndex['purged']>;
  readonly roleOf: NonNullable<BundleIndex['roleOf']>;
  readonly openapi: { readonly digest: string; readonly packed: Buffer };
}

/** Bundles overlap while routes switch, so a page of the one before is still answered. */
const REMEMBERED_INDEXES = 8;

/** Schemas kept unpacked: for redaction, which reads them on every call. */
const REMEMBERED_SCHEMAS = 100;

/** The configuration of this worker: contracts by the digest of their part. Loading is all or nothing. */
export class Registry {
  private readonly parts = new Map<string, LoadedContract>();
  private readonly indexes = new Set<string>();
  private readonly schemas = new Map<string, JsonSchema>();
  private index: LoadedIndex | undefined;
  private ready: ReadonlySet<string> | undefined;
  private readyOf = new WeakMap<LoadedContract, readonly string[]>();

  /** `prepare` is told each schema of a part that comes, while it is unpacked anyway. */
  constructor(private readonly prepare: (digest: string, schema: JsonSchema) => void = () => undefined) {}

  /** @throws Error with the reason why the bundle is refused; nothing has changed then. */
  async load(
    index: BundleIndex,
    files: readonly { readonly name: string; readonly digest: string; readonly file: string }[],
    openapi: string,
  ): Promise<void> {
    const fresh: LoadedContract[] = [];
    for (const { name, digest, file } of files) {
      if (!this.parts.has(digest)) fresh.push(unpack(name, digest, await read(`part ${name}`, file), this.prepare));
    }
    const known = this.index?.openapi.digest === index.openapi ? this.index.openapi : undefined;
    const document = known ?? { digest: index.openapi, packed: await read('the OpenAPI document', openapi) };
    const come = new Set(fresh.map((part) => part.digest));
    const missing = index.parts.find((part) => !come.has(part.digest) && !this.parts.has(part.digest));
    if (missing !== undefined) throw new Error(`part ${missing.name}: neither loaded nor listed with a file`);
    for (const part of fresh) this.parts.set(part.digest, part);
    this.indexes.add(index.digest);
    if (this.indexes.size > REMEMBERED_INDEXES) this.indexes.delete(this.indexes.values().next().value as string);
    this.index = {
      digest: index.digest,
      parts: index.parts,
      epoch: index.epoch,
      purged: index.purged ?? {},
      roleOf: index.roleOf ?? {},
      openapi: document,
    };
  }

  forget(digests: readonly string[]): void {
    const current = new Set(this.index?.parts.map((part) => part.digest));
    for (const digest of digests) if (!current.has(digest)) this.parts.delete(digest);
  }

  /** Clusters with an instance; before the first message everything counts as ready. */
  setReady(clusters: readonly string[]): void {
    this.ready = new Set(clusters);
    this.readyOf = new WeakMap();
  }

  /** Versions of a contract that have an instance, in its order. */
  readyVersions(owner: LoadedContract): readonly string[] {
    let versions = this.readyOf.get(owner);
    if (versions === undefined) {
      versions = owner.contract.versions.filter(({ cluster }) => this.isReady(cluster)).map(({ version }) => version);
      this.readyOf.set(owner, versions);
    }
    return versions;
  }

  isReady(cluster: string): boolean {
    return this.ready === undefined || this.ready.has(cluster);
  }

  part(digest: string): LoadedContract | undefined {
    return this.parts.get(digest);
  }

  hasIndex(digest: string): boolean {
    return this.indexes.has(digest);
  }

  get bundleDigest(): string | undefined {
    return this.index?.digest;
  }

  get epoch(): string | undefined {
    return this.index?.epoch;
  }

  /** What values of the roles claim stand for, by issuer. */
  get roleOf(): NonNullable<BundleIndex['roleOf']> {
    return this.index?.roleOf ?? {};
  }

  /** What the stack file says was purged. */
  get purged(): NonNullable<BundleIndex['purged']> {
    return this.index?.purged ?? {};
  }

  /** Contracts of the current bundle, in its order. */
  current(): readonly LoadedContract[] {
    return this.index?.parts.flatMap(({ digest }) => this.parts.get(digest) ?? []) ?? [];
  }

  /** One contract of the current bundle, by name. */
  contract(model: string, contract: string): LoadedContract | undefined {
    const name = contractName(model, contract);
    const digest = this.index?.parts.find((part) => part.name === name)?.digest;
    const owner = digest === undefined ? undefined : this.parts.get(digest);
    return owner?.contract.model === model ? owner : undefined;
  }

  get size(): number {
    return this.parts.size;
  }

  schema(owner: LoadedContract, digest: string): JsonSchema {
    const known = this.schemas.get(digest);
    if (known !== undefined) return known;
    const schema = unpackPart(owner.packed).schemas[digest];
    if (schema === undefined) throw new Error(`part ${owner.name} lacks the schema ${digest.slice(0, 12)}`);
    if (this.schemas.size >= REMEMBERED_SCHEMAS) this.schemas.delete(this.schemas.keys().next().value as string);
    this.schemas.set(digest, schema);
    return schema;
  }

  contractOpenApi(owner: LoadedContract): JsonObject {
    return unpackPart(owner.packed).openapi;
  }

  platformOpenApi(): JsonObject {
    return this.index === undefined ? {} : decodeDocument(this.index.openapi.packed, this.index.openapi.digest);
  }
}

function read(what: string, file: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${what}: cannot be read (${error.code ?? error.message})`);
  });
}

/** One whose digest was proved when it came. */
function unpackPart(packed: Buffer): BundlePart {
  return JSON.parse(gunzipSync(packed).toString('utf8')) as BundlePart;
}

function unpack(name: string, digest: string, packed: Buffer, prepare: (digest: string, schema: JsonSchema) => void): LoadedContract {
  let part: BundlePart;
  try {
    part = decodePart(packed, digest);
  } catch (error) {
    throw new Error(`part ${name}: ${(error as Error).message}`);
  }
  const { contract } = part;
  if (contractName(contract.model, contract.contract) !== name) throw new Error(`part ${name}: it holds another contract`);
  const methods = new Map<string, LoadedMethod>();
  const owner: LoadedContract = {
    name,
    digest,
    contract,
    methods,
    versions: new Map(contract.versions.map((version) => [version.version, version])),
    deployed: contract.versions.map((version) => version.version),
    packed,
  };
  for (const method of contract.methods) {
    for (const schema of [method.requestSchema, method.responseSchema]) {
      if (part.schemas[schema] === undefined) throw new Error(`part ${name}: the schema of method ${method.method} is missing`);
    }
    methods.set(method.method, {
      owner,
      method,
      id: routeId(contract.model, contract.contract, method.method),
      schemaDigest: meaning(method),
      responseTypes: topTypes(part.schemas[method.responseSchema]),
      defaults: topDefaults(part.schemas[method.requestSchema]),
    });
  }
  for (const [schemaDigest, schema] of Object.entries(part.schemas)) prepare(schemaDigest, schema);
  return owner;
}

function meaning(method: BundleMethod): string {
  const { requestSchema, responseSchema, call, responseCheck } = method;
  return sha256Hex(canonicalJson({ requestSchema, responseSchema, call: call as unknown as JsonObject, responseCheck }));
}

function topTypes(schema: JsonSchema | undefined): JsonSchema {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties)) return {};
  return {
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, { type: isJsonObject(each) ? each['type'] : undefined }]),
    ),
  };
}

function topDefaults(schema: JsonSchema | undefined): { readonly [field: string]: JsonValue } {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, each]) => {
      const value = isJsonObject(each) ? each['default'] : undefined;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
