// What must be true of the machine and the call before anything starts.
import { manifest, stop } from './project.mjs';

/** Stops with exit 2 when Node is older than package.json's `engines` says. */
export function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const have = process.versions.node.split('.').map(Number);
  const older = have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < (wanted[1] ?? 0));
  if (older)
    stop(`KEA needs Node ${wanted.join('.')} or newer, this is ${process.versions.node}: get a current one from https://nodejs.org`);
}

/** Stops with exit 2 on Windows, for what needs Unix sockets and Envoy. */
export function requireUnix(command) {
  if (process.platform !== 'win32') return;
  stop(`${command} needs Unix sockets and Envoy, which Windows does not run: use WSL2 (https://learn.microsoft.com/windows/wsl/install).
check, synth, diff, explain and new run natively: npm run kea -- check`);
}

/**
 * npm swallows flags that stand before `--` and hands them over as npm_config_<flag>. Returns the line the user meant, or undefined.
 * `own` are the flags of the command: name → whether it takes a value. npm's own settings of the same name are not among them.
 */
export function swallowedFlags(command, own, environment = process.env, args = process.argv.slice(2)) {
  const meant = [];
  for (const [flag, takesValue] of Object.entries(own)) {
    const value = environment[`npm_config_${flag.replaceAll('-', '_')}`];
    if (value === undefined || value === '') continue;
    // `npm start --port 9000` arrives as npm_config_port=true and a stray argument 9000.
    if (!takesValue) meant.push(`--${flag}`);
    else if (value === 'true' && args.length > 0) meant.push(`--${flag} ${args[0]}`);
    else meant.push(value === 'true' ? `--${flag} VALUE` : `--${flag} ${value}`);
  }
  return meant.length > 0 ? `${command} -- ${meant.join(' ')}` : undefined;
}

/** Stops with exit 2 and the right line when npm swallowed one of the command's flags. */
export function refuseSwallowedFlags(command, own) {
  const line = swallowedFlags(command, own);
  if (line) stop(`npm keeps flags for itself unless \`--\` stands before them. You meant:\n  ${line}`);
}
