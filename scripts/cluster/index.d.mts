/** A cluster that runs. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly place: { readonly dir: string; at(...parts: readonly string[]): string };
  /** Output of kubectl. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Program and arguments that run a command on the node. */
  command(...command: readonly string[]): readonly [string, readonly string[]];
  /** Output of a command on the node. */
  exec(...command: readonly string[]): Promise<string>;
  /** Imports an image archive. */
  load(archive: string): Promise<void>;
}
export class ClusterError extends Error {}
export function up(folder: string): Promise<Cluster>;
export function attach(folder: string): Promise<Cluster>;
export function down(folder: string, options?: { readonly keepLogs?: boolean }): Promise<void>;
