import type { JsonObject, JsonValue } from '../../core/json';
import { reservedMethods } from '../../core/names';

/**
 * A small vocabulary in which both documents are described, so that every key carries a description, its default, its unit and an example,
 * and nothing outside the schema style (closed titled objects, no `allOf`, no `if`) can be spelled by accident.
 *
 * Annotations of our own: `x-kea-form` says in words what a text looks like (findings quote it), `x-kea-default` says in words what
 * happens when a key is left out and the value is not a literal, `x-kea-unit` names the unit, `x-kea-late` marks values that may be
 * known only while Pulumi runs, `x-kea-type` names a TypeScript type of ours.
 */
export type Schema = JsonObject;
/** Schemas by the titles that `$ref` names them by. */
export type Defs = { readonly [title: string]: Schema };

export interface Facts {
  /** The literal that holds when the key is left out. */
  readonly default?: JsonValue;
  /** What happens when the key is left out, as a sentence. */
  readonly otherwise?: string;
  readonly example?: JsonValue;
  /** May be a Pulumi output. */
  readonly late?: boolean;
}

function facts(given: Facts): JsonObject {
  return {
    ...(given.default !== undefined ? { default: given.default } : {}),
    ...(given.otherwise !== undefined ? { 'x-kea-default': given.otherwise } : {}),
    ...(given.example !== undefined ? { examples: [given.example] } : {}),
    ...(given.late ? { 'x-kea-late': true } : {}),
  };
}

/** A closed object. `required` names keys that must be there. */
export function object(
  title: string,
  description: string,
  properties: { readonly [key: string]: Schema },
  required: readonly string[] = [],
): Schema {
  return { title, description, type: 'object', additionalProperties: false, ...(required.length > 0 ? { required } : {}), properties };
}

/** An object whose keys are names that the user chooses; `form` says in words what they look like. */
export function map(
  title: string,
  description: string,
  keys: { readonly pattern: string; readonly form: string; readonly most?: number },
  value: Schema,
  most = 500,
): Schema {
  return {
    title,
    description,
    type: 'object',
    propertyNames: { pattern: keys.pattern, maxLength: keys.most ?? 200, 'x-kea-form': keys.form },
    maxProperties: most,
    additionalProperties: value,
  };
}

/** Refers to a shared part, with a description and facts of its own. */
export function part(name: string, description: string, given: Facts = {}): Schema {
  return { $ref: `#/$defs/${name}`, description, ...facts(given) };
}

/** A text of one line or more. */
export function text(description: string, given: Facts & { readonly most?: number } = {}): Schema {
  return { description, type: 'string', minLength: 1, maxLength: given.most ?? 500, ...facts(given) };
}

/** A text with rules; `form` completes the sentence "must be …". */
export function formed(description: string, form: string, pattern: string, given: Facts & { readonly most?: number } = {}): Schema {
  return { description, type: 'string', pattern, maxLength: given.most ?? 500, 'x-kea-form': form, ...facts(given) };
}

/** One of a few words. */
export function choice(description: string, values: readonly string[], given: Facts = {}): Schema {
  return { description, type: 'string', enum: values, ...facts(given) };
}

export function flag(description: string, given: Facts = {}): Schema {
  return { description, type: 'boolean', ...facts(given) };
}

/** A whole number with both ends given. */
export function whole(description: string, least: number, most: number, given: Facts & { readonly unit?: string } = {}): Schema {
  return {
    description,
    type: 'integer',
    minimum: least,
    maximum: most,
    ...(given.unit ? { 'x-kea-unit': given.unit } : {}),
    ...facts(given),
  };
}

/** A number with both ends given. */
export function number(description: string, least: number, most: number, given: Facts & { readonly unit?: string } = {}): Schema {
  return {
    description,
    type: 'number',
    minimum: least,
    maximum: most,
    ...(given.unit ? { 'x-kea-unit': given.unit } : {}),
    ...facts(given),
  };
}

export function list(
  description: string,
  items: Schema,
  given: Facts & { readonly least?: number; readonly most?: number; readonly unique?: boolean } = {},
): Schema {
  return {
    description,
    type: 'array',
    ...(given.least !== undefined ? { minItems: given.least } : {}),
    maxItems: given.most ?? 100,
    ...(given.unique ? { uniqueItems: true } : {}),
    items,
    ...facts(given),
  };
}

/** Either of a few plain shapes that differ by type, such as a text or an object. */
export function either(description: string, shapes: readonly Schema[], given: Facts = {}): Schema {
  return { description, anyOf: shapes, ...facts(given) };
}

/** A time span: `250ms`, `30s`, `10m`, `2h`, `400d`. */
export function duration(description: string, given: Facts = {}): Schema {
  return {
    ...formed(description, 'a duration such as 250ms, 30s, 10m, 2h or 7d', '^[0-9]{1,12}(ms|s|m|h|d)$', given),
    'x-kea-unit': 'duration',
  };
}

/** An amount of bytes: `64Ki`, `1Gi`. */
export function bytes(description: string, given: Facts = {}): Schema {
  return {
    ...formed(description, 'a size with a unit such as 64Ki, 512Mi or 2Gi', '^[0-9]{1,12}(Ki|Mi|Gi|Ti)$', given),
    'x-kea-unit': 'bytes',
  };
}

/** Processor time: `500m` or a number of cores. */
export function cpu(description: string, given: Facts = {}): Schema {
  return {
    description,
    anyOf: [
      {
        type: 'string',
        pattern: '^([0-9]{1,7}m|[0-9]{1,4}(\\.[0-9]{1,3})?)$',
        maxLength: 20,
        'x-kea-form': 'millicores such as 500m, or a number of cores such as 2',
      },
      { type: 'number', exclusiveMinimum: 0, maximum: 1024 },
    ],
    'x-kea-unit': 'cpu',
    ...facts(given),
  };
}

/** A name as Kubernetes and DNS take it: small letters, digits, hyphens. */
export const dnsLabel = {
  pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
  form: 'small letters, digits and hyphens, starting with a letter',
} as const;

/** A name of a method: a word of the URL and of a role. The reserved words are those of `core/names.ts`. */
export const methodName = {
  pattern: `^(?!(${reservedMethods.join('|')})$)[a-z]([-a-z0-9]*[a-z0-9])?$`,
  form: `small letters, digits and hyphens, starting with a letter, and none of ${reservedMethods.join(', ')}`,
  most: 40,
} as const;

/** MAJOR.MINOR.PATCH without leading zeros. */
export const semVer = {
  pattern: '^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$',
  form: 'MAJOR.MINOR.PATCH such as 1.4.0',
} as const;

/** The name of a group or a role, as identity providers write them. */
export const roleName = {
  pattern: '^[A-Za-z0-9][-A-Za-z0-9_.:/@]*$',
  form: 'letters, digits and any of - _ . : / @, starting with a letter or a digit',
} as const;

/** The name of a Kubernetes object that exists already. */
export const objectName = { pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', form: 'the name of a Kubernetes object' } as const;

/** The name of a field or tensor. */
export const fieldName = { pattern: '^[^\\u0000-\\u001f]+$', form: 'a name without control characters' } as const;
