import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import type { Program } from './child';

/** A program of the package, run by the Node that runs us. `file` is relative to the compiled sources. */
export function nodeProgram(file: string, rest: Omit<Program, 'command'>): Program {
  return { ...rest, command: process.execPath, args: [compiled(file), ...rest.args] };
}

/** Absolute path of a compiled program. @throws Error when the build is missing, which is ours to mend and not the user's */
export function compiled(file: string): string {
  const path = join(packageRoot(), 'dist', file);
  if (!existsSync(path)) throw new Error(`the compiled program ${file} is missing: node scripts/build.mjs makes it`);
  return path;
}
