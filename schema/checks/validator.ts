import Ajv2020, { type ErrorObject } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { JsonSchema, JsonValue } from '../../core/json';
import type { KeyPath } from '../load/document';

/** Why a value does not fit, and where in the value. */
export interface Misfit {
  readonly path: KeyPath;
  /** JSON pointer, empty for the whole value. */
  readonly pointer: string;
  /** Completes "<place> …": `must be integer`. */
  readonly message: string;
}

export type Compiled =
  { readonly ok: true; readonly validate: (value: JsonValue) => readonly Misfit[] } | { readonly ok: false; readonly reason: string };

let shared: Ajv2020 | undefined;

/** Speaks the processor's dialect: 2020-12, formats checked. Generated code is not optimised, since most schemas see few values. */
function ajv(): Ajv2020 {
  if (shared === undefined) {
    shared = new Ajv2020({
      strict: false,
      allErrors: true,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
      code: { optimize: false },
    });
    addFormats.default(shared);
  }
  return shared;
}

export function compileSchema(schema: JsonSchema): Compiled {
  try {
    const check = ajv().compile(schema);
    return { ok: true, validate: (value) => (check(value) ? [] : misfits(check.errors ?? [])) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    // The instance would keep every schema that it ever compiled.
    ajv().removeSchema();
  }
}

/** At most a few: one mistake makes many errors in alternatives. */
function misfits(errors: readonly ErrorObject[]): readonly Misfit[] {
  return errors.slice(0, 5).map(({ instancePath, message, keyword, params }) => {
    const allowed = keyword === 'enum' ? `: ${JSON.stringify((params as { readonly allowedValues: unknown }).allowedValues)}` : '';
    const extra =
      keyword === 'additionalProperties' ? ` "${String((params as { readonly additionalProperty: unknown }).additionalProperty)}"` : '';
    const parts = instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    return { path, pointer: instancePath, message: `${message ?? 'does not fit'}${extra}${allowed}` };
  });
}
