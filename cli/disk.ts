import { cliFindings } from '../core/findings/cli';
import { finding } from '../core/findings/finding';
import { Refusal } from './refusal';

/** What the system says in its own letters, as a person says it. */
const REASONS: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the quota of the disk is used up',
  ENOENT: 'it is not there and cannot be made',
  ENOTDIR: 'part of the path is a file',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  EXDEV: 'it is on another disk',
};

/** Runs work that writes below `place`; what the disk refuses becomes a refusal that names the place. */
export function writing<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : REASONS[code];
    if (reason === undefined) throw error;
    throw new Refusal(finding(cliFindings.unwritable, { message: `"${path ?? place}" cannot be written: ${reason}` }));
  }
}
