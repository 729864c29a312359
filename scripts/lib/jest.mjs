// Runs jest on given files and counts by its JSON report, never by its words.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './project.mjs';

function counts(report) {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  // A file that could not be loaded holds no tests, yet is a failure.
  const broken = results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/**
 * Resolves with `{passed, failed, skipped}`; a jest that died counts as one failure. A `story` runs its files one by one and its tests in the order in
 * which they are written: each begins where the one before has left a real cluster or realm.
 */
export async function runJest(files, environment, { story = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kea-test-'));
  const report = join(folder, 'report.json');
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(root, 'node_modules/jest/bin/jest.js')];
  if (story) args.push('--randomize=false', '--runInBand');
  args.push('--json', `--outputFile=${report}`, '--runTestsByPath', ...files);
  try {
    const code = await new Promise((resolve) => {
      // jest prints its JSON on stdout as well; only its commentary is for people.
      const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 2], env: { ...process.env, ...environment } });
      child.once('exit', (status) => resolve(status ?? 1));
    });
    const result = counts(report);
    return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
