import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { Refusal } from '../refusal';
import { isFree, listenerOn } from './ports';
import { readRunState, type StateFolder } from './state';

/** @throws Refusal when this project runs already, or another program holds one of the two ports */
export async function refuseUnlessFree(folder: StateFolder, port: number, host: string): Promise<void> {
  const running = readRunState(folder);
  if (running) {
    const message = `this project already runs at ${running.url} (process ${running.run.pid})`;
    throw new Refusal(finding(runFindings.alreadyRunning, { message }));
  }
  for (const [number, address, whose] of [
    [port, host === 'localhost' ? '127.0.0.1' : host, 'the gateway'],
    [port + 1, '127.0.0.1', 'the sample issuer'],
  ] as const) {
    const problem = await problemWith(number, address);
    if (problem !== undefined) throw new Refusal(finding(runFindings.portTaken, { message: `port ${number} for ${whose} ${problem}` }));
  }
}

async function problemWith(port: number, host: string): Promise<string | undefined> {
  try {
    if (await isFree(port, host)) return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'needs more rights than you have';
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `cannot be opened: this machine has no address ${host}`;
    return `cannot be opened: ${message}`;
  }
  return `is in use by ${listenerOn(port) ?? 'another program'}`;
}
