import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { Refusal } from '../refusal';

/** A full disk is the user's to mend; anything else that is no refusal already is passed on as it is. */
export function asRefusal(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new Refusal(finding(runFindings.diskFull, { message: `there is no space left to write ${path ?? 'a file'}` }));
}
