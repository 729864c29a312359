import type { BundleCall, BundleVersion } from '../../../core/contract/bundle';
import { isJsonObject } from '../../../core/json';
import { CodecError, type CodecRequest, type Encoded } from './types';
import { writeJson } from './write-json';

type OpenAiCall = Extract<BundleCall, { kind: 'openai' }>;

const PATHS: { readonly [operation in OpenAiCall['operation']]: string } = {
  'chat.completions': '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
};

/** OpenAI's API passes through; `model` is the runtime's name for it, whatever the caller left out, and may not name another one. */
export function encodeOpenAi(call: OpenAiCall, version: Pick<BundleVersion, 'runtimeModel'>, request: CodecRequest): Encoded {
  if (!isJsonObject(request.value)) throw new CodecError('', 'type', 'the body must be an object');
  const named = Object.hasOwn(request.value, 'model') ? request.value['model'] : undefined;
  if (named !== undefined && named !== version.runtimeModel)
    throw new CodecError('/model', 'const', 'the model is another one than that of the route');
  const body =
    named === undefined
      ? writeJson({ ...request.value, model: version.runtimeModel }, request.inexact)
      : (request.body ?? writeJson(request.value, request.inexact));
  return {
    ok: true,
    path: PATHS[call.operation],
    body,
    batched: false,
    stream: call.operation !== 'embeddings' && Object.hasOwn(request.value, 'stream') && request.value['stream'] === true,
  };
}
