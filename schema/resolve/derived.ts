import { FRONTS, type FrontName } from '../../core/contract/fronts';
import type { JsonObject, JsonSchema, JsonValue } from '../../core/json';
import { isJsonObject } from '../../core/json';
import { deriveContract, type DerivedContract } from '../onnx/schemas';
import type { OnnxHeader } from '../onnx/header';
import type { Call } from '../generated/model';
import type { FullContract, FullMethod, FullModel, FullVersion } from './full';
import { frameworkOf } from './framework';
import { fill } from './layers';
import { artifactKey, type ArtifactFile, type ModelSources } from './sources';

/** Model-wide values that follow from others. */
export function derivedModelValues(name: string, model: Partial<FullModel>): JsonObject {
  return { description: name, ...(model.owner === undefined ? {} : { approvers: [model.owner] }) };
}

/**
 * A contract's values that follow from the artifact and from other keys: framework, digest, the only version's weight, audit level,
 * summaries; and where a graph is at hand the request, the response, the binding and an example.
 */
export function derivedContractValues(
  contract: string,
  given: Partial<FullContract>,
  model: FullModel,
  sources: Pick<ModelSources, 'name' | 'files'>,
): JsonObject {
  const versions = Object.keys(given.versions ?? {});
  const level = isSensitive(model) ? 'durable' : 'metadata';
  const methods = derivedMethods(given.methods, graphOf(contract, versions, sources.files), sources.name);
  return {
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        derivedVersion(given.versions?.[version] as FullVersion, sources.files.get(artifactKey(contract, version))),
      ]),
    ),
    ...(versions.length === 1 && given.routing?.weights === undefined ? { routing: { weights: { [versions[0] as string]: 100 } } } : {}),
    methods,
    fronts: derivedFronts(fill((given.methods ?? {}) as unknown as JsonObject, methods)),
    audit: { level },
  };
}

/** A standard path stands for the one method that fits it; where several do, the contract says which. */
function derivedFronts(methods: JsonObject): JsonObject {
  const entries = FRONTS.flatMap((front) => {
    const fitting = Object.entries(methods).filter(
      ([, method]) => isJsonObject(method) && frontOf((method['call'] ?? {}) as Call) === front,
    );
    const [only] = fitting;
    return fitting.length === 1 && only !== undefined ? [[front, only[0]]] : [];
  });
  return Object.fromEntries(entries) as JsonObject;
}

/** The standard path that a binding fits; none for JSON of the contract's own. */
export function frontOf(call: Call): FrontName | undefined {
  if (call.input !== undefined && call.output !== undefined) return 'infer';
  return call.openai === undefined ? undefined : call.openai === 'chat.completions' ? 'chat' : call.openai;
}

/** Whose calls must be on record before the answer leaves. */
export function isSensitive({ data }: FullModel): boolean {
  return data.classification === 'confidential' || data.classification === 'restricted' || data.risk === 'high';
}

function derivedVersion(version: Partial<FullVersion>, file: ArtifactFile | undefined): JsonObject {
  const framework =
    version.image !== undefined && version.artifact === undefined ? 'container' : frameworkOf(version.artifact?.uri ?? '', file);
  return {
    ...(framework && version.runtime?.framework === undefined ? { runtime: { framework } } : {}),
    ...(file && version.artifact ? { artifact: { sha256: file.digest.sha256 } } : {}),
  };
}

/** The header that speaks for the contract: that of the first version that has one at hand. A check compares the others with it. */
export function graphOf(contract: string, versions: readonly string[], files: ModelSources['files']): OnnxHeader | undefined {
  for (const version of versions) {
    const header = files.get(artifactKey(contract, version))?.onnx;
    if (header) return header;
  }
  return undefined;
}

function derivedMethods(methods: FullContract['methods'] | undefined, graph: OnnxHeader | undefined, model: string): JsonObject {
  const derivation = graph && deriveContract(graph, titleOf(model));
  const derived = derivation?.ok ? derivation.value : undefined;
  const entries = Object.entries(methods && Object.keys(methods).length > 0 ? methods : { predict: {} });
  return Object.fromEntries(entries.map(([name, method]) => [name, { summary: name, ...derivedMethod(method, derived, graph) }]));
}

function derivedMethod(method: Partial<FullMethod>, derived: DerivedContract | undefined, graph: OnnxHeader | undefined): JsonObject {
  const { request, response, call } = method;
  if (derived !== undefined && request === undefined && response === undefined) {
    return {
      request: derived.request,
      response: derived.response,
      ...(call === undefined ? { call: derived.call as JsonObject } : {}),
      ...(method.examples === undefined ? { examples: [{ name: 'derived', request: derived.example }] } : {}),
    };
  }
  const matched = graph && call === undefined ? matchByName(request, response, graph) : undefined;
  return matched ? { call: matched as JsonObject } : {};
}

/** A binding where fields and tensors have the same names, one to one, on both sides; nothing else is ever guessed. */
export function matchByName(request: JsonSchema | undefined, response: JsonSchema | undefined, graph: OnnxHeader): Call | undefined {
  const inputs = graph.inputs.map((value) => value.name);
  const outputs = graph.outputs.map((value) => value.name);
  const answered = fieldsOf(response);
  if (!sameNames(fieldsOf(request), inputs) || answered.length === 0 || !answered.every((field) => outputs.includes(field)))
    return undefined;
  return {
    input: Object.fromEntries(inputs.map((name) => [name, name])),
    output: Object.fromEntries(answered.map((name) => [name, name])),
  };
}

/** Names of the fields that an object's schema declares. */
export function fieldsOf(schema: JsonSchema | undefined): readonly string[] {
  const properties: JsonValue | undefined = schema?.['properties'];
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

/** `credit-score` → `CreditScore`. */
function titleOf(model: string): string {
  return model.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
