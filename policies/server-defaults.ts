import type { JsonValue } from '../core/json';

/** A field that the API server fills in where nobody writes it; `policies/generated/server-defaults.ts` lists them. */
export interface ServerDefault {
  /** `$pod` is the pod, wherever it stands; all kinds of containers are `containers`. */
  readonly path: string;
  readonly kinds: readonly string[];
  /** What it is where nothing else of the object says otherwise: an image without a tag is always pulled, with one it is not. */
  readonly value: JsonValue;
}
