import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digests';
import type { JsonObject } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import * as generated from '../generated/validators';
import { modelSchema } from '../source/model';
import { platformSchema } from '../source/platform';
import type { ParsedDocument } from './document';

const definitions = modelSchema['$defs'] as { readonly ContractDocument: JsonObject };

/** The schema of each kind of document, as it is published in `schema/*.json`. */
export const schemas: { readonly [kind in ParsedDocument['kind']]: JsonObject } = {
  model: modelSchema,
  contract: definitions.ContractDocument,
  stack: platformSchema,
};

/** What ajv says of one value; empty where it is valid. */
export type SchemaError = ErrorObject<string, { readonly [name: string]: unknown }, unknown>;

/** All of ajv's errors about a value, with the schema and the data that each is about. */
export function schemaErrors(kind: ParsedDocument['kind'], value: unknown): readonly SchemaError[] {
  const validate = validator(kind);
  return validate(value) ? [] : (validate.errors as readonly SchemaError[]);
}

/** What each validator is called: in ajv, and as an export of the generated module. */
export const names: { readonly [kind in ParsedDocument['kind']]: string } = {
  model: 'model',
  contract: 'model#/$defs/ContractDocument',
  stack: 'stack',
};
export const options = {
  allErrors: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  validateSchema: false,
  messages: false,
} as const;

/** Digest of the schemas, by which the generated validators know whether they are still theirs. */
export function schemasDigest(): string {
  return sha256Hex(JSON.stringify([schemas, options]));
}

type Validators = { readonly [kind in ParsedDocument['kind']]: ValidateFunction };
let validators: Validators | undefined;

/** Those that were generated from the same schemas; else, while somebody edits a schema, they are made here, which costs more than hundreds of validations. */
function validator(kind: ParsedDocument['kind']): ValidateFunction {
  validators ??= generated.madeOf === schemasDigest() ? (generated as unknown as Validators) : compiled();
  return validators[kind];
}

function compiled(): Validators {
  const { Ajv2020: Ajv } = createRequire(join(packageRoot(), 'package.json'))('ajv/dist/2020') as { readonly Ajv2020: typeof Ajv2020 };
  const ajv = prepare(new Ajv(options));
  const get = (kind: ParsedDocument['kind']): ValidateFunction => {
    const made = ajv.getSchema(names[kind]);
    if (!made) throw new Error(`there is no schema for a ${kind} document`);
    return made as ValidateFunction;
  };
  return { model: get('model'), contract: get('contract'), stack: get('stack') };
}

export function prepare(made: Ajv2020): Ajv2020 {
  for (const word of ['x-kea-form', 'x-kea-default', 'x-kea-unit', 'x-kea-late', 'x-kea-type']) made.addKeyword(word);
  return made.addSchema(schemas.model, 'model').addSchema(schemas.stack, 'stack');
}
