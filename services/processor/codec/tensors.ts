import type { Datatype, TensorInput, TensorOutput } from '../../../core/contract/bundle';
import { isJsonObject, type JsonSchema, type JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { elementText, isElement, isWide } from './elements';
import { CodecError, type CodecRequest } from './types';

/** A tensor ready to be written: JSON texts of its elements in row-major order. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly encoding?: 'base64' | undefined;
  readonly shape: readonly number[];
  readonly elements: readonly string[];
}

/** A tensor as the runtime answered it; element texts only where a double did not hold the number. */
export interface AnswerTensor {
  readonly shape: readonly number[];
  readonly elements: readonly unknown[];
  readonly exactText: ReadonlyMap<number, string>;
}

/** Fields → tensors. `batched` is true when any field brought the batch dimension itself. @throws CodecError */
export function gatherInputs(inputs: readonly TensorInput[], request: CodecRequest): { tensors: InputTensor[]; batched: boolean } {
  if (!isJsonObject(request.value)) throw new CodecError('', 'type', 'the body must be an object');
  const body = request.value;
  let batched = false;
  const tensors = inputs.map((input) => {
    const columns = input.fields.map((field) => {
      const pointer = childPointer('', field);
      const value = Object.hasOwn(body, field) ? body[field] : defaultOf(request, field);
      return flatten(value, input, pointer, request.inexact);
    });
    const made = input.fields.length === 1 ? fit(columns[0] as Flat, input) : rows(columns, input);
    batched ||= made.batched;
    return { name: input.tensor, datatype: input.datatype, encoding: input.encoding, shape: made.shape, elements: made.elements };
  });
  return { tensors, batched };
}

function defaultOf({ defaults }: CodecRequest, field: string): JsonValue | undefined {
  return defaults !== undefined && Object.hasOwn(defaults, field) ? defaults[field] : undefined;
}

interface Flat {
  readonly pointer: string;
  readonly shape: readonly number[];
  readonly elements: readonly string[];
}

interface Fitted {
  readonly shape: readonly number[];
  readonly elements: readonly string[];
  readonly batched: boolean;
}

const SCALAR: readonly number[] = [];

/** Nested arrays → row-major elements; every row of a dimension must have the same length. */
function flatten(
  value: JsonValue | undefined,
  input: TensorInput,
  pointer: string,
  inexact: ReadonlyMap<string, string> | undefined,
): Flat {
  const exactAt = (at: string): string | undefined => (inexact !== undefined && inexact.size > 0 ? inexact.get(at) : undefined);
  if (!Array.isArray(value)) return { pointer, shape: SCALAR, elements: [elementText(value, input, pointer, exactAt(pointer))] };
  const shape: number[] = [];
  const elements: string[] = [];
  const walk = (part: JsonValue | undefined, depth: number, at: string): void => {
    if (!Array.isArray(part)) {
      if (depth < shape.length) throw new CodecError(at, 'shape', 'the rows of an array must have the same length');
      elements.push(elementText(part, input, at, exactAt(at)));
      return;
    }
    if (shape.length === depth) {
      if (elements.length > 0) throw new CodecError(at, 'shape', 'the rows of an array must have the same length');
      shape.push(part.length);
    } else if (shape[depth] !== part.length) {
      throw new CodecError(at, 'shape', 'the rows of an array must have the same length');
    }
    for (let index = 0; index < part.length; index++) walk(part[index] as JsonValue, depth + 1, childPointer(at, index));
  };
  walk(value, 0, pointer);
  return { pointer, shape, elements };
}

/** One field fills the tensor: its rank is the tensor's, or leading dimensions of 1 are added. */
function fit(flat: Flat, input: TensorInput): Fitted {
  const missing = input.shape.length - flat.shape.length;
  if (missing < 0) throw wrongShape(flat, input);
  // A scalar fills any tensor of one element; an array lacks leading dimensions only.
  const shape = [...Array<number>(missing).fill(1), ...flat.shape];
  if (!shape.every((size, index) => input.shape[index] === -1 || input.shape[index] === size)) throw wrongShape(flat, input);
  return { shape, elements: flat.elements, batched: missing === 0 && flat.shape.length > 0 && isBatch(input.shape) };
}

/** Several fields make rows in their order: scalars one row, arrays of one length a row each. */
function rows(columns: readonly Flat[], input: TensorInput): Fitted {
  const first = columns[0];
  if (first === undefined) throw new CodecError('', 'shape', `tensor "${input.tensor}" has no fields`);
  for (const column of columns) {
    if (column.shape.length > 1) throw wrongShape(column, input);
    if (column.shape.length !== first.shape.length || column.shape[0] !== first.shape[0]) {
      throw new CodecError(column.pointer, 'shape', 'the fields of one tensor must have the same length');
    }
  }
  const count = first.shape[0] ?? 1;
  const elements: string[] = [];
  for (let row = 0; row < count; row++) for (const column of columns) elements.push(column.elements[row] as string);
  const shape =
    input.shape.length === 1 && first.shape.length === 0
      ? [columns.length]
      : [count, ...Array<number>(Math.max(0, input.shape.length - 2)).fill(1), columns.length];
  if (shape.length !== input.shape.length || !shape.every((size, index) => input.shape[index] === -1 || input.shape[index] === size)) {
    throw wrongShape(first, input);
  }
  return { shape, elements, batched: first.shape.length === 1 };
}

function isBatch(shape: readonly number[]): boolean {
  return shape[0] === -1 || shape[0] === 1;
}

function wrongShape(flat: Flat, input: TensorInput): CodecError {
  const expected = input.shape.map((size) => (size === -1 ? 'any' : size)).join(' × ');
  return new CodecError(flat.pointer, 'shape', `the model takes the shape ${expected === '' ? 'of one value' : expected} here`);
}

/** Row-major texts → nested JSON text. */
export function nest(shape: readonly number[], elements: readonly string[]): string {
  let offset = 0;
  const write = (depth: number): string => {
    if (depth === shape.length) return elements[offset++] as string;
    const parts: string[] = [];
    for (let index = 0; index < (shape[depth] ?? 0); index++) parts.push(write(depth + 1));
    return `[${parts.join(',')}]`;
  };
  return write(0);
}

/** Tensors → the answer's fields. A batch dimension that the caller did not give is taken off again. @throws CodecError */
export function scatterOutputs(
  outputs: readonly TensorOutput[],
  answered: (tensor: string) => AnswerTensor | undefined,
  batched: boolean,
  schema: JsonSchema | undefined,
): { value: JsonValue; exactText: ReadonlyMap<string, string> } {
  const exactText = new Map<string, string>();
  const value: { [field: string]: JsonValue } = {};
  for (const output of outputs) {
    const tensor = answered(output.tensor);
    if (tensor === undefined) throw new CodecError('', 'tensor', `tensor "${output.tensor}" is missing`);
    value[output.field] = field(output, tensor, batched, fieldType(schema, output.field), childPointer('', output.field), exactText);
  }
  return { value, exactText };
}

function field(
  output: TensorOutput,
  tensor: AnswerTensor,
  batched: boolean,
  type: JsonValue | undefined,
  pointer: string,
  exactText: Map<string, string>,
): JsonValue {
  checkAnswer(output, tensor);
  let { shape } = tensor;
  let pick = Array.from({ length: tensor.elements.length }, (_, index) => index);
  if (output.column !== undefined) {
    const width = shape.at(-1) ?? 0;
    const column = output.column;
    if (column >= width) throw new CodecError('', 'column', `tensor "${output.tensor}" has no column ${column}`);
    pick = pick.filter((index) => index % width === column);
    shape = shape.slice(0, -1);
  }
  if (!batched && shape[0] === 1 && !(type === 'array' && shape.length === 1) && (output.shape.length === 0 || isBatch(output.shape)))
    shape = shape.slice(1);
  if (pick.length === 1 && isScalarType(type)) shape = [];
  const asText = type === 'string' && isWide(output.datatype);
  let next = 0;
  const build = (depth: number, at: string): JsonValue => {
    if (depth < shape.length) return Array.from({ length: shape[depth] ?? 0 }, (_, index) => build(depth + 1, childPointer(at, index)));
    const index = pick[next++] as number;
    const element = tensor.elements[index] as string | number | boolean;
    const exact = tensor.exactText.get(index);
    if (asText) return exact ?? String(element);
    if (exact !== undefined) exactText.set(at, exact);
    return output.datatype === 'BOOL' ? Boolean(element) : element;
  };
  return build(0, pointer);
}

function checkAnswer(output: TensorOutput, tensor: AnswerTensor): void {
  const { shape, elements } = tensor;
  if (shape.reduce((product, size) => product * size, 1) !== elements.length) {
    throw new CodecError('', 'shape', `the data of tensor "${output.tensor}" does not fill its shape`);
  }
  if (
    shape.length !== output.shape.length ||
    !shape.every((size, index) => output.shape[index] === -1 || output.shape[index] === size || (index === 0 && isBatch(output.shape)))
  ) {
    throw new CodecError('', 'shape', `tensor "${output.tensor}" has another shape than declared`);
  }
  for (let index = 0; index < elements.length; index++) {
    if (!isElement(elements[index], output.datatype, tensor.exactText.get(index))) {
      throw new CodecError('', 'datatype', `tensor "${output.tensor}" holds an element that is not ${output.datatype}`);
    }
  }
}

function fieldType(schema: JsonSchema | undefined, name: string): JsonValue | undefined {
  const properties = schema?.['properties'];
  const property = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isJsonObject(property) ? property['type'] : undefined;
}

function isScalarType(type: JsonValue | undefined): boolean {
  return type === 'number' || type === 'integer' || type === 'string' || type === 'boolean';
}

/** Flat or nested data of an answer → elements; `pointer` is where the data stands in the answer. @throws CodecError */
export function readElements(
  data: unknown,
  pointer: string,
  inexact: ReadonlyMap<string, string>,
): { shape: number[]; elements: unknown[]; exactText: Map<number, string> } {
  const shape: number[] = [];
  const elements: unknown[] = [];
  const exactText = new Map<number, string>();
  const walk = (part: unknown, depth: number, at: string): void => {
    if (!Array.isArray(part)) {
      if (depth !== shape.length) throw new CodecError('', 'shape', 'the data is ragged');
      if (inexact.size > 0) {
        const exact = inexact.get(at);
        if (exact !== undefined) exactText.set(elements.length, exact);
      }
      elements.push(part);
      return;
    }
    if (depth === shape.length && elements.length === 0) shape.push(part.length);
    else if (shape[depth] !== part.length) throw new CodecError('', 'shape', 'the data is ragged');
    for (let index = 0; index < part.length; index++) walk(part[index], depth + 1, inexact.size > 0 ? childPointer(at, index) : at);
  };
  walk(data, 0, pointer);
  return { shape, elements, exactText };
}
