import type { JsonSchema } from '../../core/json';

/** Stands in for a schema whose references could not be written out: a finding says so already, and no other check may judge it. */
export const BROKEN_SCHEMA: JsonSchema = Object.freeze({ type: 'object', additionalProperties: false });

export function isBroken(schema: JsonSchema | undefined): boolean {
  return schema === BROKEN_SCHEMA;
}
