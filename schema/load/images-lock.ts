import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finding, hasErrors, type Finding } from '../../core/findings/finding';
import { stackFindings } from '../../core/findings/stack';
import { isJsonObject, type JsonValue } from '../../core/json';
import type { StackDocument } from '../generated/platform';
import type { ImagesLock } from '../resolve/stack';
import { stackDefaults } from '../source/defaults';
import type { ParsedDocument } from './document';
import { parseYaml } from './parse';
import { readBytes } from './read-bytes';

export interface ReadLock {
  readonly digests: ImagesLock;
  readonly findings: readonly Finding[];
}

/** Reads the stack's file of image digests. A file that the stack does not name may be missing: then no image is pinned by it. */
export function readImagesLock(root: string, stack: ParsedDocument<StackDocument>): ReadLock {
  const { lock } = stack.value.images ?? {};
  const file = lock ?? stackDefaults.imagesLock;
  if (lock === undefined && !existsSync(join(root, file))) return { digests: {}, findings: [] };
  if (!existsSync(join(root, file))) {
    return {
      digests: {},
      findings: [finding(stackFindings.lock, { message: `there is no "${file}"`, place: stack.valuePlace(['images', 'lock']) })],
    };
  }
  const bytes = readBytes(root, '.', file);
  if (!(bytes instanceof Uint8Array)) return { digests: {}, findings: [bytes] };
  const { value, findings } = parseYaml(file, bytes);
  return hasErrors(findings) ? { digests: {}, findings } : digestsOf(value, file);
}

function digestsOf(value: JsonValue | undefined, file: string): ReadLock {
  if (!isJsonObject(value))
    return { digests: {}, findings: [finding(stackFindings.lock, { message: `"${file}" must map images to digests`, place: { file } })] };
  const digests: { [image: string]: string } = {};
  const findings: Finding[] = [];
  for (const [image, entry] of Object.entries(value)) {
    const digest = isJsonObject(entry) ? entry['digest'] : entry;
    if (typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)) digests[image] = digest;
    else {
      const message = `"${image}" must have sha256: and 64 hexadecimal digits`;
      findings.push(finding(stackFindings.lock, { message, place: { file, path: image } }));
    }
  }
  return { digests, findings };
}
