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

let compiled: { readonly [kind in ParsedDocument['kind']]: ValidateFunction } | undefined;

/** All of ajv's errors about a value, with the schema and the data that each is about. */
export function schemaErrors(kind: ParsedDocument['kind'], value: unknown): readonly SchemaError[] {
  compiled ??= compile();
  const validate = compiled[kind];
  return validate(value) ? [] : (validate.errors as readonly SchemaError[]);
}

/** Once a process: making the validators costs more than hundreds of validations. */
function compile(): { readonly [kind in ParsedDocument['kind']]: ValidateFunction } {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, validateSchema: false, messages: false });
  for (const word of ['x-kea-form', 'x-kea-default', 'x-kea-unit', 'x-kea-late', 'x-kea-type']) ajv.addKeyword(word);
  ajv.addSchema(schemas.model, 'model');
  const contract = ajv.getSchema('model#/$defs/ContractDocument');
  const model = ajv.getSchema('model');
  if (!contract || !model) throw new Error('the model schema lost its ContractDocument');
  return { model: model as ValidateFunction, contract: contract as ValidateFunction, stack: ajv.compile(schemas.stack) };
}
