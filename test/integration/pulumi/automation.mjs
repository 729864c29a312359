// Applies and removes a project's stack by Pulumi's Automation API: the program runs in this process, without a language host of its own.
// node automation.mjs PROJECT STACK: prints what changed, as JSON.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LocalWorkspace } from '@pulumi/pulumi/automation/index.js';

const [project, stackName] = process.argv.slice(2);
const { deployStack } = createRequire(import.meta.url)(join(project, 'dist/stacks/program.js'));
const stack = await LocalWorkspace.createOrSelectStack({
  stackName,
  projectName: 'inline',
  program: () => deployStack({ project, stack: stackName }),
});
await stack.setConfig('protect', { value: 'false' });
await stack.setConfig('wait', { value: '60s' });
const first = await stack.up();
const second = await stack.up();
await stack.destroy();
const counts = ({ summary }) => summary.resourceChanges;
process.stdout.write(JSON.stringify({ first: counts(first), second: counts(second), url: first.outputs.url?.value }));
