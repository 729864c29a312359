import { gzipSync } from 'node:zlib';
import type { BundleMethod, BundleVersion } from '../../../core/contract/bundle';
import { canonicalJson } from '../../../core/canonical';
import { ChecksFile, type ExampleChecks } from '../../../core/contract/example-checks';
import { contractName, versionName } from '../../../core/contract/names';
import { protocolOf, runtimeModelName } from '../../../core/contract/protocols';
import { digestOf } from '../../../core/digests';
import type { JsonSchema, JsonValue } from '../../../core/json';
import type { ResolvedContract, ResolvedMethod, ResolvedVersion } from '../../../schema/resolved';

/** One ConfigMap of a contract's example checks. */
export interface ChecksConfigMap {
  readonly name: string;
  readonly data?: { readonly [file: string]: string };
  readonly binaryData?: { readonly [file: string]: string };
}

/** Larger texts are gzipped and cut, so that every tool can apply them. */
const MAX_PLAIN_BYTES = 180 * 1024;
const SHARD_BYTES = 172 * 1024;

/** ConfigMaps with the examples and schemas of a contract: one readable one, or several that are gzipped and cut. */
export function checksConfigMaps(model: string, contract: ResolvedContract): ChecksConfigMap[] {
  const name = `${contractName(model, contract.contract)}-checks`;
  const text = canonicalJson(exampleChecks(model, contract) as unknown as JsonValue);
  if (Buffer.byteLength(text) <= MAX_PLAIN_BYTES) return [{ name, data: { [ChecksFile.plain]: text } }];
  const bytes = portableGzip(Buffer.from(text));
  return Array.from({ length: Math.ceil(bytes.length / SHARD_BYTES) }, (_, index) => ({
    name: index === 0 ? name : `${name}-${index}`,
    binaryData: { [ChecksFile.shard(index)]: bytes.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES).toString('base64') },
  }));
}

/** gzip writes the machine's kind into byte 9; the same input must give the same bytes on all of them. */
function portableGzip(bytes: Buffer): Buffer {
  const zipped = gzipSync(bytes, { level: 9 });
  zipped[9] = 255;
  return zipped;
}

/** What the sidecar needs: the contract's methods with their examples, its schemas and its versions. */
export function exampleChecks(model: string, contract: ResolvedContract): ExampleChecks {
  const schemas: { [digest: string]: JsonSchema } = {};
  const digest = (schema: JsonSchema): string => {
    const key = digestOf(schema);
    schemas[key] = schema;
    return key;
  };
  const methods = contract.methods.map((method) => checkedMethod(method, digest(method.request), digest(method.response)));
  const versions = Object.fromEntries(contract.versions.map((version) => [version.version, checkedVersion(model, version)]));
  return { model, contract: contract.contract, versions, methods, schemas };
}

function checkedMethod(method: ResolvedMethod, requestSchema: string, responseSchema: string): BundleMethod {
  const { request: _request, response: _response, ...rest } = method;
  return { ...rest, requestSchema, responseSchema };
}

function checkedVersion(model: string, version: ResolvedVersion): BundleVersion {
  return {
    version: version.version,
    cluster: versionName(model, version.version),
    digest: version.artifact?.sha256 ?? version.image?.reference ?? version.artifact?.uri ?? '',
    protocol: protocolOf(version.framework),
    runtimeModel: runtimeModelName(model),
    concurrency: version.runtime.concurrency,
  };
}
