import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import ts from 'typescript';
import { catalogue } from '../core/findings/index';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json';
import { documentPage, findingsPage } from './reference';
import { validatorsModule } from './generate-validators';
import { modelSchema } from './source/model';
import { contractKeys, modelKeys } from './source/keys';
import { platformSchema } from './source/platform';
import { policyRuleSchema } from './source/policy-rule';

/**
 * Everything that is generated from `schema/source/` and the catalogue of findings: the JSON Schemas, their TypeScript types, the reference pages.
 * Pure: path relative to the package → content. `scripts/generate.mjs` writes it, a test compares it with what is committed.
 */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['schema/model.schema.json', await json(modelSchema)],
    ['schema/contract.schema.json', await json(contractPointer)],
    ['schema/platform.schema.json', await json(platformSchema)],
    ['schema/policy-rule.schema.json', await json(policyRuleSchema)],
    ['schema/generated/model.ts', await types(modelSchema)],
    ['schema/generated/platform.ts', await types(platformSchema)],
    ['schema/generated/policy-rule.ts', await types(policyRuleSchema)],
    ['schema/generated/validators.ts', validatorsModule()],
    ['stacks/generated/stack-args.ts', await types(platformSchema, 'StackArgs')],
    ['docs/reference/model-file.md', documentPage('The model files', modelIntro, modelSchema, ['ContractDocument'])],
    ['docs/reference/stack-file.md', documentPage('The stack file', stackIntro, platformSchema)],
    ['docs/reference/rule-file.md', documentPage('The rule file', ruleIntro, policyRuleSchema)],
    ['docs/reference/findings.md', findingsPage(catalogue)],
  ]);
}

const modelIntro =
  '`model.yaml` holds what is true of the model, `v1.yaml`, `v2.yaml` … what is true of one contract. A model with one contract may write all keys in `model.yaml`. ' +
  `Keys of \`model.yaml\`: ${modelKeys.join(', ')}. Keys of \`vN.yaml\`: ${contractKeys.join(', ')}. Both may start with \`kea: v1\`.`;
const stackIntro = '`stacks/<name>.yaml` is one installation of the platform. Every key may be left out.';

const ruleIntro = '`policies/rules/<area>/<id>.yaml` is one policy. The same text decides in `kea check`, in Pulumi and in the cluster.';

/** For editors only: `vN.yaml` by the definition inside the model's schema. */
const contractPointer: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $ref: 'model.schema.json#/$defs/ContractDocument',
};

const prettier = { singleQuote: true, printWidth: 140, trailingComma: 'all' } as const;

/** `x-kea-type` only names a type for the generator below, so it stays out of what is published. */
function json(schema: JsonObject): Promise<string> {
  const published = JSON.stringify(schema, (key, value: unknown) => (key === 'x-kea-type' ? undefined : value));
  return format(published, { ...prettier, parser: 'json' });
}

/** Types of one document. With `late`, a name, keys marked `x-kea-late` also take outputs of Pulumi resources, and the whole is called so. */
async function types(schema: JsonObject, late?: string): Promise<string> {
  const raw = await compile(bare(schema, late !== undefined) as Parameters<typeof compile>[0], String(schema['title']), {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
  const body = polish(raw.replace(/\/\*\*[\s\S]*?\*\/\n?/g, ''), titled(schema));
  const used = ['JsonObject', 'JsonSchema', 'JsonValue'].filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  const inputs = late === undefined ? '' : `import type { Input } from '@pulumi/pulumi';\n`;
  const imports = inputs + (used.length > 0 ? `import type { ${used.join(', ')} } from '../../core/json';\n\n` : inputs && '\n');
  const banner = '// Generated from schema/source by `npm run generate`. Do not edit.\n\n';
  const named = late === undefined ? body : body.replaceAll(String(schema['title']), late);
  return format(banner + imports + named, { ...prettier, parser: 'typescript' });
}

/** The schema without prose (the comments are written below) and with the generator's own words. */
function bare(schema: JsonValue | undefined, late: boolean): JsonValue {
  if (Array.isArray(schema)) return schema.map((each: JsonValue) => bare(each, late));
  if (!isJsonObject(schema)) return schema ?? null;
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'] };
  if (typeof schema['x-kea-type'] === 'string') return { tsType: schema['x-kea-type'] };
  if (late && schema['x-kea-late'] === true) return { tsType: 'Input<string>' };
  const kept = Object.entries(schema).filter(([key]) => !prose.has(key) && !key.startsWith('x-kea-'));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === 'properties' || key === '$defs' ? members(value, late) : bare(value, late)]),
  );
}

const prose = new Set(['description', 'examples', 'default', 'propertyNames', 'minItems', 'maxItems', '$schema']);

function members(value: JsonValue | undefined, late: boolean): JsonValue {
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, bare(each, late)])) : {};
}

/** Every titled object of the schema, by title. */
function titled(schema: JsonValue | undefined, found = new Map<string, JsonObject>()): ReadonlyMap<string, JsonObject> {
  if (Array.isArray(schema)) schema.forEach((each: JsonValue) => titled(each, found));
  else if (isJsonObject(schema)) {
    if (typeof schema['title'] === 'string') found.set(schema['title'], schema);
    for (const [key, value] of Object.entries(schema)) if (key !== 'examples' && key !== 'default') titled(value, found);
  }
  return found;
}

interface Edit {
  readonly at: number;
  readonly insert: string;
}

/** Adds `readonly`, `| undefined` and the comments to what json-schema-to-typescript wrote. */
function polish(source: string, schemas: ReadonlyMap<string, JsonObject>): string {
  const file = ts.createSourceFile('generated.ts', source, ts.ScriptTarget.ES2022, true);
  const edits: Edit[] = [];
  const insert = (at: number, text: string): void => void edits.push({ at, insert: text });
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      const schema = schemas.get(node.name.text);
      insert(node.getStart(), comment(schema, false));
      const properties = schema?.['properties'];
      for (const member of node.members) {
        if (ts.isPropertySignature(member) && member.type) {
          const key = ts.isStringLiteral(member.name) || ts.isIdentifier(member.name) ? member.name.text : '';
          insert(member.getStart(), comment(isJsonObject(properties) ? properties[key] : undefined, true) + 'readonly ');
          if (member.questionToken) insert(member.type.getEnd(), ' | undefined');
        }
        if (ts.isIndexSignatureDeclaration(member))
          insert(member.getStart(), comment(schema?.['additionalProperties'], true) + 'readonly ');
      }
    }
    if (ts.isArrayTypeNode(node)) insert(node.getStart(), 'readonly ');
    ts.forEachChild(node, visit);
  };
  visit(file);
  // Later places first, so that earlier offsets stay true; at one place the edits keep their order.
  return edits
    .map((edit, index) => ({ ...edit, index }))
    .sort((a, b) => b.at - a.at || b.index - a.index)
    .reduce((text, edit) => text.slice(0, edit.at) + edit.insert + text.slice(edit.at), source);
}

function comment(schema: JsonValue | undefined, facts: boolean): string {
  if (!isJsonObject(schema) || typeof schema['description'] !== 'string') return '';
  const lines = [schema['description']];
  if (facts && typeof schema['x-kea-form'] === 'string') lines.push(`Written as ${schema['x-kea-form']}.`);
  if (facts && typeof schema['x-kea-unit'] === 'string' && schema['type'] !== 'string') lines.push(`Unit: ${schema['x-kea-unit']}.`);
  if (facts && schema['default'] !== undefined) lines.push(`@default ${JSON.stringify(schema['default'])}`);
  else if (facts && typeof schema['x-kea-default'] === 'string') lines.push(`@default - ${schema['x-kea-default']}`);
  const safe = lines.map((line) => line.replaceAll('*/', '*\\/'));
  return safe.length === 1 ? `/** ${safe[0]} */\n` : `/**\n${safe.map((line) => ` * ${line}\n`).join('')} */\n`;
}
