import type { BundleContract, BundleIndex, BundleMethod, BundlePart, BundleVersion } from '../../../core/contract/bundle';
import { canonicalJson } from '../../../core/canonical';
import { indexDigest } from '../../../core/contract/bundle-codec';
import { BundleFile } from '../../../core/contract/bundle-files';
import { contractName, grpcClusterName, versionName } from '../../../core/contract/names';
import { protocolOf, runtimeModelName } from '../../../core/contract/protocols';
import { digestOf, sha256Hex } from '../../../core/digests';
import type { JsonObject, JsonSchema } from '../../../core/json';
import { contractOpenApi, platformOpenApi } from '../../../schema/openapi';
import { issuersOf } from '../../../schema/access/issuers';
import type {
  ResolvedContract,
  ResolvedIdentity,
  ResolvedMethod,
  ResolvedModel,
  ResolvedPlatform,
  ResolvedVersion,
} from '../../../schema/resolved';
import { bareRoutes, contractRoutes } from './contract-routes';
import { grpcRoutes } from './grpc-routes';
import { grpcCluster, modelCluster } from './model-cluster';
import type { LoginOptions } from './options';
import { platformRoutes } from './platform-routes';

/** The index and its parts, in byte order of name. */
export interface Bundle {
  readonly index: BundleIndex;
  readonly parts: readonly BundlePart[];
  /** Canonical JSON, of which digests and files are made: of each part in the order of `parts`, and of the platform's OpenAPI document. */
  readonly texts: { readonly parts: readonly string[]; readonly openapi: string };
}

/** File name in a bundle folder → canonical JSON, for everything but the index. */
export function bundleTexts({ index, texts }: Bundle): readonly (readonly [file: string, text: string])[] {
  return [
    [BundleFile.openapi(index.openapi), texts.openapi],
    ...index.parts.map(({ name, digest }, at) => [BundleFile.part(name, digest), texts.parts[at] ?? ''] as const),
  ];
}

export interface BundleOptions {
  /** Browser login on the documentation pages; the same as in the gateway's options. @default - none */
  readonly login?: LoginOptions;
  /** Calls stay in the gateway's zone where the load stays even. @default false */
  readonly zones?: boolean;
  /** Writers of the OpenAPI documents. @default - those of `schema/openapi` */
  readonly openapi?: { readonly contract: typeof contractOpenApi; readonly platform: typeof platformOpenApi };
}

/** Everything that changes while a gateway runs, as data: one part a contract, so that editing a model changes its parts and the index only. */
export function buildBundle(platform: ResolvedPlatform, options: BundleOptions = {}): Bundle {
  const openapi = options.openapi ?? { contract: contractOpenApi, platform: platformOpenApi };
  const parts = platform.models
    .flatMap((model) =>
      model.contracts.map((contract) =>
        sealed(contractPart(platform, model, contract, openapi.contract(platform, model, contract), options.zones ?? false)),
      ),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const document = canonicalJson(openapi.platform(platform));
  const index: Omit<BundleIndex, 'digest'> = {
    format: 1,
    stack: platform.stack.name,
    parts: parts.map(({ name, digest }) => ({ name, digest })),
    platformRoutes: platformRoutes(platform.stack.identity, options.login),
    platformClusters: [],
    openapi: sha256Hex(document),
    ...roleMaps(platform.stack.identity),
    ...(platform.stack.purged ? { purged: platform.stack.purged } : {}),
  };
  return {
    index: { ...index, digest: indexDigest(index) },
    parts: parts.map(({ part }) => part),
    texts: { parts: parts.map(({ text }) => text), openapi: document },
  };
}

function roleMaps(identity: ResolvedIdentity): Pick<BundleIndex, 'roleOf'> {
  const maps = issuersOf(identity).flatMap(({ issuer, roleOf }) => (roleOf === undefined ? [] : [[issuer, roleOf] as const]));
  return maps.length === 0 ? {} : { roleOf: Object.fromEntries(maps) };
}

/** One part with its text and digest, made in one go: a text that was put together is only then one piece of memory. */
function sealed(part: BundlePart) {
  const text = canonicalJson(part as unknown as JsonObject);
  return { part, name: contractName(part.contract.model, part.contract.contract), text, digest: sha256Hex(text) };
}

function contractPart(
  platform: ResolvedPlatform,
  model: ResolvedModel,
  contract: ResolvedContract,
  openapi: JsonObject,
  zones: boolean,
): BundlePart {
  const versions = contract.versions.map((version) => bundleVersion(model, version));
  const schemas: { [digest: string]: JsonSchema } = {};
  const schemaDigest = (schema: JsonSchema): string => {
    const digest = digestOf(schema);
    schemas[digest] = schema;
    return digest;
  };
  const methods = contract.methods.map((method) => bundleMethod(method, schemaDigest(method.request), schemaDigest(method.response)));
  const bare = bareRoutes(platform.stack.identity, model, contract);
  const grpc = grpcRoutes(platform.stack.identity, model, contract);
  return {
    contract: bundleContract(model, contract, versions, methods),
    clusters: [
      ...versions.map((version) => modelCluster({ name: version.cluster, concurrency: version.concurrency, zones })),
      ...(grpc.length === 0
        ? []
        : contract.versions.map(({ version }, at) =>
            grpcCluster({ name: grpcClusterName(model.name, version), concurrency: versions[at]?.concurrency ?? 1, zones }),
          )),
    ],
    routes: contractRoutes(platform.stack.identity, model, contract),
    ...(bare.length === 0 ? {} : { bareRoutes: bare }),
    ...(grpc.length === 0 ? {} : { grpcRoutes: grpc }),
    schemas,
    openapi,
  };
}

function bundleContract(
  model: ResolvedModel,
  contract: ResolvedContract,
  versions: readonly BundleVersion[],
  methods: readonly BundleMethod[],
): BundleContract {
  return {
    model: model.name,
    contract: contract.contract,
    owner: model.owner,
    description: model.description,
    tags: model.tags,
    classification: model.data.classification,
    versions,
    routing: contract.routing,
    methods,
    ...(contract.fronts ? { fronts: contract.fronts } : {}),
    ...(contract.grpc ? { grpc: true } : {}),
    audit: contract.audit,
    lifecycle: contract.lifecycle,
  };
}

function bundleVersion(model: ResolvedModel, version: ResolvedVersion): BundleVersion {
  return {
    version: version.version,
    cluster: versionName(model.name, version.version),
    digest: contentDigest(version),
    protocol: protocolOf(version.framework),
    runtimeModel: runtimeModelName(model.name),
    concurrency: version.scaling.max * version.runtime.concurrency,
    ...(version.runtime.queue === undefined ? {} : { queue: version.runtime.queue }),
  };
}

/** What the version is made of, for the cache key; without a stated digest, the address stands for the bytes. */
function contentDigest(version: ResolvedVersion): string {
  if (version.artifact) return version.artifact.sha256 ?? digestOf(version.artifact.uri);
  if (version.image) return /@sha256:([0-9a-f]{64})/.exec(version.image.reference)?.[1] ?? digestOf(version.image.reference);
  throw new Error(`version ${version.version} has neither an artifact nor an image`);
}

function bundleMethod(method: ResolvedMethod, requestSchema: string, responseSchema: string): BundleMethod {
  const { request: _request, response: _response, ...rest } = method;
  return { ...rest, requestSchema, responseSchema };
}
