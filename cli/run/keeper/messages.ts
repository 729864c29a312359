/** Run process → keeper, over Node's IPC channel. */
export type ToKeeper =
  /** What to end, and which folder to remove, when the channel breaks. */
  { readonly type: 'children'; readonly pids: readonly number[]; readonly socketFolder: string } | { readonly type: 'release' };
