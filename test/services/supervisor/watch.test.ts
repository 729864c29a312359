import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFile } from '../../../services/processor/supervisor/watch';
import { until } from '../../support/envoy';

test('sees a folder that comes late, renames onto the file, and no change twice', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kea-'));
  const folder = join(root, 'bundle');
  const seen: string[] = [];
  const watching = watchFile(folder, 'index.json', (text) => Promise.resolve(void seen.push(text)), 30);
  const write = (text: string): void => {
    writeFileSync(join(folder, 'new'), text);
    renameSync(join(folder, 'new'), join(folder, 'index.json'));
  };
  try {
    mkdirSync(folder);
    write('one');
    await until(() => seen.length === 1, 'the first text is seen');
    write('one');
    write('two');
    await until(() => seen.length === 2, 'the second text is seen');
    rmSync(join(folder, 'index.json'));
    write('three');
    await until(() => seen.length === 3, 'the third text is seen');
    expect(seen).toEqual(['one', 'two', 'three']);
  } finally {
    watching.stop();
    rmSync(root, { recursive: true });
  }
});
