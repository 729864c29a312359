// node scripts/images/stage.mjs OUT: lays out the files of each image of our own programs below OUT, with its bill of materials. services/Dockerfile calls it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from '../lib/project.mjs';
import { OWN_IMAGES, stage } from './programs.mjs';

const [out] = process.argv.slice(2);
if (!out) stop('node scripts/images/stage.mjs OUT');
for (const image of Object.keys(OWN_IMAGES)) {
  const target = join(out, image);
  mkdirSync(target, { recursive: true });
  const { programs, packages } = await stage(image, target);
  process.stderr.write(`${image}: ${programs.join(', ')}; ${packages.length} packages\n`);
}
