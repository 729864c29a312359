// Images without a container engine: each is made once per content and kept beside the parts.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../lib/compile.mjs';
import { withLock } from '../lib/lock.mjs';
import { duration, say } from '../lib/project.mjs';
import { partsFolder } from '../parts/index.mjs';
import { writeArchive } from './archive.mjs';
import { recipes } from './recipes.mjs';
import { NONROOT, Root } from './root.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** The makers themselves are part of what an image is made of: those of every image, and the recipe's own `files`. */
const makers = ({ files = [], make }) =>
  [String(make), ...['archive.mjs', 'root.mjs', ...files].map((file) => readFileSync(join(here, file), 'utf8'))].join('');

export { recipes };
export const imageNames = Object.keys(recipes);

/** Resolves with `{name, tag, digest, bytes, archive}` of an image, made now unless the same one is kept already. */
export async function buildImage(id, recipe = recipes[id]) {
  if (!recipe) throw new Error(`no image is called "${id}"; there are ${imageNames.join(', ')}`);
  const folder = join(partsFolder(), 'images');
  mkdirSync(folder, { recursive: true });
  // Names and tags stand in the compiled plan.
  await build();
  const content = await recipe.key();
  const { name, tag } = recipe.image();
  const key = createHash('sha256')
    .update([makers(recipe), content, name, tag].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const archive = join(folder, `${id}-${key}.tar`);
  const memo = `${archive}.json`;
  return withLock(join(folder, `${id}.lock`), async () => {
    if (existsSync(memo) && existsSync(archive)) return { ...JSON.parse(readFileSync(memo, 'utf8')), archive };
    const started = performance.now();
    const into = new Root(recipe.user ?? { uid: NONROOT, gid: NONROOT });
    try {
      const runs = await recipe.make(into);
      const made = await writeArchive({ name, tag, root: into.folder, out: archive, user: into.user, ...runs });
      // Only the newest of each is of use.
      for (const old of readdirSync(folder)) if (old.startsWith(`${id}-`) && !old.startsWith(`${id}-${key}`)) rmSync(join(folder, old));
      writeFileSync(memo, JSON.stringify(made));
      say(`image ${name}:${tag}: ${Math.round(made.bytes / 1024 ** 2)} MiB in ${duration(performance.now() - started)}`);
      return { ...made, archive };
    } finally {
      into.remove();
    }
  });
}
