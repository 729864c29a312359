// npm test: the quick groups. KEA_TEST=all npm test: every group but those that only run when asked for, no skips. KEA_TEST=envoy,redis npm test: those.
import { ensureDependencies } from './lib/dependencies.mjs';
import { refuseSwallowedFlags, requireNode, requireUnix } from './lib/environment.mjs';
import { duration, say, stop } from './lib/project.mjs';

requireNode();
requireUnix('npm test');
refuseSwallowedFlags('npm test', { all: false, group: true, list: false });
await ensureDependencies();
const { build } = await import('./lib/compile.mjs');
const { runChecks } = await import('./lib/checks.mjs');
const { filesOf, groups, minutesOfGroups, strayFiles } = await import('./lib/groups.mjs');
const { runJest } = await import('./lib/jest.mjs');
const { ensure, partNamed, PartMissing } = await import('./parts/index.mjs');

const minutes = minutesOfGroups();

/** What was asked for: `{chosen, strict}`; strict forbids skips and groups that cannot run. */
function choose() {
  const args = process.argv.slice(2);
  if (args.includes('--list')) {
    for (const group of groups) process.stdout.write(`${group.name}\t${minutes.get(group.name)} min\t${group.quick ? 'quick' : ''}\n`);
    process.exit(0);
  }
  const asked = args.includes('--all') ? 'all' : args[0] === '--group' ? (args[1] ?? '') : (process.env.KEA_TEST ?? '');
  const known = args.length === 0 || args[0] === '--all' || (args[0] === '--group' && args.length === 2);
  if (!known)
    stop(`unknown arguments: ${args.join(' ')}\n  npm test\n  npm test -- --group NAME\n  npm test -- --all\n  npm test -- --list`);
  if (asked === '') return { chosen: groups.filter((group) => group.quick), strict: false };
  if (asked === 'all') return { chosen: groups.filter((group) => !group.asked), strict: true };
  const names = asked.split(',');
  const unknown = names.find((name) => !groups.some((group) => group.name === name));
  if (unknown !== undefined) stop(`no test group is called "${unknown}"; there are ${groups.map((group) => group.name).join(', ')}, all`);
  return { chosen: groups.filter((group) => names.includes(group.name)), strict: true };
}

/** Brings the group's parts; resolves with the environment that names them, or with the reason why not. */
async function bringParts(group, strict) {
  const environment = {};
  for (const name of group.parts) {
    try {
      environment[partNamed(name).variable] = await ensure(name, { compile: strict });
    } catch (error) {
      if (!(error instanceof PartMissing)) throw error;
      return { reason: error.message };
    }
  }
  return { environment };
}

async function runGroup(group, strict) {
  const { environment, reason } = await bringParts(group, strict);
  if (reason) return { passed: 0, failed: strict ? 1 : 0, skipped: 0, reason };
  if (group.checks) return { ...(await runChecks(group.checks)), skipped: 0 };
  const files = filesOf(group);
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0, reason: 'the group holds no test' };
  return runJest(files, environment, group);
}

const { chosen, strict } = choose();
const { errors } = await build();
if (errors.length > 0) stop(`${errors.join('\n\n')}\n0 passed, ${errors.length} failed`, 1);

const total = { passed: 0, failed: 0 };
const summary = [];
for (const group of chosen) {
  say(`\n== ${group.name}`);
  const started = performance.now();
  const result = await runGroup(group, strict);
  const notes = [];
  if (result.reason) notes.push(result.reason);
  else if (result.passed + result.failed === 0) {
    notes.push('no test ran');
    result.failed = 1;
  }
  if (result.skipped > 0) {
    notes.push(`${result.skipped} skipped`);
    if (strict) result.failed += result.skipped;
  }
  total.passed += result.passed;
  total.failed += result.failed;
  const verdict = result.failed > 0 ? 'FAIL' : result.passed > 0 ? 'pass' : 'not run';
  summary.push(
    `${verdict.padEnd(7)} ${group.name.padEnd(10)} ${duration(performance.now() - started).padStart(8)}  ${result.passed} passed, ${result.failed} failed${notes.map((note) => `; ${note}`).join('')}`,
  );
}

const stray = strayFiles();
if (stray.length > 0) {
  total.failed += stray.length;
  summary.push(`FAIL    these test files belong to no group: ${stray.join(', ')}`);
}

process.stdout.write(`\n${summary.join('\n')}\n`);
const rest = groups.filter((group) => !chosen.includes(group));
if (rest.length > 0) {
  process.stdout.write('\nnot run:\n');
  for (const group of rest)
    process.stdout.write(`  ${group.name.padEnd(10)} about ${minutes.get(group.name)} min   KEA_TEST=${group.name} npm test\n`);
  process.stdout.write('everything: KEA_TEST=all npm test\n');
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
