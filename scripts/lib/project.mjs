// Facts about this checkout that every script needs. Only Node's own modules: this runs before dependencies are there.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute folder of the checkout, without a trailing slash. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The parsed package.json. */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Commentary goes to stderr, so that stdout stays data. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Ends the script with a message for the user and no stack. */
export function stop(message, code = 2) {
  say(message);
  process.exit(code);
}

/** `12.3 s`, `850 ms` */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
