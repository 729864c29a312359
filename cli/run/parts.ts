import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finding } from '../../core/findings/finding';
import { packageRoot } from '../../core/package-root';
import { runFindings } from '../../core/findings/run';
import { Refusal } from '../refusal';

/**
 * Path of a real part: named by its variable, in the cache, on PATH, or fetched now.
 *
 * @throws Refusal with the ways to provide it.
 */
export async function realPart(name: 'envoy' | 'redis', progress: (line: string) => void): Promise<string> {
  const script = join(packageRoot(), 'scripts', 'parts.mjs');
  if (!existsSync(script)) throw missing(`${name} is not known to this installation`);
  const { code, stdout, stderr } = await run(script, name, progress);
  const path = new RegExp(`^${name}\\t(.+)$`, 'm').exec(stdout)?.[1];
  if (code === 0 && path !== undefined) return path;
  throw missing(stderr.trim() || `${name} cannot be had`);
}

function missing(message: string): Refusal {
  const [first = '', ...ways] = message.split('\n').filter((line) => line.trim() !== '');
  const fix = ways.map((way) => way.replace(/^\s*-\s*/, '')).join(', or ');
  return new Refusal(finding(runFindings.partMissing, { message: first, ...(fix ? { fix } : {}) }));
}

function run(
  script: string,
  name: string,
  progress: (line: string) => void,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, name], { env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      for (const line of chunk.toString().split('\n'))
        if (line.startsWith('obtaining') || line.startsWith('  still')) progress(line.trim());
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
