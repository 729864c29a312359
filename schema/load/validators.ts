import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import type { JsonObject } from '../../core/json';
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

const names: { readonly [kind in ParsedDocument['kind']]: string } = {
  model: 'model',
  contract: 'model#/$defs/ContractDocument',
  stack: 'stack',
};
let ajv: Ajv2020 | undefined;

/** Made once a process and only when it is needed: making one costs more than hundreds of validations. */
function validator(kind: ParsedDocument['kind']): ValidateFunction {
  ajv ??= prepare();
  const made = ajv.getSchema(names[kind]);
  if (!made) throw new Error(`there is no schema for a ${kind} document`);
  return made as ValidateFunction;
}

function prepare(): Ajv2020 {
  const made = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, validateSchema: false, messages: false });
  for (const word of ['x-kea-form', 'x-kea-default', 'x-kea-unit', 'x-kea-late', 'x-kea-type']) made.addKeyword(word);
  return made.addSchema(schemas.model, 'model').addSchema(schemas.stack, 'stack');
}
