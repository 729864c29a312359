import type { BundleIndex } from '../../core/contract/bundle';
import type { DenyList } from '../../core/contract/deny-list';

/**
 * The supervisor forks `worker/main.js --config FILE --index N`: the `ProcessorConfig` file, and the worker's number, from which its socket's name comes
 * (`Socket.worker(N)`). It sends `load` after every start of a worker, and waits for `listening` and `loaded`. A worker whose IPC channel closes lost its
 * supervisor: it serves on until a successor takes its socket's place. Routes of a part carry the part's digest in `x-kea-part`, routes of the platform the index's digest; the route of a contract's
 * document is `<model>/<contract>/openapi.json`.
 */

/** Supervisor → worker, over Node's IPC channel. */
export type ToWorker =
  /** Load these parts (files hold gzipped canonical JSON) beside those already loaded, then answer `loaded`. */
  | {
      readonly type: 'load';
      readonly index: BundleIndex;
      readonly files: readonly { readonly name: string; readonly digest: string; readonly file: string }[];
      /** File of the platform's OpenAPI document. */
      readonly openapi: string;
    }
  /** Parts that no route names any more may be forgotten. */
  | { readonly type: 'forget'; readonly digests: readonly string[] }
  /** Which clusters have ready endpoints now. */
  | { readonly type: 'endpoints'; readonly ready: readonly string[] }
  /** Who is turned away now, in place of what was said before. */
  | { readonly type: 'deny'; readonly list: DenyList }
  /** Stop taking work, finish what is in flight, exit 0. */
  | { readonly type: 'drain' };

/** Worker → supervisor. */
export type FromWorker =
  | { readonly type: 'listening'; readonly socket: string }
  | { readonly type: 'loaded'; readonly digest: string }
  /** The bundle was refused whole; the old one keeps serving. */
  | { readonly type: 'refused'; readonly digest: string; readonly reason: string }
  /** Series that changed since the last message, with their values since the start of the worker; once a second, and all of them on drain. */
  | { readonly type: 'metrics'; readonly values: { readonly [series: string]: number } };
