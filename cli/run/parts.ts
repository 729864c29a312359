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
export async function realPart(name: 'envoy' | 'redis' | 'keycloak', progress: (line: string) => void): Promise<string> {
  const script = join(packageRoot(), 'scripts', 'parts.mjs');
  if (!existsSync(script)) throw missing(`${name} is not known to this installation`);
  const { code, stdout, stderr } = await run(script, name, progress);
  const path = new RegExp(`^${name}\\t(.+)$`, 'm').exec(stdout)?.[1];
  if (code === 0 && path !== undefined) return path;
  throw missing(stderr.trim() || `${name} cannot be had`);
}

/** What the parts' program said, without its progress and without the warnings of the installer that it called. */
export function missing(said: string): Refusal {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const ways = lines.filter((line) => /^ {2}- /.test(line)).map((line) => line.slice(4));
  const [first = '', ...more] = lines.filter((line) => !/^ {2}- |^obtaining |^ {2}still |^\s*WARNING: /.test(line));
  // The first line may end in one of those warnings; the last one says what they led to.
  const message = [first.replace(/: WARNING: .*$/, ''), ...more.slice(-1)].join(': ').replace(/: ERROR: /, ': ');
  const fix = ways.length > 0 ? ways.join(', or ') : 'point the variable at the program itself, or unset it and start again';
  return new Refusal(finding(runFindings.partMissing, { message, fix }));
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
