import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { documentFindings as kind } from '../../core/findings/documents';
import { finding, type Finding } from '../../core/findings/finding';
import { reason, staysInside } from './find';
import { maxDocumentBytes } from './text';

/** Bytes of a file that must stay inside a folder; never more than a document may have, plus one to notice it. */
export function readBytes(root: string, folder: string, file: string): Uint8Array | Finding {
  const path = join(root, file);
  if (existsSync(path) && !staysInside(join(root, folder), path)) {
    return finding(kind.leavesFolder, {
      message: `"${file}" leads outside "${folder}"`,
      place: { file },
      fix: `copy the file into ${folder}`,
    });
  }
  let handle: number | undefined;
  try {
    // Without waiting: a pipe that nobody writes to would keep the command for ever.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(handle);
    if (!stat.isFile()) return finding(kind.unreadable, { message: 'it is no file', place: { file } });
    if (stat.size > maxDocumentBytes) {
      return finding(kind.tooLarge, { message: `the file has ${stat.size} bytes; at most ${maxDocumentBytes} are read`, place: { file } });
    }
    const bytes = Buffer.alloc(stat.size);
    const read = readSync(handle, bytes, 0, stat.size, 0);
    return bytes.subarray(0, read);
  } catch (error) {
    return finding(kind.unreadable, { message: `the file cannot be read: ${reason(error)}`, place: { file } });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
