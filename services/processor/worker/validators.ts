import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import type { ProblemDocument } from '../../../core/contract/problems';
import type { JsonSchema, JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import { MAX_TOLD_ERRORS, MAX_VALIDATORS } from './settings';

export type ValidationErrors = NonNullable<ProblemDocument['errors']>;

interface Pair {
  readonly first: ValidateFunction;
  /** Collects every error; made when the first body fails. */
  all: ValidateFunction | undefined;
}

const OPTIONS = {
  strict: false,
  validateSchema: false,
  // Without it a body inherits `toString` and passes `required`.
  ownProperties: true,
  discriminator: true,
  // What is validated is what is forwarded: nothing is filled in or converted.
  useDefaults: false,
  coerceTypes: false,
  logger: false,
} as const;

/** Validators made once per schema digest; the least recently used is dropped. */
export class Validators {
  private readonly pairs = new Map<string, Pair>();
  private readonly first = formats.default(new Ajv2020({ ...OPTIONS, allErrors: false }));
  private readonly all = formats.default(new Ajv2020({ ...OPTIONS, allErrors: true }));

  constructor(private readonly capacity: number = MAX_VALIDATORS) {}

  /** Errors of a value against the schema of that digest, or `undefined` when it fits. `explain` collects more than the first. */
  check(digest: string, schema: () => JsonSchema, value: JsonValue, explain: boolean): ValidationErrors | undefined {
    const pair = this.pair(digest, schema);
    if (pair.first(value)) return undefined;
    if (!explain) return tell(pair.first.errors ?? []);
    pair.all ??= compile(this.all, schema());
    pair.all(value);
    return tell(pair.all.errors ?? pair.first.errors ?? []);
  }

  get size(): number {
    return this.pairs.size;
  }

  private pair(digest: string, schema: () => JsonSchema): Pair {
    let pair = this.pairs.get(digest);
    if (pair === undefined) {
      pair = { first: compile(this.first, schema()), all: undefined };
      if (this.pairs.size >= this.capacity) this.pairs.delete(this.pairs.keys().next().value as string);
    } else {
      this.pairs.delete(digest);
    }
    this.pairs.set(digest, pair);
    return pair;
  }
}

function compile(ajv: Ajv2020, schema: JsonSchema): ValidateFunction {
  const validate = ajv.compile(schema);
  // Ajv would keep every schema for ever; the map above is the only memory.
  ajv.removeSchema(schema);
  return validate;
}

/** Pointer, rule and what the schema asks for. Ajv's messages name the schema's bounds, never the caller's values. */
function tell(errors: readonly ErrorObject[]): ValidationErrors {
  return errors.slice(0, MAX_TOLD_ERRORS).map((error) => ({
    pointer: pointer(error).slice(0, 256),
    rule: error.keyword,
    detail: detail(error),
  }));
}

function pointer(error: ErrorObject): string {
  const params = error.params as { missingProperty?: string; additionalProperty?: string; unevaluatedProperty?: string };
  const property = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  return property === undefined ? error.instancePath : childPointer(error.instancePath, property);
}

function detail(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return 'is required';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known field';
    default:
      return error.message ?? 'does not fit the schema';
  }
}
