// Results of a benchmark as a table for people and as JSON for comparisons, with the machine that they were measured on.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { manifest, root, say } from '../lib/project.mjs';

function revision() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

export function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

const show = (value) =>
  typeof value === 'number' ? (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 0)) : String(value);

/** Rows of equal keys as columns; numbers to the right. */
export function table(rows) {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => show(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const isNumber = names.map((name) => typeof rows[0][name] === 'number');
  return cells
    .map((line) =>
      line
        .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Whether a measured value is within its budget: at most, or with `atLeast` at least, that much. */
export const kept = ({ value, budget, atLeast = false }) => (atLeast ? value >= budget : value <= budget);

/** Prints the table and the verdicts, and writes out/bench/<name>.json, with whatever else is `more`. */
export function report(name, { rows, verdicts = [], ...more }) {
  const where = machine();
  process.stdout.write(`${name}: ${where.cpu}, ${where.cores} cores, ${where.memoryGb} GiB, Node ${where.node}\n\n${table(rows)}\n\n`);
  for (const verdict of verdicts) {
    const { what, value, unit, budget, atLeast } = verdict;
    const bound = `${atLeast ? 'at least ' : ''}${budget}${unit}`;
    process.stdout.write(`${what}: ${show(value)}${unit}, budget ${bound}: ${kept(verdict) ? 'kept' : 'MISSED'}\n`);
  }
  const folder = join(root, 'out', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ name, version: manifest.version, revision: revision(), machine: where, rows, verdicts, ...more }, null, 2)}\n`,
  );
  say(`written: ${file}`);
}
