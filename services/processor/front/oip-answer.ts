import type { BundleCall, TensorOutput } from '../../../core/contract/bundle';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { elementText, isWide } from '../codec/elements';
import { readAnswer } from '../codec/read-answer';
import { CodecError } from '../codec/types';
import { writeBinary } from './binary';
import { outputName, type OipAnswerForm } from './oip-request';

type TensorCall = Extract<BundleCall, { kind: 'tensors' }>;

export interface OipAnswer {
  readonly body: Buffer | string;
  readonly headers: { readonly [name: string]: string };
}

/** The method's answer → tensors of the Open Inference Protocol. Fields that the answer leaves out are outputs that are not there. @throws CodecError */
export function writeOipAnswer(call: TensorCall, model: string, version: string, body: Uint8Array, form: OipAnswerForm): OipAnswer {
  const { value, inexact } = readAnswer(
    body,
    call.outputs.some((output) => isWide(output.datatype)),
  );
  if (!isJsonObject(value)) throw new CodecError('', 'type', 'the answer is no object');
  const wanted = form.outputs ?? call.outputs.map(outputName);
  const raw: Buffer[] = [];
  const outputs = wanted.flatMap((name) => {
    const output = call.outputs.find((each) => outputName(each) === name);
    const field = output === undefined ? undefined : value[output.field];
    if (output === undefined || field === undefined) return [];
    const { shape, elements } = tensorOf(output, field, inexact);
    const head = `"name":${JSON.stringify(name)},"datatype":"${output.datatype}","shape":${JSON.stringify(shape)}`;
    if (form.binary !== 'all' && !form.binary.has(name)) return [`{${head},"data":[${elements.join(',')}]}`];
    const bytes = writeBinary(elements, output.datatype, output.encoding);
    raw.push(bytes);
    return [`{${head},"parameters":{"binary_data_size":${bytes.length}}}`];
  });
  const id = form.id === undefined ? '' : `,"id":${JSON.stringify(form.id)}`;
  const json = `{"model_name":${JSON.stringify(model)},"model_version":${JSON.stringify(version)}${id},"outputs":[${outputs.join(',')}]}`;
  if (raw.length === 0) return { body: json, headers: { 'content-type': 'application/json' } };
  const text = Buffer.from(json);
  return {
    body: Buffer.concat([text, ...raw]),
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(text.length) },
  };
}

/** Nested values → row-major texts; a batch of one that the contract does not show comes back in front. */
function tensorOf(output: TensorOutput, field: JsonValue, inexact: ReadonlyMap<string, string>): { shape: number[]; elements: string[] } {
  const dimensions: number[] = [];
  const elements: string[] = [];
  const walk = (part: JsonValue, depth: number, at: string): void => {
    if (!Array.isArray(part)) return void elements.push(elementText(part, output, at, inexact.get(at)));
    if (dimensions.length === depth && elements.length === 0) dimensions.push(part.length);
    part.forEach((each: JsonValue, index) => walk(each, depth + 1, childPointer(at, index)));
  };
  walk(field, 0, childPointer('', output.field));
  const rank = output.column === undefined ? output.shape.length : output.shape.length - 1;
  const shape = [...Array<number>(Math.max(0, rank - dimensions.length)).fill(1), ...dimensions];
  if (shape.reduce((product, size) => product * size, 1) !== elements.length) throw new CodecError('', 'shape', 'the answer is ragged');
  return { shape, elements };
}

/** `GET …/v2/models/<model>`: what it takes and answers. */
export function oipMetadata(call: TensorCall, model: string, versions: readonly string[]): JsonObject {
  return {
    name: model,
    versions,
    platform: 'kea',
    inputs: call.inputs.map(({ tensor, datatype, shape }) => ({ name: tensor, datatype, shape })),
    outputs: call.outputs.map((output) => ({
      name: outputName(output),
      datatype: output.datatype,
      shape: output.column === undefined ? output.shape : output.shape.slice(0, -1),
    })),
  };
}
