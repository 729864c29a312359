import { buildCommand } from '@stricli/core';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { JsonObject } from '../../core/json';
import type { EmitOptions } from '../../policies/emit/scope';
import { STEPS, type RuleSet, type Step } from '../../policies/rule';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';
import { projectRules, rulesFlag, rulesFor } from '../rules';

const FORMS = ['vap', 'pack', 'kyverno'] as const;
type Form = (typeof FORMS)[number];

/** Lists what an earlier call wrote, so that a rule that is gone is gone there too. */
const INDEX = 'kea-policies.json';

interface Flags extends OutputFlag {
  readonly form: Form;
  readonly out: string;
  readonly stack?: string;
  readonly level?: Step;
  readonly name: string;
  readonly namespace?: readonly string[];
  readonly deployer?: readonly string[];
  readonly rules?: string;
  readonly asOf?: string;
  readonly project?: string;
}

export const policiesEmit = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Write the rules as admission policies, a Pulumi policy pack or Kyverno policies',
    fullDescription: `Write the rules in the form that another gate takes; the text of each rule stays the same.

  kea policies emit --form vap --stack prod --out rendered/policies
  kea policies emit --form pack --out policy-pack
  kea policies emit --form kyverno --namespace team-a --out kyverno

vap      ValidatingAdmissionPolicy and its binding; with --deployer also the guard of the facts that rules read
pack     a Pulumi policy pack: npm ci in the folder, then pulumi preview --policy-pack FOLDER
kyverno  ValidatingPolicy of policies.kyverno.io/v1`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      form: { kind: 'enum', values: FORMS, brief: 'What is written' },
      out: { kind: 'parsed', parse: text, placeholder: 'DIR', brief: 'Folder to write' },
      stack: { ...stackFlag, brief: 'Stack whose namespaces and level hold' },
      level: { kind: 'enum', values: STEPS, optional: true, brief: 'Strongest step that is held; deny, or what the stack says' },
      name: { kind: 'parsed', parse: text, default: 'kea', placeholder: 'NAME', brief: 'Stands before the name of every policy' },
      namespace: {
        kind: 'parsed',
        parse: text,
        optional: true,
        variadic: true,
        placeholder: 'NAME',
        brief: 'Namespace to guard, once for each; those with the label kea.dev/stack by default',
      },
      deployer: {
        kind: 'parsed',
        parse: text,
        optional: true,
        variadic: true,
        placeholder: 'USER',
        brief: 'Who alone may set kea.dev facts: a user, or group:NAME; once for each',
      },
      rules: rulesFlag,
      asOf: {
        kind: 'parsed',
        parse: calendarDate,
        optional: true,
        placeholder: 'DATE',
        brief: 'Judge dates as of that day instead of today',
      },
      project: projectFlag,
    },
  },
  func: work('policies emit', async (cli, flags: Flags) => {
    const of = await subjectOf(cli, flags);
    if (!of) return;
    const { rules, options } = of;
    const files = await emitted(flags, rules, options);
    const out = resolve(cli.cwd, flags.out);
    const removed = writeAll(out, files);
    await print(
      cli,
      {
        command: 'policies emit',
        findings: [],
        data: { form: flags.form, files: [...files.keys()], removed },
        summary: `${files.size} files in ${flags.out}${removed.length > 0 ? `, ${removed.length} removed` : ''}${flags.form === 'pack' ? '; run npm ci there once' : ''}`,
      },
      { output: flags.output, root: cli.cwd },
    );
  }),
});

/** What is emitted: for a stack also the project's own rules, and the exceptions that hold in it on that day. */
async function subjectOf(cli: Cli, flags: Flags): Promise<{ readonly rules: RuleSet; readonly options: EmitOptions } | undefined> {
  const asOf = flags.asOf ?? new Date().toISOString().slice(0, 10);
  const given = { installation: flags.name, asOf, ...(flags.namespace ? { namespaces: flags.namespace } : {}) };
  if (flags.stack === undefined)
    return { rules: await rulesFor(cli.cwd, flags.rules), options: { ...given, level: flags.level ?? 'deny' } };
  const root = projectOf(cli.cwd, flags.project);
  const loaded = await loadSound(cli, { command: 'policies emit', root, stack: flags.stack, output: flags.output });
  if (!loaded) return undefined;
  const { namespaces, policies } = loaded.platform.stack;
  const [project, { exceptionsFor }] = await Promise.all([projectRules(root), import('../../policies/exceptions.ts')]);
  return {
    rules: flags.rules === undefined ? project.rules : await rulesFor(cli.cwd, flags.rules),
    options: {
      namespaces: [...new Set([namespaces.platform, namespaces.models])],
      exceptions: exceptionsFor(project.exceptions, flags.stack, asOf),
      ...given,
      level: flags.level ?? policies.level,
    },
  };
}

async function emitted(flags: Flags, rules: RuleSet, options: EmitOptions): Promise<ReadonlyMap<string, string>> {
  switch (flags.form) {
    case 'pack': {
      const { packFiles } = await import('../../policies/emit/pack.ts');
      return packFiles(rules.rules, rules.planRules, options);
    }
    case 'vap': {
      const [{ admissionObjects }, { factGuard }] = await Promise.all([
        import('../../policies/emit/admission.ts'),
        import('../../policies/emit/guard.ts'),
      ]);
      const guard = flags.deployer ? factGuard({ ...options, deployers: flags.deployer }) : [];
      return yamlFiles([...admissionObjects(rules.rules, options), ...guard]);
    }
    case 'kyverno': {
      const { kyvernoObjects } = await import('../../policies/emit/kyverno.ts');
      return yamlFiles(kyvernoObjects(rules.rules, options));
    }
  }
}

/** One file an object, `<kind>-<name>.yaml`; names sort policies before their bindings. */
async function yamlFiles(objects: readonly JsonObject[]): Promise<ReadonlyMap<string, string>> {
  const { stringify } = await import('yaml');
  return new Map(
    objects.map((object) => [
      `${String(object['kind']).toLowerCase()}-${(object['metadata'] as { readonly name: string }).name}.yaml`,
      stringify(object, { lineWidth: 0 }),
    ]),
  );
}

/** Writes the files, and removes those of an earlier call that are none of them. */
function writeAll(out: string, files: ReadonlyMap<string, string>): readonly string[] {
  const before = written(out);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
  const removed = before.filter((path) => !files.has(path));
  for (const path of removed) rmSync(join(out, path), { force: true });
  writeFileSync(join(out, INDEX), `${JSON.stringify({ files: [...files.keys()].sort() }, null, 1)}\n`);
  return removed;
}

function written(out: string): readonly string[] {
  if (!existsSync(join(out, INDEX))) return [];
  const { files } = JSON.parse(readFileSync(join(out, INDEX), 'utf8')) as { readonly files?: readonly unknown[] };
  return (files ?? []).filter((path): path is string => typeof path === 'string' && resolve(out, path).startsWith(`${resolve(out)}/`));
}
