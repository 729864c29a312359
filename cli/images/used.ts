import type { ImageUse } from '../../constructs/images';
import { hasErrors, type Finding } from '../../core/findings/finding';
import { planOf } from '../plan';
import { stackNames } from '../project';

/** What all stacks, or one, need of images; and what kept a stack from being read. */
export interface UsedImages {
  readonly images: readonly ImageUse[];
  readonly findings: readonly Finding[];
}

/** Images of the stacks' plans and of the build. A stack with errors is left out, with its errors. */
export async function usedImages(root: string, stack: string | undefined): Promise<UsedImages> {
  const { loadPlatform } = await import('../../schema/load/index.ts');
  const { baseImages, imagesOf, withoutMirror } = await import('../../constructs/images.ts');
  const uses = new Map<string, ImageUse>();
  const findings: Finding[] = [];
  let digests: { readonly [name: string]: string } = {};
  for (const name of stack === undefined ? stackNames(root) : [stack]) {
    const { platform, findings: found } = await loadPlatform({ root, stack: name });
    const unreadable = found.filter((each) => each.severity === 'error' && !UNPINNED.has(each.code));
    if (!platform || hasErrors(unreadable)) {
      findings.push(...unreadable);
      continue;
    }
    digests = platform.stack.images.digests;
    for (const use of imagesOf(await planOf(withoutMirror(platform), root))) {
      const usedBy = [...new Set([...(uses.get(use.key)?.usedBy ?? []), ...use.usedBy])].sort();
      uses.set(use.key, { ...use, usedBy });
    }
  }
  for (const use of baseImages(digests)) uses.set(use.key, use);
  return { images: [...uses.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), findings };
}

/** What resolving is for must not stand in its way. */
const UNPINNED = new Set(['KEA1509', 'KEA2007']);
