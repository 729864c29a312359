import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse } from 'yaml';
import type { JsonObject } from '../core/json';
import { byBytes } from '../core/order';
import { demandsPage } from './demands';
import { loadRules } from './load';
import { planRules } from './plan-rules';
import { rulesPage } from './reference';

/**
 * What is generated from the rules that KEA brings along: the rules as data, so that a check need not read and judge a hundred YAML files first,
 * and the sample objects, for rules of other teams. Path relative to the package → content.
 */
export async function generatedPolicies(root: string): Promise<ReadonlyMap<string, string>> {
  const { files, findings } = loadRules(join(root, 'policies/rules'), 'policies/rules');
  if (findings.length > 0)
    throw new Error(findings.map(({ place, message }) => `${place?.file ?? ''}:${place?.line ?? 0} ${message}`).join('\n'));
  const rules = files.map((each) => each.rule);
  return new Map([
    ['docs/reference/rules.md', await format(rulesPage(rules, planRules), { printWidth: 140, parser: 'markdown' })],
    ['docs/reference/demands.md', await format(demandsPage(), { printWidth: 140, parser: 'markdown' })],
    ['policies/generated/rules.ts', await module('rules', 'readonly Rule[]', rules, "import type { Rule } from '../rule';")],
    [
      'policies/generated/bases.ts',
      await module(
        'bases',
        '{ readonly [name: string]: JsonObject }',
        readBases(root),
        "import type { JsonObject } from '../../core/json';",
      ),
    ],
  ]);
}

/** Sample objects by name, in byte order. */
function readBases(root: string): { readonly [name: string]: JsonObject } {
  const folder = join(root, 'policies/bases');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort(byBytes);
  return Object.fromEntries(
    names.map((name) => [name.replace(/\.yaml$/, ''), parse(readFileSync(join(folder, name), 'utf8')) as JsonObject]),
  );
}

function module(name: string, type: string, value: unknown, imports: string): Promise<string> {
  const text = `// Generated from policies by \`npm run generate\`. Do not edit.\n\n${imports}\n\nexport const ${name}: ${type} = ${JSON.stringify(value)};\n`;
  return format(text, { singleQuote: true, printWidth: 140, trailingComma: 'all', parser: 'typescript' });
}
