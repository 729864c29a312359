import type { Datatype } from '../../core/contract/bundle';
import type { JsonObject, JsonSchema, JsonValue } from '../../core/json';
import type { Call } from '../generated/model';
import type { OnnxDimension, OnnxHeader, OnnxValue } from './header';

/** Bounds that a graph does not tell. `kea freeze` writes them out, and its owner corrects them. */
export const DERIVED_BOUNDS = { text: 1000, list: 1000, number: 1e15 } as const;

export type OnnxTensor = Extract<OnnxValue, { kind: 'tensor' }>;

export interface DerivedContract {
  readonly request: JsonSchema;
  readonly response: JsonSchema;
  readonly call: Call;
  /** One request that fits. */
  readonly example: JsonObject;
}

export type Derivation = { readonly ok: true; readonly value: DerivedContract } | { readonly ok: false; readonly reason: string };

/** Request, response and binding of the only method that a graph can tell: one field a tensor, one row a call. */
export function deriveContract(header: OnnxHeader, title: string): Derivation {
  const other = [...header.inputs, ...header.outputs].find((value) => value.kind === 'other');
  if (other !== undefined && other.kind === 'other') {
    return { ok: false, reason: `"${other.name}" is a ${other.type}, which JSON fields cannot be derived from` };
  }
  const inputs = header.inputs as readonly OnnxTensor[];
  const outputs = header.outputs as readonly OnnxTensor[];
  if (inputs.length === 0 || outputs.length === 0)
    return { ok: false, reason: `the graph has no ${inputs.length === 0 ? 'input' : 'output'}` };
  const shapeless = [...inputs, ...outputs].find((tensor) => tensor.shape === undefined);
  if (shapeless) return { ok: false, reason: `the graph does not tell the shape of "${shapeless.name}"` };
  return {
    ok: true,
    value: {
      request: objectOf(inputs, `${title}Request`, requestElement),
      response: objectOf(outputs, `${title}Response`, elementSchema),
      call: {
        input: Object.fromEntries(inputs.map((tensor) => [tensor.name, tensor.name])),
        output: Object.fromEntries(outputs.map((tensor) => [tensor.name, tensor.name])),
      },
      example: Object.fromEntries(inputs.map((tensor) => [tensor.name, sampleOf(tensor)])),
    },
  };
}

function objectOf(tensors: readonly OnnxTensor[], title: string, element: (datatype: Datatype) => JsonSchema): JsonSchema {
  return {
    title,
    type: 'object',
    properties: Object.fromEntries(tensors.map((tensor) => [tensor.name, fieldSchema(tensor, element)])),
    required: tensors.map((tensor) => tensor.name),
    additionalProperties: false,
  };
}

function fieldSchema(tensor: OnnxTensor, element: (datatype: Datatype) => JsonSchema): JsonSchema {
  return fieldDimensions(tensor.shape ?? []).reduceRight<JsonSchema>(
    (items, size) =>
      typeof size === 'number'
        ? { type: 'array', items, minItems: size, maxItems: size }
        : { type: 'array', items, minItems: 1, maxItems: DERIVED_BOUNDS.list },
    element(tensor.datatype),
  );
}

/**
 * Dimensions that a field shows: without the leading batch dimension (free or 1), and without a column that holds one value,
 * so that [N, 1] is a plain number and [N, 3] a list of three.
 */
export function fieldDimensions(shape: readonly OnnxDimension[]): readonly OnnxDimension[] {
  const inner = typeof shape[0] === 'number' && shape[0] !== 1 ? shape : shape.slice(1);
  return inner.every((size) => size === 1) ? [] : inner;
}

/** What callers may send: numbers that a 32-bit float still tells from infinity, and that every YAML and JSON reader reads alike. */
function requestElement(datatype: Datatype): JsonSchema {
  const element = elementSchema(datatype);
  const most = datatype === 'FP16' ? 65504 : DERIVED_BOUNDS.number;
  return element['type'] === 'number' ? { type: 'number', minimum: -most, maximum: most } : element;
}

/** One element of a tensor. Integers beyond 2^53 do not survive JSON, so 64-bit ones stop there. */
export function elementSchema(datatype: Datatype): JsonSchema {
  switch (datatype) {
    case 'BOOL':
      return { type: 'boolean' };
    case 'BYTES':
      return { type: 'string', maxLength: DERIVED_BOUNDS.text };
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return { type: 'number' };
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'UINT64':
      return { type: 'integer', ...integerBounds(datatype) };
  }
}

function integerBounds(datatype: `${'' | 'U'}INT${8 | 16 | 32 | 64}`): { readonly minimum: number; readonly maximum: number } {
  const bits = Number(datatype.replace(/\D/g, ''));
  const signed = !datatype.startsWith('U');
  if (bits === 64) return { minimum: signed ? Number.MIN_SAFE_INTEGER : 0, maximum: Number.MAX_SAFE_INTEGER };
  return signed ? { minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 } : { minimum: 0, maximum: 2 ** bits - 1 };
}

function sampleOf(tensor: OnnxTensor): JsonValue {
  return fieldDimensions(tensor.shape ?? []).reduceRight<JsonValue>(
    (item, size) => Array.from({ length: typeof size === 'number' ? size : 1 }, () => item),
    sampleElement(tensor.datatype),
  );
}

function sampleElement(datatype: Datatype): JsonValue {
  if (datatype === 'BOOL') return false;
  if (datatype === 'BYTES') return 'text';
  return 1;
}

/** The shape as runtimes declare it: -1 is free. */
export function runtimeShape(shape: readonly OnnxDimension[] | undefined): readonly number[] {
  return (shape ?? []).map((size) => (typeof size === 'number' ? size : -1));
}
