import { schemaComponents } from '../../../schema/openapi/schemas';

test('definitions that are in use become components, and references follow', () => {
  const components = schemaComponents('ScoreRequest', {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://example.com/score',
    type: 'object',
    properties: {
      home: { $ref: '#/$defs/address', description: 'kept beside' },
      list: { type: 'array', items: { $ref: '#/$defs/address/properties/street' } },
      again: { $ref: '#' },
      first: { $ref: '#/properties/list' },
    },
    $defs: {
      address: { type: 'object', properties: { street: { $ref: '#/$defs/street' } } },
      street: { type: 'string', maxLength: 10 },
      unused: { type: 'null' },
    },
  });
  expect(components).toEqual({
    ScoreRequest: {
      type: 'object',
      properties: {
        home: { $ref: '#/components/schemas/ScoreRequest_address', description: 'kept beside' },
        list: { type: 'array', items: { $ref: '#/components/schemas/ScoreRequest_address/properties/street' } },
        again: { $ref: '#/components/schemas/ScoreRequest' },
        first: { $ref: '#/components/schemas/ScoreRequest/properties/list' },
      },
    },
    ScoreRequest_address: { type: 'object', properties: { street: { $ref: '#/components/schemas/ScoreRequest_street' } } },
    ScoreRequest_street: { type: 'string', maxLength: 10 },
  });
});

test('data that looks like a reference stays as it is', () => {
  const schema = {
    type: 'object',
    properties: { $ref: { type: 'string', maxLength: 5, default: '#/$defs/x' } },
    const: { $ref: '#/$defs/x' },
    examples: [{ $ref: '#/$defs/x', $id: 'kept' }],
  };
  expect(schemaComponents('A', schema)).toEqual({ A: schema });
});

test('the schema that was given is not changed', () => {
  const schema = Object.freeze({ $ref: '#/$defs/a', $defs: Object.freeze({ a: Object.freeze({ type: 'string' }) }) });
  schemaComponents('A', schema);
  expect(schema).toEqual({ $ref: '#/$defs/a', $defs: { a: { type: 'string' } } });
});
