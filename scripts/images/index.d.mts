/** An image as an OCI archive on this machine. */
export interface BuiltImage {
  readonly name: string;
  readonly tag: string;
  /** `sha256:<hex>` of its manifest. */
  readonly digest: string;
  readonly bytes: number;
  /** Path of the archive. */
  readonly archive: string;
}
export const imageNames: readonly string[];
export function buildImage(id: string, recipe?: unknown): Promise<BuiltImage>;
