import type { Finding } from '../../core/findings/finding';

/** What the running platform has to tell. The terminal prints it, tests wait for it. */
export type RunEvent =
  /** A step of the start. */
  | { readonly type: 'progress'; readonly text: string }
  /** Something a user must hear; `refused` when a change of files was not taken over. */
  | { readonly type: 'findings'; readonly findings: readonly Finding[]; readonly refused: boolean }
  /** A change of files serves. */
  | { readonly type: 'changed'; readonly digest: string; readonly text: string }
  /** A program ended by itself. */
  | { readonly type: 'died'; readonly name: string; readonly how: string; readonly restartMs?: number }
  /** A program that had ended takes work again. */
  | { readonly type: 'back'; readonly name: string };

export type Listener = (event: RunEvent) => void;
