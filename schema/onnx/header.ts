import type { Datatype } from '../../core/contract/bundle';
import { bufferSource, fields, integerOf, Malformed, message, textOf, withFileSource, type ByteSource, type Field } from './protobuf';

/** What an ONNX file says of itself before its weights: https://onnx.ai/onnx/repo-docs/IR.html, numbers of onnx.proto3. */
export interface OnnxHeader {
  readonly producer: string;
  readonly graph: string;
  /** Without those that are initializers: such an input has a value already. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** `metadata_props`, first value of each key. */
  readonly metadata: { readonly [key: string]: string };
}

export type OnnxValue =
  | { readonly kind: 'tensor'; readonly name: string; readonly datatype: Datatype; readonly shape: readonly OnnxDimension[] | undefined }
  /** A sequence, a map, an optional, or a tensor of a type that the Open Inference Protocol cannot carry. */
  | { readonly kind: 'other'; readonly name: string; readonly type: string };

/** A size, the name of a symbolic one (equal names mean equal sizes), or nothing known. */
export type OnnxDimension = number | string | undefined;

/** More than any real graph has; keeps a hostile file from filling the memory. */
const LIMITS = { values: 10_000, initializers: 1_000_000, dimensions: 32, name: 4096, metadata: 1000, metadataValue: 1 << 20 } as const;

/**
 * Reads the header of a file without loading its weights: they are skipped by length, and external data is never opened.
 *
 * @throws Malformed when the bytes are no ONNX model
 */
export function readOnnxFile(path: string): OnnxHeader {
  return withFileSource(path, readModel);
}

/** The same over bytes in memory. */
export function readOnnxBytes(bytes: Uint8Array): OnnxHeader {
  return readModel(bufferSource(bytes));
}

function readModel(source: ByteSource): OnnxHeader {
  let producer = '';
  let version = 0;
  let graph: Graph | undefined;
  const metadata = new Map<string, string>();
  for (const field of fields(source, 0, source.size)) {
    if (field.number === 1) version = integerOf(field);
    else if (field.number === 2) producer = textOf(source, field, LIMITS.name);
    else if (field.number === 7) graph = readGraph(source, field);
    else if (field.number === 14) readMetadata(source, field, metadata);
  }
  if (version < 1 || graph === undefined) throw new Malformed('it holds no graph');
  const { initializers, inputs } = graph;
  return {
    producer,
    graph: graph.name,
    inputs: inputs.filter((each) => !initializers.has(each.name)),
    outputs: graph.outputs,
    metadata: Object.fromEntries(metadata),
  };
}

interface Graph {
  readonly name: string;
  readonly initializers: ReadonlySet<string>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

function readGraph(source: ByteSource, field: Field): Graph {
  let name = '';
  const initializers = new Set<string>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) {
    if (each.number === 2) name = textOf(source, each, LIMITS.name);
    else if (each.number === 5) initializers.add(initializerName(source, each, 8));
    else if (each.number === 15) initializers.add(sparseInitializerName(source, each));
    else if (each.number === 11) inputs.push(readValue(source, each));
    else if (each.number === 12) outputs.push(readValue(source, each));
    if (inputs.length + outputs.length > LIMITS.values) throw new Malformed(`it has more than ${LIMITS.values} inputs and outputs`);
    if (initializers.size > LIMITS.initializers) throw new Malformed(`it has more than ${LIMITS.initializers} initializers`);
  }
  return { name, initializers, inputs, outputs };
}

function initializerName(source: ByteSource, field: Field, number: number): string {
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) if (each.number === number) return textOf(source, each, LIMITS.name);
  return '';
}

/** SparseTensorProto: its `values` tensor carries the name. */
function sparseInitializerName(source: ByteSource, field: Field): string {
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) if (each.number === 1) return initializerName(source, each, 8);
  return '';
}

function readMetadata(source: ByteSource, field: Field, into: Map<string, string>): void {
  let key = '';
  let value = '';
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) {
    if (each.number === 1) key = textOf(source, each, LIMITS.name);
    else if (each.number === 2) value = textOf(source, each, LIMITS.metadataValue);
  }
  if (!into.has(key) && into.size < LIMITS.metadata) into.set(key, value);
}

/** ValueInfoProto: name 1, type 2. */
function readValue(source: ByteSource, field: Field): OnnxValue {
  let name = '';
  let type: Type = { kind: 'other', type: 'nothing' };
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) {
    if (each.number === 1) name = textOf(source, each, LIMITS.name);
    else if (each.number === 2) type = readType(source, each);
  }
  if (name === '') throw new Malformed('an input or output has no name');
  return { ...type, name };
}

type Type =
  | { readonly kind: 'tensor'; readonly datatype: Datatype; readonly shape: readonly OnnxDimension[] | undefined }
  | { readonly kind: 'other'; readonly type: string };

const OTHER_TYPES: { readonly [number: number]: string } = { 4: 'sequence', 5: 'map', 8: 'sparse tensor', 9: 'optional' };

/** TypeProto: a union; tensor_type is 1. */
function readType(source: ByteSource, field: Field): Type {
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) {
    if (each.number === 1) return readTensorType(source, each);
    const other = OTHER_TYPES[each.number];
    if (other !== undefined) return { kind: 'other', type: other };
  }
  return { kind: 'other', type: 'nothing' };
}

/** TensorProto.DataType by number; the absent ones (complex, bfloat16, 8 and 4 bit floats) have no place in the protocol. */
const DATATYPES: { readonly [number: number]: Datatype } = {
  1: 'FP32',
  2: 'UINT8',
  3: 'INT8',
  4: 'UINT16',
  5: 'INT16',
  6: 'INT32',
  7: 'INT64',
  8: 'BYTES',
  9: 'BOOL',
  10: 'FP16',
  11: 'FP64',
  12: 'UINT32',
  13: 'UINT64',
};

function readTensorType(source: ByteSource, field: Field): Type {
  let element = 0;
  let shape: readonly OnnxDimension[] | undefined;
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) {
    if (each.number === 1) element = integerOf(each);
    else if (each.number === 2) shape = readShape(source, each);
  }
  const datatype = DATATYPES[element];
  return datatype === undefined ? { kind: 'other', type: `tensor of element type ${element}` } : { kind: 'tensor', datatype, shape };
}

function readShape(source: ByteSource, field: Field): readonly OnnxDimension[] {
  const shape: OnnxDimension[] = [];
  const { start, end } = message(field);
  for (const each of fields(source, start, end)) if (each.number === 1) shape.push(readDimension(source, each));
  if (shape.length > LIMITS.dimensions) throw new Malformed(`a tensor has more than ${LIMITS.dimensions} dimensions`);
  return shape;
}

/** dim_value 1, dim_param 2. A negative size means unknown, as some exporters write it. */
function readDimension(source: ByteSource, field: Field): OnnxDimension {
  const { start, end } = message(field);
  let found: OnnxDimension;
  for (const each of fields(source, start, end)) {
    if (each.number === 1) {
      const size = integerOf(each);
      found = size < 0 ? undefined : size;
    } else if (each.number === 2) found = textOf(source, each, LIMITS.name) || undefined;
  }
  return found;
}
