// A lock between processes: a file made exclusively, which holds its owner's process id. A dead owner's lock is taken over.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
/** A lock file without a readable owner is between creation and its first write; older than this it was left by a crash. */
const UNREADABLE_MS = 5_000;

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function abandoned(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? !alive(pid) : Date.now() - statSync(file).mtimeMs > UNREADABLE_MS;
  } catch {
    return false;
  }
}

/** Runs `work` while holding the lock `file`; `onWait` is called once when somebody else holds it. */
export async function withLock(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = false; ; await delay(POLL_MS)) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (abandoned(file)) rmSync(file, { force: true });
    else if (!waited) {
      waited = true;
      onWait();
    }
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
