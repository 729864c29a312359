import type { JsonValue } from '../../../core/json';

/** One validated request body, in the three forms that a codec may need. */
export interface CodecRequest {
  readonly value: JsonValue;
  /** JSON pointer → text of the numbers that did not survive as doubles. */
  readonly inexact?: ReadonlyMap<string, string>;
  /** What is forwarded where the runtime takes the contract's own JSON: the bytes that were validated. Default: written from `value`. */
  readonly body?: string | Uint8Array;
  /** Values of fields that the caller left out, by the request schema's `default`. */
  readonly defaults?: { readonly [field: string]: JsonValue };
  /** A streamed answer must end with the tokens that it used. */
  readonly countTokens?: boolean;
}

/** A call as the runtime takes it: `POST path` with a JSON body. */
export type Encoded =
  | {
      readonly ok: true;
      readonly path: string;
      readonly body: string | Uint8Array;
      /** The caller gave the batch dimension, so the answer keeps it. */
      readonly batched: boolean;
      /** The runtime was asked for server-sent events. */
      readonly stream: boolean;
      /** The stream's last event tells the usage although the caller did not ask. */
      readonly hideUsage?: boolean;
    }
  /** The body fits its schema but not the tensors: 422. */
  | { readonly ok: false; readonly pointer: string; readonly rule: string; readonly reason: string };

/** The runtime's 200 answer as the contract's JSON. */
export type Decoded =
  | { readonly ok: true; readonly value: JsonValue; readonly body: string | Uint8Array }
  /** Outside the protocol or the declaration: 502 `invalid-response`. The reason holds no values. */
  | { readonly ok: false; readonly reason: string };

/** Thrown inside a codec only; never leaves it. */
export class CodecError extends Error {
  constructor(
    readonly pointer: string,
    readonly rule: string,
    message: string,
  ) {
    super(message);
  }
}
