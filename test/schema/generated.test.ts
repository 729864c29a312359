import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { packageRoot } from '../../core/package-root';
import { generatedPolicies } from '../../policies/generate';
import { generatedFiles } from '../../schema/generate';
import { modelSchema } from '../../schema/source/model';
import { contractKeys, modelKeys } from '../../schema/source/keys';
import * as generated from '../../schema/generated/validators';
import { names, options, prepare, schemaErrors, schemasDigest } from '../../schema/load/validators';
import { platformSchema } from '../../schema/source/platform';
import { policyRuleSchema } from '../../schema/source/policy-rule';

const documents: readonly (readonly [string, JsonObject])[] = [
  ['model', modelSchema],
  ['stack', platformSchema],
  ['policy rule', policyRuleSchema],
];

test('what is generated is what is committed (npm run generate)', async () => {
  const stale: string[] = [];
  for (const [path, content] of [...(await generatedFiles()), ...(await generatedPolicies(packageRoot()))]) {
    const file = join(packageRoot(), path);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== content) stale.push(path);
  }
  expect(stale).toEqual([]);
}, 60_000);

test('the generated validators are those of the schemas, and say what ajv says', () => {
  expect(generated.madeOf).toBe(schemasDigest());
  const ajv = prepare(new Ajv2020(options));
  const wrong: readonly unknown[] = [
    {},
    null,
    7,
    { kea: 'v2', ownr: 1 },
    { owner: '\u{1F600}'.repeat(300), methods: { a: { roles: [1, 1] } } },
  ];
  for (const kind of ['model', 'contract', 'stack'] as const) {
    const compiled = ajv.getSchema(names[kind]);
    for (const value of wrong) {
      const expected = compiled?.(value) === true ? [] : compiled?.errors;
      expect([kind, schemaErrors(kind, value)]).toEqual([kind, expected]);
    }
  }
});

test.each(documents)('the %s schema is a valid JSON Schema 2020-12', (_, schema) => {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    keywords: ['form', 'default', 'unit', 'late', 'type'].map((word) => `x-kea-${word}`),
  });
  expect(ajv.validateSchema(schema)).toBe(true);
  ajv.compile(schema);
});

test.each(documents)('the %s schema uses only closed, titled objects and nothing that types cannot say', (_, schema) => {
  const wrong: string[] = [];
  walk(schema, '', (part, at) => {
    for (const keyword of ['allOf', 'oneOf', 'if', 'not', 'unevaluatedProperties', 'dependentSchemas'])
      if (keyword in part) wrong.push(`${at}: ${keyword}`);
    if (part['type'] !== 'object' || part['x-kea-type'] !== undefined) return;
    if (typeof part['title'] !== 'string') wrong.push(`${at}: no title`);
    if (part['additionalProperties'] === undefined || part['additionalProperties'] === true) wrong.push(`${at}: not closed`);
  });
  expect(wrong).toEqual([]);
});

test.each(documents)('every key of the %s schema has a description, an example, and says what holds when it is left out', (_, schema) => {
  const wrong: string[] = [];
  walk(schema, '', (part, at) => {
    const required = Array.isArray(part['required']) ? part['required'] : [];
    for (const [key, value] of Object.entries(isJsonObject(part['properties']) ? part['properties'] : {})) {
      if (!isJsonObject(value)) continue;
      const target = typeof value['$ref'] === 'string' ? definition(schema, value['$ref']) : value;
      const isPart = target['type'] === 'object' && value['x-kea-type'] === undefined;
      if (typeof value['description'] !== 'string') wrong.push(`${at}.${key}: description`);
      if (!Array.isArray(value['examples']) && target['propertyNames'] === undefined) wrong.push(`${at}.${key}: example`);
      if (!required.includes(key) && !isPart && value['default'] === undefined && value['x-kea-default'] === undefined)
        wrong.push(`${at}.${key}: default`);
    }
  });
  expect(wrong).toEqual([]);
});

test.each(documents)('defaults and examples of the %s schema are valid by it', (_, schema) => {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  ajv.addSchema(schema, 'root');
  const wrong: string[] = [];
  walk(schema, '#', (part, at) => {
    const given = [
      ...(Array.isArray(part['examples']) ? part['examples'] : []),
      ...(part['default'] === undefined ? [] : [part['default']]),
    ];
    if (given.length === 0) return;
    const validate = ajv.getSchema(`root${at}`);
    for (const each of given) if (!validate?.(each)) wrong.push(`${at}: ${JSON.stringify(each)}`);
  });
  expect(wrong).toEqual([]);
});

test("no key is both the model's and the contract's", () => {
  expect(modelKeys.filter((key) => contractKeys.includes(key))).toEqual([]);
});

function definition(schema: JsonObject, reference: string): JsonObject {
  const definitions = schema['$defs'];
  const found = isJsonObject(definitions) ? definitions[reference.replace('#/$defs/', '')] : undefined;
  if (!isJsonObject(found)) throw new Error(`${reference} is not defined`);
  return found;
}

/** Calls for each schema inside a schema, with its JSON pointer. */
function walk(schema: JsonValue | undefined, at: string, visit: (part: JsonObject, at: string) => void): void {
  if (!isJsonObject(schema)) return;
  visit(schema, at);
  for (const keyword of ['properties', '$defs']) {
    for (const [name, each] of Object.entries(isJsonObject(schema[keyword]) ? schema[keyword] : {}))
      walk(each, `${at}/${keyword}/${name}`, visit);
  }
  for (const keyword of ['items', 'additionalProperties']) walk(schema[keyword], `${at}/${keyword}`, visit);
  if (Array.isArray(schema['anyOf'])) schema['anyOf'].forEach((each: JsonValue, index) => walk(each, `${at}/anyOf/${index}`, visit));
}
