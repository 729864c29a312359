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
/** How one image is made: `key` tells when it must be made again, `make` fills the root and says how it starts. */
export interface Recipe {
  image(): { readonly name: string; readonly tag: string };
  key(): Promise<string>;
  /** Makers beside `recipes.mjs` whose change makes the image anew. */
  readonly files?: readonly string[];
  make(into: unknown): Promise<object>;
}
export const recipes: Readonly<Record<string, Recipe>>;
export function buildImage(id: string, recipe?: Recipe): Promise<BuiltImage>;
