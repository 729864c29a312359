import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { parseStrictJson } from '../../core/strict-json';
import { datatypeOf, readElements, writeElements } from './datatypes';
import type { Port, TensorValue, TensorValues } from './model';

/** A request of the protocol that does not suit the model: 400 and this sentence. */
export class BadRequest extends Error {}

/** What the model answered cannot be said in the protocol: 500. */
export class BadAnswer extends Error {}

export interface InferRequest {
  readonly id?: string;
  readonly feeds: TensorValues;
  /** Outputs that were asked for, in order. */
  readonly outputs: readonly Port[];
}

/** `POST /v2/models/{name}/infer`: the body as tensors, every name, datatype, shape and element checked. Throws `BadRequest`. */
export function parseInfer(
  body: Uint8Array,
  model: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
  limits: { readonly maxBody: number; readonly maxBatch: number },
): InferRequest {
  const parsed = parseStrictJson(body, { maxBytes: limits.maxBody, maxDepth: 32, maxKeys: 10_000 });
  if (!parsed.ok) throw new BadRequest(parsed.pointer ? `${parsed.reason} (at ${parsed.pointer})` : parsed.reason);
  const request = parsed.value;
  if (!isJsonObject(request)) throw new BadRequest('the body must be an object');
  const { id, inputs } = request;
  if (id !== undefined && typeof id !== 'string') throw new BadRequest('"id" must be a string');
  if (!Array.isArray(inputs)) throw new BadRequest('"inputs" must be an array');
  const feeds: { [name: string]: TensorValue } = {};
  for (const [index, input] of (inputs as readonly JsonValue[]).entries()) {
    if (!isJsonObject(input)) throw new BadRequest(`inputs[${index}] must be an object`);
    const port = model.inputs.find(({ name }) => name === input['name']);
    if (!port) throw new BadRequest(`inputs[${index}] must have the name of an input: ${names(model.inputs)}`);
    if (Object.hasOwn(feeds, port.name)) throw new BadRequest(`input "${port.name}" is there twice`);
    feeds[port.name] = tensor(input, port, limits.maxBatch, (at) => parsed.inexact.get(`/inputs/${index}/data${at}`));
  }
  const missing = model.inputs.find(({ name }) => !Object.hasOwn(feeds, name));
  if (missing) throw new BadRequest(`input "${missing.name}" is missing`);
  const rows = new Set(model.inputs.filter(({ shape }) => shape[0] === -1).map(({ name }) => feeds[name]?.dims[0]));
  if (rows.size > 1) throw new BadRequest('the inputs have different numbers of rows');
  return { ...(id === undefined ? {} : { id }), feeds, outputs: wanted(request['outputs'], model.outputs) };
}

/** JSON text of the answer. Elements go straight to text, because 64-bit integers do not fit a JavaScript number. Throws `BadAnswer`. */
export function writeInfer(
  model: { readonly name: string; readonly version: string },
  request: InferRequest,
  answers: TensorValues,
): string {
  const outputs = request.outputs.map((port) => {
    const answer = answers[port.name];
    if (!answer) throw new BadAnswer(`the model gave no output "${port.name}"`);
    const data = writeElements(answer.type, answer.data);
    if (data === undefined) throw new BadAnswer(`output "${port.name}" holds a number that is not finite`);
    return `{"name":${JSON.stringify(port.name)},"datatype":"${datatypeOf(answer.type)}","shape":${JSON.stringify(answer.dims)},"data":${data}}`;
  });
  const id = request.id === undefined ? '' : `"id":${JSON.stringify(request.id)},`;
  return `{"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)},${id}"outputs":[${outputs.join(',')}]}`;
}

function wanted(asked: JsonValue | undefined, outputs: readonly Port[]): readonly Port[] {
  if (asked === undefined) return outputs;
  if (!Array.isArray(asked)) throw new BadRequest('"outputs" must be an array');
  if (asked.length === 0) return outputs;
  return (asked as readonly JsonValue[]).map((entry, index) => {
    const port = outputs.find(({ name }) => isJsonObject(entry) && name === entry['name']);
    if (!port) throw new BadRequest(`outputs[${index}] must have the name of an output: ${names(outputs)}`);
    return port;
  });
}

function tensor(input: JsonObject, port: Port, maxBatch: number, written: (pointer: string) => string | undefined): TensorValue {
  const datatype = datatypeOf(port.type);
  if (input['datatype'] !== datatype) throw new BadRequest(`input "${port.name}" must have the datatype ${datatype}`);
  const shape = shapeOf(input['shape'], port, maxBatch);
  const count = shape.reduce((product, size) => product * size, 1);
  const { data } = input;
  if (!Array.isArray(data)) throw new BadRequest(`input "${port.name}" must have its "data" as an array`);
  const flat: { value: JsonValue; pointer: string }[] = [];
  flatten(data, '', port, count, flat);
  if (flat.length !== count) throw new BadRequest(`input "${port.name}" has ${flat.length} elements, and ${count} by its shape`);
  const elements = readElements(port.type, count, (index) => {
    const element = flat[index];
    const text = element && typeof element.value === 'number' ? written(element.pointer) : undefined;
    return { value: element?.value, ...(text === undefined ? {} : { written: text }) };
  });
  if ('problem' in elements) throw new BadRequest(`input "${port.name}": ${elements.problem}`);
  return { type: port.type, dims: shape, data: elements };
}

/** The protocol takes data flat or nested; more elements than the shape says are not even collected. */
function flatten(data: readonly JsonValue[], at: string, port: Port, count: number, into: { value: JsonValue; pointer: string }[]): void {
  for (const [index, value] of data.entries()) {
    if (Array.isArray(value)) flatten(value, `${at}/${index}`, port, count, into);
    else if (into.length >= count) throw new BadRequest(`input "${port.name}" has more than the ${count} elements of its shape`);
    else into.push({ value, pointer: `${at}/${index}` });
  }
}

function shapeOf(shape: JsonValue | undefined, port: Port, maxBatch: number): number[] {
  const expected = `[${port.shape.join(', ')}]`;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new BadRequest(`input "${port.name}" must have a shape like ${expected}`);
  }
  const sizes = shape as number[];
  if (sizes.length !== port.shape.length || sizes.some((size, axis) => port.shape[axis] !== -1 && port.shape[axis] !== size)) {
    throw new BadRequest(`input "${port.name}" has the shape [${sizes.join(', ')}], and the model takes ${expected}`);
  }
  if (sizes.some((size) => size === 0)) throw new BadRequest(`input "${port.name}" is empty`);
  if (port.shape[0] === -1 && (sizes[0] ?? 1) > maxBatch)
    throw new BadRequest(`input "${port.name}" has ${sizes[0]} rows, and at most ${maxBatch} are taken`);
  return sizes;
}

function names(ports: readonly Port[]): string {
  return ports.map(({ name }) => name).join(', ');
}
