// The bill of materials of an image: npm's own CycloneDX document of exactly the packages that the image holds.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifest, root } from '../lib/project.mjs';
import { execute } from '../parts/tools.mjs';

/**
 * CycloneDX JSON of the packages at `keys` (folders of node_modules as the lockfile names them). `direct` are the names of those that our programs use,
 * `filesOnly` of those among them that come without their own dependencies.
 * The same packages give the same bytes: what npm adds of time and chance is left out.
 */
export async function billOfMaterials(keys, direct, filesOnly) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const here = new Set(keys.map(nameOf));
  const dependencies = Object.fromEntries(direct.map((name) => [name, lock.packages[`node_modules/${name}`].version]));
  const { name, version, license } = manifest;
  const packages = Object.fromEntries(
    keys.map((key) => [key, onlyPresent(lock.packages[key], filesOnly.includes(nameOf(key)) ? new Set() : here)]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'kea-bill-'));
  try {
    const own = { name, version, license, dependencies };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages: { '': own, ...packages } }),
    );
    writeFileSync(join(folder, '.npmrc'), '');
    const file = join(folder, 'bill.json');
    await execute('sh', ['-c', 'npm sbom --package-lock-only --sbom-format cyclonedx --sbom-type application > bill.json'], {
      cwd: folder,
    });
    const bill = JSON.parse(readFileSync(file, 'utf8'));
    delete bill.serialNumber;
    delete bill.metadata.timestamp;
    delete bill.metadata.tools;
    // npm takes the folder's name.
    bill.metadata.component.name = name;
    return `${JSON.stringify(bill, null, 1)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `node_modules/a/node_modules/@b/c` → `@b/c` */
function nameOf(key) {
  return key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** An entry of the lockfile with those dependencies only that the image holds. */
function onlyPresent(entry, names) {
  const kept = (group) => (group ? Object.fromEntries(Object.entries(group).filter(([name]) => names.has(name))) : undefined);
  const { dev: _dev, peerDependencies: _peers, ...rest } = entry;
  return { ...rest, dependencies: kept(entry.dependencies), optionalDependencies: kept(entry.optionalDependencies) };
}
