// `npm run generate` writes what is generated from schema/source, core/findings and policies/rules; `npm run generate -- --check` only compares.
import { transformSync } from '@swc/core';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const work = join(root, 'node_modules', '.cache', 'kea-generate', String(process.pid));
const check = process.argv.includes('--check') || process.env.npm_config_check === 'true';

/** Compiles the folders that the generators need, so that they run without a build. */
function compileFolder(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) compileFolder(path);
    else if (entry.name.endsWith('.ts')) {
      const { code } = transformSync(readFileSync(join(root, path), 'utf8'), {
        filename: path,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      });
      const out = join(work, path.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, code);
    }
  }
}

process.env.KEA_PACKAGE_ROOT ??= root;
let different = 0;
try {
  compileFolder('core');
  compileFolder('schema');
  compileFolder('policies');
  const load = createRequire(join(work, 'generate.js'));
  const { generatedFiles } = load('./schema/generate.js');
  const { generatedPolicies } = load('./policies/generate.js');
  for (const [path, content] of [...(await generatedFiles()), ...(await generatedPolicies(root))]) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    different += 1;
    if (check) console.error(`${path} is not what \`npm run generate\` writes`);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      console.error(`wrote ${path}`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = check && different > 0 ? 1 : 0;
