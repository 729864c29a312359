// node scripts/reference.mjs [--check]: docs/reference/cli.md from the command line's own help.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from './lib/compile.mjs';
import { root, say, stop } from './lib/project.mjs';

const INTRO = `<!-- Written by scripts/reference.mjs from the commands themselves: do not edit. -->
# The command \`kea\`

In a checkout: \`npm run kea -- check\`, or \`npx --no-install kea check\` after a build. (The bare npm name \`kea\` belongs to another project.)

## Streams

Results go to stdout, commentary to stderr, progress only to a terminal. \`NO_COLOR\` turns colours off, \`FORCE_COLOR=1\` on. \`KEA_DEBUG=1\` adds
stacks to internal errors.

## Exit codes

| code | means |
|---|---|
| 0 | fine; warnings too, unless \`--strict\` |
| 1 | findings of severity error, or a difference under \`--check\` |
| 2 | a bad call or configuration: unknown command, flag, stack, model |
| 3 | a bug in KEA |
| 5 | a policy was violated |
| 130 | interrupted |

When several are true at once: 3 > 2 > 5 > 1.

## Output formats

\`--output text\` is for people. It shows at most 50 findings and counts them all. The other formats print everything, on stdout, as one document.

\`--output json\`: keys are only added within one value of \`kea\`.

\`\`\`json
{
  "kea": 1,
  "command": "check",
  "ok": false,
  "counts": { "error": 1, "warning": 0, "note": 0 },
  "findings": [
    {
      "code": "KEA1010",
      "severity": "error",
      "message": "…",
      "place": { "file": "models/iris/model.yaml", "line": 3, "column": 1, "path": "methods.predict" },
      "why": "…",
      "fix": "…",
      "related": [{ "message": "…", "place": { "file": "…" } }],
      "model": "iris",
      "stack": "prod",
      "stacks": ["staging", "prod"]
    }
  ],
  "data": {}
}
\`\`\`

\`place\`, \`related\`, \`model\`, \`stack\` and \`stacks\` are there where they are known; \`stacks\` when some but not all of the judged stacks have the
finding. \`data\` is the command's result and named below where there is one. Files are relative to the project, with \`/\`; lines and columns count
from 1.

\`--output github\` prints workflow commands that GitHub shows beside the lines of a pull request. \`--output sarif\` prints SARIF 2.1.0 for code
scanning.
`;

const { errors } = await build();
if (errors.length > 0) stop(errors.join('\n\n'), 1);
const load = createRequire(join(root, 'dist/'));
const { application } = load('./cli/app.js');
const { generateHelpTextForAllCommands } = load('@stricli/core');
const commands = generateHelpTextForAllCommands(application({ debug: false, colour: false }));
const sections = commands.map(([route, help]) => `## ${route}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`);
const text = `${INTRO}\n${sections.join('\n')}`;

const file = join(root, 'docs/reference/cli.md');
const same = existsSync(file) && readFileSync(file, 'utf8') === text;
if (!same && process.argv.includes('--check')) stop('docs/reference/cli.md is not what `node scripts/reference.mjs` writes', 1);
if (!same) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  say('wrote docs/reference/cli.md');
}
