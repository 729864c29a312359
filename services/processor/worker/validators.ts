import { setFlagsFromString } from 'node:v8';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import type { ProblemDocument } from '../../../core/contract/problems';
import type { JsonSchema, JsonValue } from '../../../core/json';
import { childPointer } from '../../../core/pointer';
import type { Check, Fault } from '../validate/check';
import { compileSchema, faultsOf } from '../validate/compile';
import { MAX_TOLD_ERRORS, MAX_VALIDATORS } from './settings';

export type ValidationErrors = NonNullable<ProblemDocument['errors']>;

// Otherwise V8 keeps the code of validators that were dropped until memory is short.
setFlagsFromString('--no-compilation-cache');

const OPTIONS = {
  strict: false,
  validateSchema: false,
  meta: false,
  // Without it a body inherits `toString` and passes `required`.
  ownProperties: true,
  discriminator: true,
  // What is validated is what is forwarded: nothing is filled in or converted.
  useDefaults: false,
  coerceTypes: false,
  logger: false,
} as const;

/** Errors of a value, or `undefined` when it fits; `explain` looks for more than the first. */
type Validator = (value: JsonValue, explain: boolean) => ValidationErrors | undefined;

/** Validators made once per schema digest; the least recently used is dropped. */
export class Validators {
  private readonly known = new Map<string, Validator>();

  constructor(private readonly capacity: number = MAX_VALIDATORS) {}

  /** Makes the validator before the first call needs it; what Ajv must make is made by that call. */
  prepare(digest: string, schema: JsonSchema): void {
    if (this.known.has(digest) || this.known.size >= this.capacity) return;
    const check = compileSchema(schema);
    if (check !== undefined) this.known.set(digest, byChecks(check));
  }

  /** Errors of a value against the schema of that digest, or `undefined` when it fits. `explain` collects more than the first. */
  check(digest: string, schema: () => JsonSchema, value: JsonValue, explain: boolean): ValidationErrors | undefined {
    let validator = this.known.get(digest);
    if (validator === undefined) {
      validator = validatorOf(schema());
      if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value as string);
    } else {
      this.known.delete(digest);
    }
    this.known.set(digest, validator);
    return validator(value, explain);
  }

  get size(): number {
    return this.known.size;
  }
}

function validatorOf(schema: JsonSchema): Validator {
  const check = compileSchema(schema);
  return check === undefined ? byAjv(schema) : byChecks(check);
}

function byChecks(check: Check): Validator {
  return (value, explain) =>
    check(value, '', undefined) ? undefined : faultsOf(check, value, explain ? MAX_TOLD_ERRORS : 1).map(shortened);
}

function shortened({ pointer, rule, detail }: Fault): Fault {
  return { pointer: pointer.slice(0, 256), rule, detail };
}

/** For what looks further than a value and its members. By an Ajv of its own: one that has compiled keeps what it made for ever. */
function byAjv(schema: JsonSchema): Validator {
  const compile = (allErrors: boolean): ValidateFunction => formats.default(new Ajv2020({ ...OPTIONS, allErrors })).compile(schema);
  const first = compile(false);
  let all: ValidateFunction | undefined;
  return (value, explain) => {
    if (first(value)) return undefined;
    if (!explain) return tell(first.errors ?? []);
    all ??= compile(true);
    all(value);
    return tell(all.errors ?? first.errors ?? []);
  };
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
