import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { packageRoot } from '../../core/package-root';
import type { PackFile } from '../pack/main';
import { weakerStep, type PlanRule, type Rule } from '../rule';
import { type EmitOptions, withExceptions } from './scope';

/** Compiled programs that a pack starts: the policies themselves, and the worker that judges. */
const ENTRIES = ['policies/pack/main.js', 'policies/evaluate/worker.js'];

const PULUMI_POLICY = (name: string): string =>
  `name: ${name}\ndescription: Rules of KEA, the same text as in kea check and in the cluster.\nruntime:\n  name: nodejs\n  options: { typescript: false }\nmain: index.js\n`;

/**
 * A Pulumi policy pack as files: path → text. It is complete but for `npm ci`: compiled programs, the rules as data, a manifest and its lock.
 *
 * @throws Error where the package was not built
 */
export function packFiles(rules: readonly Rule[], planRules: readonly PlanRule[], options: EmitOptions): ReadonlyMap<string, string> {
  const held = rules.map((rule) => ({ ...withExceptions(rule, options), step: weakerStep(rule.step, options.level) }));
  const pack: PackFile = { name: options.installation, rules: held, planRules: planRules.map((each) => each.id), level: options.level };
  return new Map([
    ['PulumiPolicy.yaml', PULUMI_POLICY(options.installation)],
    ['package.json', compiled('policies/pack/manifest.json')],
    ['package-lock.json', compiled('policies/pack/lock.json')],
    ['index.js', "require('./dist/policies/pack/main.js');\n"],
    ['rules.json', `${JSON.stringify(pack, null, 1)}\n`],
    ['.gitignore', 'node_modules/\n'],
    ...[...programs()].map(([path, text]): [string, string] => [`dist/${path}`, text]),
  ]);
}

/** The entries and everything of ours that they require, without their maps. */
function programs(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const take = (path: string): void => {
    if (found.has(path)) return;
    const text = compiled(path).replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n');
    found.set(path, text);
    for (const [, target = ''] of text.matchAll(/require\("(\.[^"]*)"\)/g)) take(resolved(posix.join(dirname(path), target)));
  };
  ENTRIES.forEach(take);
  return found;
}

/** As Node resolves it: the file itself, with `.js`, or the folder's index. */
function resolved(path: string): string {
  const file = [path, `${path}.js`, `${path}/index.js`].find(
    (each) => each.endsWith('.js') && existsSync(join(packageRoot(), 'dist', each)),
  );
  if (file === undefined) throw new Error(`dist/${path}.js is missing: build the package first`);
  return file;
}

function compiled(path: string): string {
  return readFileSync(join(packageRoot(), 'dist', path), 'utf8');
}
