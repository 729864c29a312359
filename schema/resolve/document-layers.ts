import type { JsonObject, JsonValue } from '../../core/json';
import type { ContractDocument, ModelDocument, RateLimit, StackOverride } from '../generated/model';
import type { KeyPath } from '../load/document';
import type { Layer } from './layers';
import { shortVersion, type StackSources } from './sources';

type Settings = { readonly [key in 'runtime' | 'resources' | 'scaling']?: unknown };

/** Layers of one model's own keys, weakest first. */
export function modelLayers(model: ModelDocument, stack: StackSources): readonly Layer[] {
  const { owner, approvers, description, tags, data, cors } = model;
  return [
    { value: known({ owner: stack.defaults.owner }), origin: (path) => ({ kind: 'stack', path: ['defaults', ...path] }) },
    { value: known({ owner, approvers, description, tags, data, cors }), origin: (path) => ({ kind: 'file', document: 'model', path }) },
  ];
}

/** Layers of one contract's keys, weakest first: the stack's defaults, what holds for all versions, each version's own, the stack's overrides. */
export function contractLayers(document: ContractDocument, contract: string, stack: StackSources): readonly Layer[] {
  const versions = versionsOf(document, contract);
  const names = Object.keys(versions);
  const { routing, fronts, grpc, slo, audit, lifecycle } = document;
  const short = document.versions === undefined;
  return [
    {
      value: {
        versions: forEach(names, settings(stack.defaults)),
        methods: limits(document, stack.defaults.rateLimit),
      },
      origin: (path) => (path.length > 2 ? { kind: 'stack', path: ['defaults', ...path.slice(2)] } : undefined),
    },
    {
      value: { versions: forEach(names, settings(document)) },
      origin: (path) => (path.length > 2 ? inContract(path.slice(2)) : undefined),
    },
    {
      value: known({ versions, routing, methods: document.methods, fronts, grpc, slo, audit, lifecycle }),
      origin: (path) => inContract(short && path[0] === 'versions' ? path.slice(2) : path),
    },
    ...overrideLayer(document, stack.name, names),
  ];
}

/** Versions with short forms spelled out: `artifact: iris.onnx` is version N.0.0, a plain text is `{uri}`. */
export function versionsOf(document: ContractDocument, contract: string): { readonly [version: string]: JsonObject } {
  const written: { readonly [version: string]: { readonly artifact?: unknown; readonly image?: unknown } } = document.versions ?? {
    [shortVersion(contract)]: { artifact: document.artifact, image: document.image },
  };
  return Object.fromEntries(
    Object.entries(written).map(([version, { artifact, ...rest }]) => [
      version,
      known({ ...rest, artifact: typeof artifact === 'string' ? { uri: artifact } : artifact }),
    ]),
  );
}

/** Methods as written; without any, the derived `predict`. */
function methodsOf(document: ContractDocument): readonly string[] {
  return Object.keys(document.methods ?? { predict: {} });
}

function overrideLayer(document: ContractDocument, stack: string, versions: readonly string[]): readonly Layer[] {
  const override: StackOverride | undefined = document.stacks?.[stack];
  if (override === undefined) return [];
  const value = known({
    routing: override.routing,
    versions: forEach(versions, settings({ resources: override.resources, scaling: override.scaling })),
    methods: limits(document, override.rateLimit),
  });
  const origin: Layer['origin'] = (path) => {
    if (path[0] === 'routing') return inContract(['stacks', stack, ...path]);
    return path.length > 2 ? inContract(['stacks', stack, ...path.slice(2)]) : undefined;
  };
  return [{ value, origin }];
}

/** One limit for every method; tokens count only where a language model answers. */
function limits(document: ContractDocument, limit: RateLimit | undefined): JsonObject {
  const of = (name: string): JsonObject => {
    const { tokens, ...rest } = limit ?? {};
    const counted = { ...rest, ...(document.methods?.[name]?.call?.openai === undefined ? {} : { tokens }) };
    return counted.requests === undefined && counted.tokens === undefined ? {} : { rateLimit: known(counted) };
  };
  return Object.fromEntries(methodsOf(document).map((name) => [name, of(name)]));
}

function inContract(path: KeyPath): ReturnType<Layer['origin']> {
  return { kind: 'file', document: 'contract', path };
}

function settings({ runtime, resources, scaling }: Settings): JsonObject {
  return known({ runtime, resources, scaling });
}

function forEach(names: readonly string[], value: JsonObject): JsonObject {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** Documents are JSON already; this only drops members that are undefined. */
function known(members: { readonly [key: string]: unknown }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [key: string]: JsonValue };
}
