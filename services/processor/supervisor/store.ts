import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleIndex, BundlePart } from '../../../core/contract/bundle';
import { decodeDocument, decodeIndex, decodePart } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import { type EdgeEntries, edgeVirtualHost, partEntries } from '../../../core/contract/edge-routes';
import { type RouteScope, unsafeRoutes } from '../../../core/contract/edge-safety';
import { barePrefix, GRPC_SERVICE } from '../../../core/contract/fronts';
import { contractName, contractPrefix, grpcClusterName, versionName } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { CanarySubject } from './canary';
import type { EncodedAny } from './encode';
import { type Encoder } from './encode';
import { PatternJudge } from './patterns';

/** A bundle that was read, proved and translated whole: nothing about it can fail any more but Envoy's own opinion. */
export interface LoadedBundle {
  readonly index: BundleIndex;
  /** For the workers' `load` message. */
  readonly files: readonly { readonly name: string; readonly digest: string; readonly file: string }[];
  /** File of the platform's OpenAPI document. */
  readonly openapi: string;
  /** By cluster name. */
  readonly clusters: ReadonlyMap<string, EncodedAny>;
  readonly routes: EncodedAny;
  /** Contracts and their routing. */
  readonly subjects: readonly CanarySubject[];
}

interface LoadedPart {
  readonly name: string;
  readonly subject: CanarySubject;
  readonly entries: EdgeEntries;
  readonly clusters: ReadonlyMap<string, EncodedAny>;
}

/** Clusters of the bootstrap: a bundle cannot replace them. */
const RESERVED = new Set(['processor', 'portal', 'identity', 'ads']);

/** Files that are read side by side. */
const READ_AT_ONCE = 16;

/** Where the store keeps links to the files of what it took: whoever writes bundles may remove those of the last good one. */
const KEPT = 'kept';

/** Reads bundles from a folder. Parts that did not change since the last bundle are not read again. */
export class BundleStore {
  private parts = new Map<string, LoadedPart>();
  /** Index of the bundle that served last. */
  private remembered: BundleIndex | undefined;
  /** Digest of the OpenAPI document that was proved last. */
  private document = '';
  private readonly judge = new PatternJudge();

  constructor(
    private readonly folder: string,
    private readonly encoder: Encoder,
  ) {}

  /**
   * Reads the bundle that `index.json` names, of files that came or of those that were kept.
   *
   * @throws Error with one reason, when anything in it is missing, altered, unsafe or untranslatable; then the whole bundle is refused.
   */
  async load(indexText: string, from: 'come' | 'kept' = 'come'): Promise<LoadedBundle> {
    const index = decodeIndex(indexText);
    checkNames(index);
    if (from === 'come') await this.keep(index);
    const loaded = await this.loadParts(index).finally(() => this.judge.rest());
    await this.proveDocument(index.openapi);
    const bundle = this.assemble(index, [...loaded.values()]);
    this.parts = loaded;
    this.document = index.openapi;
    return bundle;
  }

  private async loadParts(index: BundleIndex): Promise<Map<string, LoadedPart>> {
    const loaded = new Map<string, LoadedPart>();
    for (let at = 0; at < index.parts.length; at += READ_AT_ONCE) {
      const refs = index.parts.slice(at, at + READ_AT_ONCE);
      const parts = await Promise.all(refs.map(({ name, digest }) => this.part(name, digest)));
      for (const [position, part] of parts.entries()) loaded.set(refs[position]?.digest ?? '', part);
    }
    return loaded;
  }

  /** Says that this bundle serves: what only earlier ones needed is let go, after `load` of the next one was refused or not. */
  async remember(bundle: LoadedBundle, indexText: string): Promise<void> {
    const kept = join(this.folder, KEPT);
    await writeFile(join(kept, `${BundleFile.index}.half`), indexText);
    await rename(join(kept, `${BundleFile.index}.half`), join(kept, BundleFile.index));
    const wanted = new Set([...filesOf(bundle.index), ...(this.remembered ? filesOf(this.remembered) : [])]);
    for (const name of await readdir(join(kept, 'parts'))) {
      if (!wanted.has(`parts/${name}`)) await rm(join(kept, 'parts', name), { force: true });
    }
    // A worker that starts while routes switch loads the one before, too.
    this.remembered = bundle.index;
  }

  /** Index of the bundle that served last, also in an earlier life of this process. */
  async lastGood(): Promise<string | undefined> {
    return readFile(join(this.folder, KEPT, BundleFile.index), 'utf8').catch(() => undefined);
  }

  /** What is missing is told by whoever reads it. */
  private async keep(index: BundleIndex): Promise<void> {
    await mkdir(join(this.folder, KEPT, 'parts'), { recursive: true });
    const there = new Set((await readdir(join(this.folder, KEPT, 'parts'))).map((name) => `parts/${name}`));
    for (const file of filesOf(index)) {
      if (!there.has(file)) await link(join(this.folder, file), join(this.folder, KEPT, file)).catch(() => undefined);
    }
  }

  private async proveDocument(digest: string): Promise<void> {
    if (digest !== this.document)
      await this.read('the OpenAPI document', BundleFile.openapi(digest), (bytes) => decodeDocument(bytes, digest));
  }

  private async read<T>(what: string, file: string, decode: (bytes: Buffer) => T): Promise<T> {
    const path = join(this.folder, KEPT, file);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${what}: ${file} cannot be read (${error.code ?? 'unknown'})`);
    });
    try {
      return decode(bytes);
    } catch (error) {
      // A file that was still being copied may be whole when it is looked at again.
      await rm(path, { force: true });
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  private part(name: string, digest: string): Promise<LoadedPart> {
    const known = this.parts.get(digest);
    return known?.name === name ? Promise.resolve(known) : this.readPart(name, digest);
  }

  private async readPart(name: string, digest: string): Promise<LoadedPart> {
    const what = `part ${name}`;
    const { part, loaded } = await this.read(what, BundleFile.part(name, digest), (bytes) => {
      const part = decodePart(bytes, digest);
      return { part, loaded: this.translate(name, digest, part) };
    });
    await this.judge.refuseSlow(Object.values(part.schemas)).catch((error: Error) => {
      throw new Error(`${what}: ${error.message}`, { cause: error });
    });
    return loaded;
  }

  private translate(name: string, digest: string, part: BundlePart): LoadedPart {
    const { model, contract, versions } = part.contract;
    if (contractName(model, contract) !== name) throw new Error(`it holds ${contractName(model, contract)}`);
    refuseUnsafe(part.routes, { prefix: contractPrefix(model, contract) });
    refuseUnsafe(part.bareRoutes ?? [], { prefix: `${barePrefix(model)}/` });
    const grpc = part.grpcRoutes ? versions.map(({ version }) => grpcClusterName(model, version)) : [];
    refuseUnsafe(part.grpcRoutes ?? [], { prefix: GRPC_SERVICE, clusters: grpc });
    const expected = [...versions.map(({ version }) => versionName(model, version)), ...grpc];
    const names = part.clusters.map((cluster) => cluster['name']);
    if (JSON.stringify(names) !== JSON.stringify(expected)) throw new Error('its clusters are not those of its versions');
    return {
      name,
      subject: { model, contract, versions: versions.map(({ version }) => version), routing: part.contract.routing },
      entries: partEntries(part, digest, (list) => this.encoder.any(list, 'routes') as unknown as JsonObject),
      clusters: this.translateClusters(part.clusters),
    };
  }

  private translateClusters(clusters: readonly JsonObject[]): ReadonlyMap<string, EncodedAny> {
    return new Map(
      clusters.map((cluster) => {
        const name = String(cluster['name']);
        if (RESERVED.has(name)) throw new Error(`its cluster takes the name ${name} of the platform`);
        return [name, this.encoder.any({ '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', ...cluster }, `cluster ${name}`)];
      }),
    );
  }

  private assemble(index: BundleIndex, parts: readonly LoadedPart[]): LoadedBundle {
    refuseUnsafe(index.platformRoutes, {});
    const clusters = new Map(this.translateClusters(index.platformClusters));
    for (const part of parts) {
      for (const [name, cluster] of part.clusters) {
        if (clusters.has(name)) throw new Error(`part ${part.name}: the cluster ${name} exists twice`);
        clusters.set(name, cluster);
      }
    }
    const entries = parts.map((part) => part.entries);
    const configuration = { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration', ...edgeVirtualHost(index, entries) };
    const files = index.parts.map(({ name, digest }) => ({ name, digest, file: join(this.folder, KEPT, BundleFile.part(name, digest)) }));
    const openapi = join(this.folder, KEPT, BundleFile.openapi(index.openapi));
    const subjects = parts.map((part) => part.subject);
    return { index, files, openapi, clusters, routes: this.encoder.any(configuration, 'routes'), subjects };
  }
}

function filesOf(index: BundleIndex): readonly string[] {
  return [BundleFile.openapi(index.openapi), ...index.parts.map(({ name, digest }) => BundleFile.part(name, digest))];
}

const DIGEST = /^[0-9a-f]{64}$/;

function checkNames(index: BundleIndex): void {
  const names = index.parts.map(({ name }) => name);
  for (const { name, digest } of index.parts) {
    // Both become a path below the folder.
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || !DIGEST.test(digest))
      throw new Error('the index names a part in a way that no part is named');
  }
  if (!DIGEST.test(index.openapi)) throw new Error('the index names no OpenAPI document');
  if (new Set(names).size !== names.length) throw new Error('the index lists a part twice');
}

function refuseUnsafe(routes: readonly JsonObject[], scope: RouteScope): void {
  const [first] = unsafeRoutes(routes, scope);
  if (first) throw new Error(`route ${first.route} is refused: ${first.reason}`);
}
