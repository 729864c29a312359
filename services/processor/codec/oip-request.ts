import type { TensorInput, TensorOutput } from '../../../core/contract/bundle';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { elementText } from './elements';
import { CodecError } from './types';

/** A request of the Open Inference Protocol as a contract declares its tensors. */
export interface OipDeclaration {
  readonly inputs: readonly TensorInput[];
  readonly outputs: readonly TensorOutput[];
}

export type OipVerdict =
  | { readonly ok: true }
  /** Pointer into the caller's body; the reason holds no values. */
  | { readonly ok: false; readonly pointer: string; readonly rule: string; readonly reason: string };

/**
 * Judges the body of an inference request in Open Inference Protocol v2 (`POST …/infer`) against the declared tensors: every one once, none else, datatype,
 * shape, number of elements, and each element within its datatype. The binary tensor data extension is refused: what cannot be read cannot be judged.
 * Source: https://github.com/open-inference/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 *
 * @param inexact JSON pointer → text of the numbers that did not survive as doubles
 */
export function checkOipRequest(declared: OipDeclaration, body: JsonValue, inexact: ReadonlyMap<string, string>): OipVerdict {
  try {
    check(declared, body, inexact);
    return { ok: true };
  } catch (error) {
    if (error instanceof CodecError) return { ok: false, pointer: error.pointer, rule: error.rule, reason: error.message };
    throw error;
  }
}

function check({ inputs, outputs }: OipDeclaration, body: JsonValue, inexact: ReadonlyMap<string, string>): void {
  const request = objectAt(body, '', ['id', 'parameters', 'inputs', 'outputs']);
  refuseBinary(request['parameters'], '/parameters');
  const given = listAt(request['inputs'], '/inputs');
  const seen = new Set<string>();
  given.forEach((each, index) => {
    const at = childPointer('/inputs', index);
    const tensor = objectAt(each, at, ['name', 'shape', 'datatype', 'parameters', 'data']);
    const input = inputs.find(({ tensor: name }) => name === tensor['name']);
    if (input === undefined) throw new CodecError(`${at}/name`, 'tensor', 'the model has no such input');
    if (seen.has(input.tensor)) throw new CodecError(`${at}/name`, 'tensor', 'the input is there twice');
    seen.add(input.tensor);
    refuseBinary(tensor['parameters'], `${at}/parameters`);
    checkTensor(input, tensor, at, inexact);
  });
  const missing = inputs.find(({ tensor }) => !seen.has(tensor));
  if (missing !== undefined) throw new CodecError('/inputs', 'required', `the input "${missing.tensor}" is missing`);
  if (request['outputs'] !== undefined) checkOutputs(request['outputs'], outputs);
}

function checkTensor(input: TensorInput, tensor: JsonObject, at: string, inexact: ReadonlyMap<string, string>): void {
  if (tensor['datatype'] !== input.datatype) throw new CodecError(`${at}/datatype`, 'datatype', `the model takes ${input.datatype} here`);
  const shape = listAt(tensor['shape'], `${at}/shape`);
  const expected = input.shape.map((size) => (size === -1 ? 'any' : size)).join(' × ');
  const fits =
    shape.length === input.shape.length && shape.every((size, index) => isSize(size) && [-1, size].includes(input.shape[index] as number));
  if (!fits) throw new CodecError(`${at}/shape`, 'shape', `the model takes the shape ${expected === '' ? 'of one value' : expected} here`);
  const count = (shape as readonly number[]).reduce((product, size) => product * size, 1);
  const elements = countElements(listAt(tensor['data'], `${at}/data`), shape as readonly number[], input, `${at}/data`, inexact);
  if (elements !== count) throw new CodecError(`${at}/data`, 'shape', 'the data does not fill the shape');
}

/** Data is flat, or nested as the shape says. */
function countElements(
  data: readonly JsonValue[],
  shape: readonly number[],
  input: TensorInput,
  at: string,
  inexact: ReadonlyMap<string, string>,
): number {
  let count = 0;
  const walk = (part: JsonValue, depth: number, pointer: string): void => {
    if (!Array.isArray(part)) {
      elementText(part, input, pointer, inexact.get(pointer));
      count++;
      return;
    }
    if (part.length !== shape[depth]) throw new CodecError(pointer, 'shape', 'the data is nested otherwise than its shape says');
    part.forEach((each: JsonValue, index) => walk(each, depth + 1, childPointer(pointer, index)));
  };
  const nested = data.some((each) => Array.isArray(each));
  if (nested) walk(data, 0, at);
  else data.forEach((each, index) => walk(each, shape.length, childPointer(at, index)));
  return count;
}

function checkOutputs(value: JsonValue, outputs: readonly TensorOutput[]): void {
  listAt(value, '/outputs').forEach((each, index) => {
    const at = childPointer('/outputs', index);
    const output = objectAt(each, at, ['name', 'parameters']);
    if (!outputs.some(({ tensor }) => tensor === output['name']))
      throw new CodecError(`${at}/name`, 'tensor', 'the model has no such output');
    refuseBinary(output['parameters'], `${at}/parameters`);
  });
}

const BINARY = ['binary_data_size', 'binary_data', 'binary_data_output', 'shared_memory_region'];

function refuseBinary(parameters: JsonValue | undefined, at: string): void {
  if (parameters === undefined) return;
  const found = BINARY.find((key) => objectAt(parameters, at)[key] !== undefined && objectAt(parameters, at)[key] !== false);
  if (found !== undefined) throw new CodecError(`${at}/${found}`, 'binary', 'tensors are taken as JSON only');
}

function objectAt(value: JsonValue | undefined, at: string, keys?: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw new CodecError(at, 'type', 'must be an object');
  const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new CodecError(childPointer(at, unknown), 'additionalProperties', 'is not a known field');
  return value;
}

function listAt(value: JsonValue | undefined, at: string): readonly JsonValue[] {
  if (!Array.isArray(value))
    throw new CodecError(at, value === undefined ? 'required' : 'type', value === undefined ? 'is required' : 'must be an array');
  return value;
}

function isSize(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
