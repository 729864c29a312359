import { cliFindings } from '../core/findings/cli';
import { finding } from '../core/findings/finding';
import { Refusal } from './refusal';

/**
 * Loads a part of KEA whose packages a lean installation may lack, which is no bug. `fix` says how to get the package of the given name.
 *
 * @throws Refusal naming the package that is not installed
 */
export async function developmentPart<T>(load: () => Promise<T>, fix?: (missing: string) => string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const missing = /'([^']+)'/.exec(message)?.[1] ?? '';
    if (/^([./]|$)/.test(missing)) throw error;
    throw new Refusal(
      finding(cliFindings.noInstallation, { message: `"${missing}" is not installed`, ...(fix ? { fix: fix(missing) } : {}) }),
    );
  }
}
