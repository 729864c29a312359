import type { BundleCall, BundleVersion } from '../../../core/contract/bundle';
import { isJsonObject, type JsonSchema } from '../../../core/json';
import { isWide } from './elements';
import { readAnswer } from './read-answer';
import { gatherInputs, readElements, scatterOutputs, type AnswerTensor } from './tensors';
import { CodecError, type CodecRequest, type Decoded, type Encoded } from './types';
import { writeJson } from './write-json';

type TensorCall = Extract<BundleCall, { kind: 'tensors' }>;

/**
 * Open Inference Protocol v2 over REST, as MLServer, Triton and KEA's own server speak it: `POST /v2/models/<name>/infer`,
 * data flat in row-major order, BYTES as JSON strings.
 * Source: https://github.com/open-inference/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
export function encodeOip(call: TensorCall, version: Pick<BundleVersion, 'runtimeModel'>, request: CodecRequest): Encoded {
  const { tensors, batched } = gatherInputs(call.inputs, request);
  const inputs = tensors.map(
    (tensor) =>
      `{"name":${JSON.stringify(tensor.name)},"shape":${JSON.stringify(tensor.shape)},"datatype":"${tensor.datatype}","data":[${tensor.elements.join(',')}]}`,
  );
  return {
    ok: true,
    path: `/v2/models/${encodeURIComponent(call.model ?? version.runtimeModel)}/infer`,
    body: `{"inputs":[${inputs.join(',')}],"outputs":[${outputsOf(call)}]}`,
    batched,
    stream: false,
  };
}

/** The same for every call of a method, so written once. */
function outputsOf(call: TensorCall): string {
  let text = outputTexts.get(call);
  if (text === undefined) {
    const names = [...new Set(call.outputs.map((output) => output.tensor))];
    text = names.map((name) => `{"name":${JSON.stringify(name)}}`).join(',');
    outputTexts.set(call, text);
  }
  return text;
}

const outputTexts = new WeakMap<TensorCall, string>();

export function decodeOip(call: TensorCall, bytes: Uint8Array, batched: boolean, schema: JsonSchema | undefined): Decoded {
  const { value: answer, inexact } = readAnswer(
    bytes,
    call.outputs.some((output) => isWide(output.datatype)),
  );
  const outputs = isJsonObject(answer) ? answer['outputs'] : undefined;
  if (!Array.isArray(outputs)) throw new CodecError('', 'protocol', 'the answer has no "outputs"');
  const tensor = (name: string): AnswerTensor | undefined => {
    const index = outputs.findIndex((output) => isJsonObject(output) && output['name'] === name);
    const output: unknown = outputs[index];
    if (!isJsonObject(output)) return undefined;
    const shape = output['shape'];
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw new CodecError('', 'protocol', `tensor "${name}" has no shape`);
    }
    const data = output['data'];
    if (!Array.isArray(data)) throw new CodecError('', 'protocol', `tensor "${name}" has no data`);
    return { ...readElements(data, `/outputs/${index}/data`, inexact), shape: shape as number[] };
  };
  const { value, exactText } = scatterOutputs(call.outputs, tensor, batched, schema);
  return { ok: true, value, body: writeJson(value, exactText) };
}
