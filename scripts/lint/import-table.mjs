// The import table of the design, as a lint rule: which top folder may import which, and which packages stay behind one file.
import { dirname, posix, relative, sep } from 'node:path';

/** Folder → folders of ours that it may import. What is not listed (scripts, test) may import everything. */
const TABLE = {
  core: [],
  schema: ['core'],
  constructs: ['core', 'schema'],
  policies: ['core', 'schema'],
  stacks: ['core', 'schema', 'constructs', 'policies'],
  services: ['core'],
  cli: ['core', 'schema', 'constructs', 'policies'],
  models: [],
};

/** Narrower than the table. `from`: who; `to`: what; `types`: still allowed as types. */
const NARROW = [
  {
    from: /^constructs\//,
    to: /^schema\/load(\/|$)/,
    why: 'constructs take only types and pure functions from schema, never its loader',
    types: true,
  },
  { from: /^policies\//, to: /^schema\//, why: 'policies take only types from schema', types: true },
  { from: /^stacks\//, to: /^policies\/(?!evaluate(\/|$))/, why: 'stacks reach policies by policies/evaluate' },
];

/** Wider than the table: the local run starts services in their own processes and shares their pure parts. */
const WIDE = [{ from: /^cli\/run\//, to: /^services\// }];

const PACKAGES = [
  {
    names: /^cdk8s-plus-\d+(\/|$)/,
    allowed: /^constructs\/k8s\.ts$/,
    why: 'cdk8s-plus is imported by constructs/k8s.ts only, so that its Kubernetes minor is one line',
  },
  { names: /^(cdk8s|constructs)(\/|$)/, allowed: /^(constructs|stacks|test|scripts)\//, why: 'only constructs know cdk8s' },
  {
    names: /^@pulumi\//,
    allowed: /^(stacks|policies\/pack|test|scripts)\//,
    why: 'only stacks know Pulumi; the CLI loads it by import()',
    lazy: /^cli\//,
  },
];

const messages = { refused: '{{from}} may not import {{to}}: {{why}}' };

function judgeFolder(file, target, isType) {
  const from = file.split('/')[0];
  const to = target.split('/')[0];
  if (!(from in TABLE) || from === to || !(to in TABLE))
    return from in TABLE && /^(scripts|test)$/.test(to) ? 'product code never imports scripts or tests' : undefined;
  const narrow = NARROW.find((each) => each.from.test(file) && each.to.test(target) && !(each.types && isType));
  if (narrow) return narrow.why;
  if (TABLE[from].includes(to) || WIDE.some((each) => each.from.test(file) && each.to.test(target))) return undefined;
  return `${from}/ may import ${TABLE[from].length > 0 ? TABLE[from].join(', ') : 'nothing of ours'} (the import table of the design, §3)`;
}

function judgePackage(file, name, isLazy) {
  const rule = PACKAGES.find((each) => each.names.test(name));
  if (!rule || rule.allowed.test(file) || (isLazy && rule.lazy?.test(file))) return undefined;
  return rule.why;
}

/** Reason why `file` may not import `name`, or undefined. Paths are relative to the checkout, with `/`. */
export function judgeImport(file, name, { isType = false, isLazy = false } = {}) {
  if (!name.startsWith('.')) return judgePackage(file, name, isLazy);
  return judgeFolder(file, posix.join(dirname(file).split(sep).join('/'), name), isType);
}

export const importTable = {
  meta: { type: 'problem', schema: [], messages },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    const check = (node, source, how) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const why = judgeImport(file, source.value, how);
      if (why) context.report({ node, messageId: 'refused', data: { from: file, to: source.value, why } });
    };
    const allTypes = (node) =>
      node.specifiers?.length > 0 && node.specifiers.every((each) => (each.importKind ?? each.exportKind) === 'type');
    return {
      ImportDeclaration: (node) => check(node, node.source, { isType: node.importKind === 'type' || allTypes(node) }),
      ExportNamedDeclaration: (node) => check(node, node.source, { isType: node.exportKind === 'type' || allTypes(node) }),
      ExportAllDeclaration: (node) => check(node, node.source, { isType: node.exportKind === 'type' }),
      ImportExpression: (node) => check(node, node.source, { isLazy: true }),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal, { isType: true }),
    };
  },
};
