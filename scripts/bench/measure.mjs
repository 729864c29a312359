// Runs one `kea` call in a process of its own and measures wall time, CPU and peak memory, process start included.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../lib/project.mjs';

/** Loaded before the program: says at its end what it took. */
const REPORTER = `data:text/javascript,${encodeURIComponent(
  "import {writeSync} from 'node:fs'; process.on('exit', () => { const u = process.resourceUsage(); writeSync(3, JSON.stringify({ maxRssMb: u.maxRSS / 1024, cpuMs: (u.userCPUTime + u.systemCPUTime) / 1000 })); });",
)}`;

/** Resolves with `{ wallMs, cpuMs, maxRssMb, code, stdout, stderr }`. */
export function measure(args, cwd) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', REPORTER, join(root, 'dist/cli/bin.js'), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const texts = ['', '', ''];
    [child.stdout, child.stderr, child.stdio[3]].forEach((stream, index) =>
      stream.setEncoding('utf8').on('data', (chunk) => (texts[index] += chunk)),
    );
    child.once('error', reject);
    child.once('close', (code) => {
      const wallMs = performance.now() - started;
      const { maxRssMb = 0, cpuMs = 0 } = texts[2] ? JSON.parse(texts[2]) : {};
      resolve({ code, wallMs, cpuMs, maxRssMb, stdout: texts[0], stderr: texts[1] });
    });
  });
}

/** Slope of log(time) over log(count): 1 is linear. */
export function growthExponent(points) {
  const logs = points.map(([count, value]) => [Math.log(count), Math.log(value)]);
  const mean = (index) => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
