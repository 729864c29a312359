import type { BundleCall, BundleVersion } from '../../../core/contract/bundle';
import type { JsonSchema } from '../../../core/json';
import { decodeOip, encodeOip } from './oip';
import { encodeOpenAi } from './openai';
import { readAnswer } from './read-answer';
import { decodeTfServing, encodeTfServing } from './tfserving';
import { CodecError, type CodecRequest, type Decoded, type Encoded } from './types';
import { writeJson } from './write-json';

export type { CodecRequest, Decoded, Encoded } from './types';

type CodecVersion = Pick<BundleVersion, 'protocol' | 'runtimeModel'>;

/** A validated body → what the runtime takes. Never throws: what does not fit the tensors is `ok: false` with a pointer into the body. */
export function encodeCall(call: BundleCall, version: CodecVersion, request: CodecRequest): Encoded {
  try {
    switch (call.kind) {
      case 'tensors':
        return version.protocol === 'tfserving' ? encodeTfServing(call, version, request) : encodeOip(call, version, request);
      case 'json':
        return {
          ok: true,
          path: call.path,
          body: request.body ?? writeJson(request.value, request.inexact),
          batched: false,
          stream: false,
        };
      case 'openai':
        return encodeOpenAi(call, version, request);
    }
  } catch (error) {
    if (error instanceof CodecError) return { ok: false, pointer: error.pointer, rule: error.rule, reason: error.message };
    throw error;
  }
}

/**
 * The body of a runtime's 200 answer → the contract's JSON. Never throws on what a runtime may answer.
 * `schema` is the method's response schema: a field declared as one value is taken out of its one-element tensor, and 64-bit integers
 * become strings where it says so.
 */
export function decodeCall(
  call: BundleCall,
  version: CodecVersion,
  bytes: Uint8Array,
  encoded: { readonly batched: boolean },
  schema?: JsonSchema,
): Decoded {
  try {
    switch (call.kind) {
      case 'tensors':
        return version.protocol === 'tfserving'
          ? decodeTfServing(call, bytes, encoded.batched, schema)
          : decodeOip(call, bytes, encoded.batched, schema);
      case 'json':
      case 'openai':
        return { ok: true, value: readAnswer(bytes, false).value, body: bytes };
    }
  } catch (error) {
    if (error instanceof CodecError) return { ok: false, reason: error.message };
    throw error;
  }
}
