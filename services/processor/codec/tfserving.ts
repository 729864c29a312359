import type { BundleCall, BundleVersion } from '../../../core/contract/bundle';
import { isJsonObject, type JsonSchema, type JsonValue } from '../../../core/json';
import { isWide } from './elements';
import { readAnswer } from './read-answer';
import { gatherInputs, nest, readElements, scatterOutputs, type AnswerTensor, type InputTensor } from './tensors';
import { CodecError, type CodecRequest, type Decoded, type Encoded } from './types';
import { writeJson } from './write-json';

type TensorCall = Extract<BundleCall, { kind: 'tensors' }>;

/**
 * TensorFlow Serving's REST predict API in column format: `POST /v1/models/<name>:predict` with nested arrays.
 * A tensor whose alias ends in `_bytes` travels as `{"b64": …}`.
 * Source: https://www.tensorflow.org/tfx/serving/api_rest#predict_api
 */
export function encodeTfServing(call: TensorCall, version: Pick<BundleVersion, 'runtimeModel'>, request: CodecRequest): Encoded {
  const { tensors, batched } = gatherInputs(call.inputs, request);
  const inputs = tensors.map((tensor) => `${JSON.stringify(tensor.name)}:${nest(tensor.shape, binary(tensor))}`);
  const signature = call.signature === undefined ? '' : `"signature_name":${JSON.stringify(call.signature)},`;
  return {
    ok: true,
    path: `/v1/models/${encodeURIComponent(call.model ?? version.runtimeModel)}:predict`,
    body: `{${signature}"inputs":{${inputs.join(',')}}}`,
    batched,
    stream: false,
  };
}

function binary(tensor: InputTensor): readonly string[] {
  if (tensor.datatype !== 'BYTES' || !tensor.name.endsWith('_bytes')) return tensor.elements;
  return tensor.elements.map((text) => `{"b64":"${Buffer.from(JSON.parse(text) as string, 'utf8').toString('base64')}"}`);
}

export function decodeTfServing(call: TensorCall, bytes: Uint8Array, batched: boolean, schema: JsonSchema | undefined): Decoded {
  const { value: answer, inexact } = readAnswer(
    bytes,
    call.outputs.some((output) => isWide(output.datatype)),
  );
  const outputs = isJsonObject(answer) ? answer['outputs'] : undefined;
  if (outputs === undefined) throw new CodecError('', 'protocol', 'the answer has no "outputs"');
  // A signature with a single output is answered without its name.
  const named = isJsonObject(outputs) && !Object.hasOwn(outputs, 'b64');
  const tensor = (name: string): AnswerTensor | undefined => {
    if (named && !Object.hasOwn(outputs, name)) return undefined;
    const data = named ? outputs[name] : outputs;
    const read = readElements(data, named ? `/outputs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : '/outputs', inexact);
    return { ...read, elements: read.elements.map((element) => text(element as JsonValue)) };
  };
  const { value, exactText } = scatterOutputs(call.outputs, tensor, batched, schema);
  return { ok: true, value, body: writeJson(value, exactText) };
}

function text(element: JsonValue): JsonValue {
  if (!isJsonObject(element)) return element;
  const encoded = element['b64'];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : element;
}
