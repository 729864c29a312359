import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleIndex, BundlePart } from '../../../core/contract/bundle';
import { decodeDocument, decodeIndex, decodePart } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import { edgeVirtualHost, partRoutes } from '../../../core/contract/edge-routes';
import { unsafeRoutes } from '../../../core/contract/edge-safety';
import { contractName, contractPrefix, versionName } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { EncodedAny } from './encode';
import { type Encoder } from './encode';

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
}

interface LoadedPart {
  readonly name: string;
  readonly prefix: string | undefined;
  /** Entry of the prefix map. */
  readonly entry: JsonObject;
  readonly clusters: ReadonlyMap<string, EncodedAny>;
}

/** Clusters of the bootstrap: a bundle cannot replace them. */
const RESERVED = new Set(['processor', 'portal', 'identity', 'ads']);

/** Files that are read side by side. */
const READ_AT_ONCE = 16;

/** Reads bundles from a folder. Parts that did not change since the last bundle are not read again. */
export class BundleStore {
  private parts = new Map<string, LoadedPart>();
  /** Digest of the OpenAPI document that was proved last. */
  private document = '';

  constructor(
    private readonly folder: string,
    private readonly encoder: Encoder,
  ) {}

  /**
   * Reads the bundle that `index.json` names.
   *
   * @throws Error with one reason, when anything in it is missing, altered, unsafe or untranslatable; then the whole bundle is refused.
   */
  async load(indexText: string): Promise<LoadedBundle> {
    const index = decodeIndex(indexText);
    checkNames(index);
    const loaded = new Map<string, LoadedPart>();
    for (let at = 0; at < index.parts.length; at += READ_AT_ONCE) {
      const refs = index.parts.slice(at, at + READ_AT_ONCE);
      const parts = await Promise.all(refs.map(({ name, digest }) => this.part(name, digest)));
      for (const [position, part] of parts.entries()) loaded.set(refs[position]?.digest ?? '', part);
    }
    await this.proveDocument(index.openapi);
    const bundle = this.assemble(index, [...loaded.values()]);
    this.parts = loaded;
    this.document = index.openapi;
    return bundle;
  }

  private async proveDocument(digest: string): Promise<void> {
    if (digest !== this.document) decodeDocument(await this.read('the OpenAPI document', BundleFile.openapi(digest)), digest);
  }

  private read(what: string, file: string): Promise<Buffer> {
    return readFile(join(this.folder, file)).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${what}: ${file} cannot be read (${error.code ?? 'unknown'})`);
    });
  }

  private part(name: string, digest: string): Promise<LoadedPart> {
    const known = this.parts.get(digest);
    return known?.name === name ? Promise.resolve(known) : this.readPart(name, digest);
  }

  private async readPart(name: string, digest: string): Promise<LoadedPart> {
    const bytes = await this.read(`part ${name}`, BundleFile.part(name, digest));
    try {
      return this.translate(name, digest, decodePart(bytes, digest));
    } catch (error) {
      throw new Error(`part ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  private translate(name: string, digest: string, part: BundlePart): LoadedPart {
    const { model, contract, versions } = part.contract;
    if (contractName(model, contract) !== name) throw new Error(`it holds ${contractName(model, contract)}`);
    const prefix = contractPrefix(model, contract);
    refuseUnsafe(part.routes, prefix);
    const expected = versions.map(({ version }) => versionName(model, version));
    const names = part.clusters.map((cluster) => cluster['name']);
    if (JSON.stringify(names) !== JSON.stringify(expected)) throw new Error('its clusters are not those of its versions');
    const entry = partRoutes(part, digest) as { action: { name: string; typed_config: JsonObject } };
    const encoded = this.encoder.any(entry.action.typed_config, 'routes');
    return {
      name,
      prefix: part.routes.length > 0 ? prefix : undefined,
      entry: { action: { name: entry.action.name, typed_config: encoded as unknown as JsonObject } },
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
    refuseUnsafe(index.platformRoutes, undefined);
    const clusters = new Map(this.translateClusters(index.platformClusters));
    for (const part of parts) {
      for (const [name, cluster] of part.clusters) {
        if (clusters.has(name)) throw new Error(`part ${part.name}: the cluster ${name} exists twice`);
        clusters.set(name, cluster);
      }
    }
    const entries = Object.fromEntries(parts.flatMap((part) => (part.prefix === undefined ? [] : [[part.prefix, part.entry]])));
    const configuration = { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration', ...edgeVirtualHost(index, entries) };
    const files = index.parts.map(({ name, digest }) => ({ name, digest, file: join(this.folder, BundleFile.part(name, digest)) }));
    const openapi = join(this.folder, BundleFile.openapi(index.openapi));
    return { index, files, openapi, clusters, routes: this.encoder.any(configuration, 'routes') };
  }
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

function refuseUnsafe(routes: readonly JsonObject[], prefix: string | undefined): void {
  const [first] = unsafeRoutes(routes, prefix === undefined ? {} : { prefix });
  if (first) throw new Error(`route ${first.route} is refused: ${first.reason}`);
}
