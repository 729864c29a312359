import type { BundleCall, BundleVersion } from '../../../core/contract/bundle';
import { isJsonObject, type JsonObject } from '../../../core/json';
import { CodecError, type CodecRequest, type Encoded } from './types';
import { writeJson } from './write-json';

type OpenAiCall = Extract<BundleCall, { kind: 'openai' }>;

const PATHS: { readonly [operation in OpenAiCall['operation']]: string } = {
  'chat.completions': '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
};

/**
 * OpenAI's API passes through; `model` is the runtime's name for it, whatever the caller left out, and may not name another one.
 * Where tokens are limited, a stream is asked for its usage.
 */
export function encodeOpenAi(call: OpenAiCall, version: Pick<BundleVersion, 'runtimeModel'>, request: CodecRequest): Encoded {
  const { value } = request;
  if (!isJsonObject(value)) throw new CodecError('', 'type', 'the body must be an object');
  const named = own(value, 'model');
  if (named !== undefined && named !== version.runtimeModel)
    throw new CodecError('/model', 'const', 'the model is another one than that of the route');
  const stream = call.operation !== 'embeddings' && own(value, 'stream') === true;
  const hideUsage = stream && request.countTokens === true && !asksUsage(value);
  const options = own(value, 'stream_options');
  const added = {
    ...(named === undefined ? { model: version.runtimeModel } : {}),
    ...(hideUsage ? { stream_options: { ...(isJsonObject(options) ? options : {}), include_usage: true } } : {}),
  };
  const unchanged = Object.keys(added).length === 0;
  return {
    ok: true,
    path: PATHS[call.operation],
    body: (unchanged ? request.body : undefined) ?? writeJson({ ...value, ...added }, request.inexact),
    batched: false,
    stream,
    hideUsage,
  };
}

function asksUsage(body: JsonObject): boolean {
  const options = own(body, 'stream_options');
  return isJsonObject(options) && own(options, 'include_usage') === true;
}

function own(object: JsonObject, key: string): JsonObject[string] {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
