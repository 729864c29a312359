import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
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

type Depth = 'verdict' | 'reasons';
const instances = new Map<Depth, Ajv2020>();

/**
 * Speaks the processor's dialect: 2020-12, formats checked. Nearly every schema sees a few values that all fit, so the first validator only
 * gives a verdict; one that tells all reasons, which is several times the code, is made where the verdict is no.
 */
function ajv(depth: Depth): Ajv2020 {
  const known = instances.get(depth);
  if (known) return known;
  const reasons = depth === 'reasons';
  const made = new Ajv2020({
    strict: false,
    allErrors: reasons,
    messages: reasons,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    code: { optimize: false },
  });
  addFormats.default(made);
  instances.set(depth, made);
  return made;
}

export function compileSchema(schema: JsonSchema): Compiled {
  try {
    const fits = compile(schema, 'verdict');
    const validate = (value: JsonValue): readonly Misfit[] => {
      if (fits(value)) return [];
      const check = compile(schema, 'reasons');
      return check(value) ? [] : misfits(check.errors ?? []);
    };
    return { ok: true, validate };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function compile(schema: JsonSchema, depth: Depth): ValidateFunction {
  try {
    return ajv(depth).compile(schema);
  } finally {
    // The instance would keep every schema that it ever compiled.
    ajv(depth).removeSchema();
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
