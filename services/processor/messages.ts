import type { BundleIndex } from '../../core/contract/bundle';

/** Supervisor → worker, over Node's IPC channel. */
export type ToWorker =
  /** Load these parts (files hold gzipped canonical JSON) beside those already loaded, then answer `loaded`. */
  | {
      readonly type: 'load';
      readonly index: BundleIndex;
      readonly files: readonly { readonly name: string; readonly digest: string; readonly file: string }[];
    }
  /** Parts that no route names any more may be forgotten. */
  | { readonly type: 'forget'; readonly digests: readonly string[] }
  /** Which clusters have ready endpoints now. */
  | { readonly type: 'endpoints'; readonly ready: readonly string[] }
  /** Stop taking work, finish what is in flight, exit 0. */
  | { readonly type: 'drain' };

/** Worker → supervisor. */
export type FromWorker =
  | { readonly type: 'listening'; readonly socket: string }
  | { readonly type: 'loaded'; readonly digest: string }
  /** The bundle was refused whole; the old one keeps serving. */
  | { readonly type: 'refused'; readonly digest: string; readonly reason: string }
  /** Counters since the start, sent once a second and on drain. */
  | { readonly type: 'metrics'; readonly values: { readonly [series: string]: number } };
