// node scripts/images.mjs [NAME…]: makes images without a container engine, prints `name:tag@digest` and the archive of each.
import { stop } from './lib/project.mjs';
import { buildImage, imageNames } from './images/index.mjs';

const names = process.argv.slice(2);
const unknown = names.find((name) => !imageNames.includes(name));
if (unknown !== undefined) stop(`no image is called "${unknown}"; there are ${imageNames.join(', ')}`);
if (process.platform !== 'linux')
  stop('images are made from programs of this machine, so the machine must be Linux; elsewhere: docker build');
for (const id of names.length > 0 ? names : imageNames) {
  const { name, tag, digest, archive } = await buildImage(id);
  process.stdout.write(`${name}:${tag}@${digest}\t${archive}\n`);
}
