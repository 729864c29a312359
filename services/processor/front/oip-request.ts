import type { BundleCall, Datatype, TensorInput } from '../../../core/contract/bundle';
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { nest } from '../codec/tensors';
import { CodecError } from '../codec/types';
import { readBinary } from './binary';

type TensorCall = Extract<BundleCall, { kind: 'tensors' }>;

/** A parsed body of `…/infer`, and the raw tensors behind its JSON where there are any. */
export interface OipBody {
  readonly value: JsonValue;
  readonly inexact: ReadonlyMap<string, string>;
  /** Bytes after the JSON, binary extension. */
  readonly rest: Buffer;
}

/** The same question in the contract's own JSON, and what the answer must look like. */
export interface OipQuestion {
  readonly value: JsonObject;
  readonly inexact: ReadonlyMap<string, string>;
  /** Field → the input that it came in, as a pointer into the body. */
  readonly places: ReadonlyMap<string, string>;
  readonly answer: OipAnswerForm;
}

export interface OipAnswerForm {
  readonly id?: string;
  /** Names of the outputs that were asked for, in that order. @default - all */
  readonly outputs?: readonly string[];
  /** Outputs that go out as raw bytes. */
  readonly binary: 'all' | ReadonlySet<string>;
}

/**
 * Tensors → fields, the other way round than the codec: what comes out is judged by the method's schema, keyed and sent like a call of
 * the method itself. @throws CodecError with a pointer into the body
 */
export function readOipRequest(call: TensorCall, schema: JsonSchema, body: OipBody): OipQuestion {
  if (!isJsonObject(body.value)) throw new CodecError('', 'type', 'the body must be an object');
  const inputs = body.value['inputs'];
  if (!Array.isArray(inputs)) throw new CodecError('/inputs', 'required', 'the body has no "inputs"');
  const value: { [field: string]: JsonValue } = {};
  const inexact = new Map<string, string>();
  const places = new Map<string, string>();
  const seen = new Set<string>();
  let offset = 0;
  inputs.forEach((input: JsonValue, index) => {
    const at = `/inputs/${index}`;
    const tensor = readTensor(call, input, at, body, offset);
    offset += tensor.binary;
    const declared = call.inputs.find((each) => each.tensor === tensor.name);
    if (declared === undefined || seen.has(tensor.name))
      throw new CodecError(`${at}/name`, 'tensor', declared ? 'the tensor is there twice' : 'the model has no such input');
    if (declared.datatype !== tensor.datatype)
      throw new CodecError(`${at}/datatype`, 'datatype', `the model takes ${declared.datatype} here`);
    seen.add(tensor.name);
    for (const field of declared.fields) places.set(field, at);
    spread(declared, tensor, schema, at, value, inexact);
  });
  if (offset !== body.rest.length) throw new CodecError('', 'binary', 'there are more bytes than tensors');
  return { value, inexact, places, answer: answerForm(call, body.value) };
}

interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** JSON texts, row-major. */
  readonly elements: readonly string[];
  /** Raw bytes taken. */
  readonly binary: number;
}

function readTensor(call: TensorCall, input: JsonValue, at: string, body: OipBody, offset: number): Tensor {
  if (!isJsonObject(input)) throw new CodecError(at, 'type', 'an input must be an object');
  const { name, datatype, shape, data } = input;
  if (typeof name !== 'string' || typeof datatype !== 'string')
    throw new CodecError(at, 'required', 'an input needs "name" and "datatype"');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0))
    throw new CodecError(`${at}/shape`, 'shape', 'an input needs a "shape" of whole numbers');
  const size = isJsonObject(input['parameters']) ? input['parameters']['binary_data_size'] : undefined;
  const binary = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
  if (size !== undefined && (binary === undefined || data !== undefined))
    throw new CodecError(`${at}/parameters`, 'binary', 'an input has either "data" or "binary_data_size"');
  const encoding = call.inputs.find((each) => each.tensor === name)?.encoding;
  const elements =
    binary === undefined
      ? flat(data, `${at}/data`, body.inexact)
      : rawElements(body.rest, offset, binary, datatype as Datatype, at, encoding);
  const count = (shape as readonly number[]).reduce((product, each) => product * each, 1);
  if (count !== elements.length) throw new CodecError(`${at}/shape`, 'shape', 'the data does not fill the shape');
  return { name, datatype: datatype as Datatype, shape: shape as readonly number[], elements, binary: binary ?? 0 };
}

function rawElements(
  rest: Buffer,
  offset: number,
  size: number,
  datatype: Datatype,
  at: string,
  encoding: TensorInput['encoding'],
): readonly string[] {
  if (offset + size > rest.length) throw new CodecError(`${at}/parameters`, 'binary', 'there are fewer bytes than "binary_data_size" says');
  if (!DATATYPES.has(datatype)) throw new CodecError(`${at}/datatype`, 'datatype', `is none of ${[...DATATYPES].join(' ')}`);
  return readBinary(rest.subarray(offset, offset + size), datatype, at, encoding).map((element) =>
    typeof element === 'string' && datatype !== 'BYTES' ? element : JSON.stringify(element),
  );
}

const DATATYPES: ReadonlySet<string> = new Set(['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64', 'FP16', 'FP32', 'FP64', 'BYTES']); // prettier-ignore

/** Flat or nested data → JSON texts, numbers as they were written. */
function flat(data: JsonValue | undefined, at: string, inexact: ReadonlyMap<string, string>): readonly string[] {
  if (!Array.isArray(data)) throw new CodecError(at, 'required', 'an input needs "data"');
  const texts: string[] = [];
  const walk = (part: JsonValue, pointer: string): void => {
    if (Array.isArray(part))
      part.forEach((each: JsonValue, index) => walk(each, inexact.size > 0 ? childPointer(pointer, index) : pointer));
    else if (typeof part === 'object') throw new CodecError(at, 'datatype', 'data holds numbers, texts and booleans only');
    else texts.push(inexact.get(pointer) ?? JSON.stringify(part));
  };
  walk(data, at);
  return texts;
}

/** One tensor → the fields that fill it, in the shape that their schemas ask for. */
function spread(
  declared: TensorInput,
  tensor: Tensor,
  schema: JsonSchema,
  at: string,
  value: { [field: string]: JsonValue },
  inexact: Map<string, string>,
): void {
  const { fields } = declared;
  if (tensor.shape.length !== declared.shape.length) throw wrongShape(declared, at);
  if (!declared.shape.every((size, index) => size === -1 || size === tensor.shape[index] || index === 0)) throw wrongShape(declared, at);
  const put = (field: string, shape: readonly number[], elements: readonly string[]): void => {
    const property = propertyOf(schema, field);
    const rank = rankOf(property);
    const extra = shape.length - rank;
    // The leading dimensions that the schema does not have are those of a batch of one.
    const inner = extra > 0 && shape.slice(0, extra).every((size) => size === 1) ? shape.slice(extra) : shape;
    value[field] = fieldValue(inner, elements, elementType(property), childPointer('', field), inexact);
  };
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) return put(only, tensor.shape, tensor.elements);
  const width = tensor.shape.at(-1) ?? 0;
  if (width !== fields.length) throw wrongShape(declared, at);
  const rows = tensor.elements.length / width;
  fields.forEach((field, column) =>
    put(
      field,
      [rows],
      tensor.elements.filter((_, index) => index % width === column),
    ),
  );
}

function fieldValue(
  shape: readonly number[],
  elements: readonly string[],
  type: JsonValue | undefined,
  pointer: string,
  inexact: Map<string, string>,
): JsonValue {
  const texts = type === 'string' || type === 'boolean' ? elements.map((text) => retyped(text, type)) : elements;
  const value = JSON.parse(nest(shape, texts)) as JsonValue;
  note(value, shape, texts, pointer, inexact);
  return value;
}

/** 64-bit integers are texts where the schema says so, and a model's 0 and 1 are booleans. */
function retyped(text: string, type: 'string' | 'boolean'): string {
  if (type === 'string') return text.startsWith('"') ? text : JSON.stringify(text);
  return text === '1' ? 'true' : text === '0' ? 'false' : text;
}

/** Remembers the numbers that a double does not hold. */
function note(value: JsonValue, shape: readonly number[], texts: readonly string[], pointer: string, inexact: Map<string, string>): void {
  let next = 0;
  const walk = (part: JsonValue | undefined, depth: number, at: string): void => {
    if (depth < shape.length && Array.isArray(part))
      return part.forEach((each: JsonValue, index) => walk(each, depth + 1, childPointer(at, index)));
    const text = texts[next++];
    if (typeof part === 'number' && text !== undefined && /[0-9]{16}/.test(text) && String(part) !== text) inexact.set(at, text);
  };
  walk(value, 0, pointer);
}

function answerForm(call: TensorCall, body: JsonObject): OipAnswerForm {
  const { id, outputs, parameters } = body;
  const known = new Set(call.outputs.map(outputName));
  const asked = outputs === undefined ? undefined : Array.isArray(outputs) ? (outputs as readonly JsonValue[]) : [null];
  const binary = new Set<string>();
  const names = asked?.map((output, index) => {
    const name = isJsonObject(output) ? output['name'] : undefined;
    if (!isJsonObject(output) || typeof name !== 'string' || !known.has(name))
      throw new CodecError(`/outputs/${index}`, 'tensor', 'the model has no such output');
    const more = isJsonObject(output['parameters']) ? output['parameters'] : {};
    if (more['classification'] !== undefined)
      throw new CodecError(`/outputs/${index}/parameters`, 'unsupported', '"classification" is not taken');
    if (more['binary_data'] === true) binary.add(name);
    return name;
  });
  const all = names === undefined && isJsonObject(parameters) && parameters['binary_data_output'] === true;
  return { ...(typeof id === 'string' ? { id } : {}), ...(names === undefined ? {} : { outputs: names }), binary: all ? 'all' : binary };
}

/** What an output is called outside: the tensor's name, or the field's where it is one column of a tensor. */
export function outputName(output: TensorCall['outputs'][number]): string {
  return output.column === undefined ? output.tensor : output.field;
}

function wrongShape(declared: TensorInput, at: string): CodecError {
  return new CodecError(
    `${at}/shape`,
    'shape',
    `the model takes the shape ${declared.shape.map((size) => (size === -1 ? 'any' : size)).join(' × ')} here`,
  );
}

function propertyOf(schema: JsonSchema, field: string): JsonValue | undefined {
  const properties = schema['properties'];
  return isJsonObject(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined;
}

function rankOf(schema: JsonValue | undefined): number {
  return isJsonObject(schema) && schema['type'] === 'array' ? 1 + rankOf(schema['items']) : 0;
}

function elementType(schema: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(schema)) return undefined;
  return schema['type'] === 'array' ? elementType(schema['items']) : schema['type'];
}
