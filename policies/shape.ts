import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { isJsonObject, type JsonObject } from '../core/json';
import { nearest } from '../core/names';
import { packageRoot } from '../core/package-root';
import { pathText } from './document';

/** A key that the schema of rule files refuses. */
export interface ShapeProblem {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly fix?: string;
}

/** What a rule file's schema says against a value; empty where it is one. */
export function shapeProblems(value: JsonObject): readonly ShapeProblem[] {
  const validate = validator();
  if (validate(value)) return [];
  return (validate.errors ?? []).flatMap((error) => problemOf(error as ErrorObject<string, { readonly [name: string]: unknown }>));
}

/** What the types of JSON Schema are called. */
const WORDS: { readonly [type: string]: string } = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  null: 'nothing',
};

/** A value as JSON, shortened. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

let made: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (made) return made;
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateSchema: false, verbose: true });
  const schema = ['schema', 'dist/schema']
    .map((folder) => join(packageRoot(), folder, 'policy-rule.schema.json'))
    .find((file) => existsSync(file));
  if (schema === undefined) throw new Error('policy-rule.schema.json is not part of the package');
  made = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  return made;
}

function problemOf(error: ErrorObject<string, { readonly [name: string]: unknown }>): ShapeProblem[] {
  // The name's own error stands beside `propertyNames`.
  if (error.propertyName !== undefined) return [];
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (/^[0-9]+$/.test(key) ? Number(key) : key));
  const where = path.length === 0 ? 'the file' : pathText(path);
  const parent = error.parentSchema as JsonObject | undefined;
  const properties = isJsonObject(parent?.['properties']) ? Object.keys(parent['properties']) : [];
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      const close = nearest(key, properties);
      return [
        {
          message: `"${key}" is no key of ${where}; allowed: ${properties.join(', ')}`,
          path: [...path, key],
          ...(close ? { fix: `write "${close}"` } : {}),
        },
      ];
    }
    case 'required':
      return [
        {
          message: `${where} has no key "${String(error.params['missingProperty'])}"`,
          path,
          fix: `add "${String(error.params['missingProperty'])}"`,
        },
      ];
    case 'enum':
      return [
        {
          message: `${where} is ${JSON.stringify(error.data)}; allowed: ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`,
          path,
        },
      ];
    case 'propertyNames': {
      const names = isJsonObject(parent?.['propertyNames']) ? parent['propertyNames'] : {};
      return [
        { message: `"${String(error.params['propertyName'])}" in ${where} must be ${String(names['x-kea-form'] ?? 'shorter')}`, path },
      ];
    }
    case 'pattern':
      return [
        { message: `${where} is ${JSON.stringify(error.data)}, must be ${String(parent?.['x-kea-form'] ?? 'of another form')}`, path },
      ];
    case 'type':
      return [
        {
          message: `${where} is ${shown(error.data)}; allowed: ${WORDS[String(error.params['type'])] ?? String(error.params['type'])}`,
          path,
        },
      ];
    default:
      return [{ message: `${where} ${error.message ?? 'is wrong'}`, path }];
  }
}
