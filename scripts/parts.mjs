// node scripts/parts.mjs [NAME…]: brings the real parts onto this machine and prints where they are.
import { ensure, parts, PartMissing } from './parts/index.mjs';
import { say } from './lib/project.mjs';

const names = process.argv.slice(2);
let failed = false;
for (const name of names.length > 0 ? names : parts.map((part) => part.name)) {
  try {
    process.stdout.write(`${name}\t${await ensure(name)}\n`);
  } catch (error) {
    if (!(error instanceof PartMissing)) throw error;
    failed = true;
    say(error.message);
  }
}
process.exitCode = failed ? 2 : 0;
