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
 * A tensor whose alias ends in `_bytes`, or whose field is base64, travels as `{"b64": …}`.
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
  if (tensor.encoding === 'base64') return tensor.elements.map((text) => `{"b64":${text}}`);
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
    const form = call.outputs.find((output) => output.tensor === name)?.encoding ?? 'utf8';
    return { ...read, elements: read.elements.map((element) => text(element as JsonValue, form)) };
  };
  const { value, exactText } = scatterOutputs(call.outputs, tensor, batched, schema);
  return { ok: true, value, body: writeJson(value, exactText) };
}

/** An element's bytes in the form that its field has; what is no bytes stays. */
function text(element: JsonValue, form: 'utf8' | 'base64'): JsonValue {
  const encoded = isJsonObject(element) ? element['b64'] : undefined;
  if (typeof encoded === 'string') return Buffer.from(encoded, 'base64').toString(form);
  return typeof element === 'string' && form === 'base64' ? Buffer.from(element, 'utf8').toString('base64') : element;
}
