import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeIndex, packText } from '../../core/contract/bundle-codec';
import { BundleFile } from '../../core/contract/bundle-files';
import { canonicalJson } from '../../core/canonical';
import { bundleTexts, type Bundle } from '../../constructs/gateway/render/bundle';
import type { Endpoints } from '../../core/contract/endpoints';
import type { JsonObject } from '../../core/json';

/** Writes a bundle so that a reader sees the old one or the new one: parts first, the index last, each by rename. */
export function writeBundle(folder: string, bundle: Bundle): void {
  for (const [name, text] of bundleTexts(bundle)) {
    const file = join(folder, name);
    if (!existsSync(file)) writeWhole(file, packText(text));
  }
  writeWhole(join(folder, BundleFile.index), encodeIndex(bundle.index));
}

/** Removes parts that neither of these bundles names; the caller knows that nobody reads others any more. */
export function removeOldParts(folder: string, bundles: readonly Bundle[]): void {
  const kept = new Set(bundles.flatMap((bundle) => bundleTexts(bundle).map(([name]) => name)));
  for (const file of readdirSync(join(folder, 'parts'), { encoding: 'utf8' })) {
    if (!kept.has(`parts/${file}`)) rmSync(join(folder, 'parts', file), { force: true });
  }
}

/** Says which instances of which version take calls now. */
export function writeEndpoints(folder: string, endpoints: Endpoints): void {
  writeWhole(join(folder, BundleFile.endpoints), `${canonicalJson(endpoints as unknown as JsonObject)}\n`);
}

function writeWhole(file: string, data: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}.half`;
  try {
    writeFileSync(half, data);
    renameSync(half, file);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}
