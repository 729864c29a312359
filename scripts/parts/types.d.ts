/** A real component: how it is known, obtained and checked. */
export interface Part {
  readonly name: string;
  /** Version that is obtained when nothing on the machine will do. */
  readonly version: string;
  readonly binary: string;
  /** Environment variable that names a binary and wins over everything. */
  readonly variable: string;
  /** True when obtaining it compiles for minutes; `npm test` never does that by itself. */
  readonly compiles: boolean;
  /** What obtaining it costs, in words. */
  readonly cold: string;
  readonly identify: { readonly args: readonly string[]; readonly pattern: RegExp };
  accepts(version: string): boolean;
  /** Puts `binary` into the folder, or rejects with the reason. */
  obtain(folder: string): Promise<void>;
  /** What a person can do when it cannot be had. */
  readonly ways: readonly string[];
}
