import type { ControlPlane } from './control-plane.mjs';

/** What an API server fills in; `path` and `kinds` as in policies/server-defaults.ts. */
export interface FilledIn {
  readonly path: string;
  readonly kinds: readonly string[];
  readonly value: unknown;
}

/** What the server made of each seed that the seed did not say, in byte order of path. */
export function sentDefaults(call: ControlPlane['call']): Promise<readonly FilledIn[]>;

/** Defaults that the OpenAPI of the server states for the same kinds. */
export function statedDefaults(call: ControlPlane['call']): Promise<readonly Pick<FilledIn, 'path' | 'value'>[]>;
