import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { FrontName } from '../../../core/contract/fronts';
import { Header } from '../../../core/contract/headers';
import type { ProblemName } from '../../../core/contract/problems';
import { MemoryShare } from './body';
import { readCaller, type Caller } from './caller';
import type { LoadedContract, LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import type { Asked } from './shadow';

/** One call on its way through the pipeline. Steps read what earlier steps left, and note what the record needs. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Edge's request id. */
  readonly id: string;
  /** Milliseconds since 1970, and on the monotonic clock. */
  readonly time: number;
  readonly started: number;
  readonly caller: Caller;
  readonly memory: MemoryShare;
  readonly notes: CallNotes;
}

/** What becomes the audit record and the metrics. All members are there from the beginning, so that notes have one shape. */
export class CallNotes {
  part: string | undefined = undefined;
  contract: LoadedContract | undefined = undefined;
  method: LoadedMethod | undefined = undefined;
  body: Buffer | undefined = undefined;
  pointers: readonly string[] | undefined = undefined;
  cache: 'hit' | 'miss' | 'stored' | 'bypass' | undefined = undefined;
  pinned: true | undefined = undefined;
  version: string | undefined = undefined;
  /** The version that should have answered but had no instance. */
  insteadOf: string | undefined = undefined;
  upstreamMs: number | undefined = undefined;
  /** The model was asked for this call alone or first; absent for a hit and for who joined. */
  asked: Asked | undefined = undefined;
  /** The answer did not fit the response schema and was passed on, as the contract says. */
  outsideContract: true | undefined = undefined;
  problem: ProblemName | undefined = undefined;
  /** Why the model's answer was not passed on; for the record only. */
  reason: string | undefined = undefined;
  aborted: true | undefined = undefined;
  streamed: true | undefined = undefined;
  /** The standard whose path was called. */
  front: FrontName | undefined = undefined;
  /** A gRPC call that was let go: what the model answered stands elsewhere. */
  intent: true | undefined = undefined;
  /** Nothing is recorded when it is let through: another program answers. */
  unrecorded: true | undefined = undefined;
  /** Headers for the answer, whatever it is: name, value, name, value. */
  readonly headers: string[] = [];
}

export type Answer =
  | {
      readonly kind: 'whole';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      readonly body: Uint8Array | string;
    }
  | {
      readonly kind: 'stream';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      readonly body: Readable;
      readonly cancel: () => void;
    };

export function newCall(request: IncomingMessage, response: ServerResponse, services: WorkerServices): Call {
  const id = request.headers[Header.requestId];
  return {
    request,
    response,
    id: typeof id === 'string' && id !== '' ? id : randomUUID(),
    time: Date.now(),
    started: performance.now(),
    caller: readCaller(request.headers, services.registry.roleOf),
    memory: new MemoryShare(services.memory),
    notes: new CallNotes(),
  };
}

/** Milliseconds since the call arrived. */
export function elapsed(call: Call): number {
  return performance.now() - call.started;
}
