import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { unpack } from '../../../services/artifact-fetch/archive';
import { Budget } from '../../../services/artifact-fetch/budget';
import { newFolder, removeFolders } from './folders';

afterEach(removeFolders);

interface Entry {
  readonly path: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  readonly content?: string;
  readonly linkpath?: string;
  readonly mode?: number;
}

/** An archive with exactly these entries, also such as no honest tool would write. */
function tar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = 'File', content = '', linkpath, mode = 0o644 }) => {
    const header = new Header({
      path,
      type,
      size: Buffer.byteLength(content),
      mode,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block);
    const body = Buffer.from(content);
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

async function attempt(archive: Buffer, most = 10_000): Promise<string> {
  const folder = newFolder();
  writeFileSync(join(folder, 'archive'), archive);
  await unpack(join(folder, 'archive'), join(folder, 'out'), new Budget(most));
  return join(folder, 'out');
}

test.each([
  ['gzipped', gzipSync],
  ['plain', (bytes: Buffer) => bytes],
])('a %s archive is unpacked, and nothing in it becomes executable', async (_, pack) => {
  const out = await attempt(
    pack(
      tar([
        { path: './', type: 'Directory' },
        { path: 'sub/', type: 'Directory' },
        { path: 'sub/a.txt', content: 'hello', mode: 0o4777 },
        { path: 'b', content: 'x' },
      ]),
    ),
  );
  expect(readFileSync(join(out, 'sub/a.txt'), 'utf8')).toBe('hello');
  expect(statSync(join(out, 'sub/a.txt')).mode & 0o7133).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['b', 'sub']);
});

test.each<[string, Entry[], string]>([
  ['a path upwards', [{ path: '../evil', content: 'x' }], 'may leave its folder'],
  ['a path upwards from below', [{ path: 'a/../../evil', content: 'x' }], 'may leave its folder'],
  ['an absolute path', [{ path: '/tmp/kea-evil', content: 'x' }], 'may leave its folder'],
  ['a symbolic link', [{ path: 'out', type: 'SymbolicLink', linkpath: '/etc' }], 'is a SymbolicLink and not a file'],
  [
    'a file through a link',
    [
      { path: 'd', type: 'SymbolicLink', linkpath: '..' },
      { path: 'd/evil', content: 'x' },
    ],
    'is a SymbolicLink',
  ],
  ['a hard link', [{ path: 'passwd', type: 'Link', linkpath: '/etc/passwd' }], 'is a Link and not a file'],
  ['a device', [{ path: 'null', type: 'CharacterDevice' }], 'is a CharacterDevice'],
  ['a pipe', [{ path: 'pipe', type: 'FIFO' }], 'is a FIFO'],
  ['only a folder', [{ path: './', type: 'Directory' }], 'an archive without files'],
])('%s is refused', async (_, entries, reason) => {
  await expect(attempt(gzipSync(tar(entries)))).rejects.toThrow(reason);
  expect(existsSync('/tmp/kea-evil')).toBe(false);
});

test('a small archive that becomes large is refused before it is written', async () => {
  const archive = gzipSync(tar([{ path: 'zeros', content: '0'.repeat(1_000_000) }]));
  expect(archive.length).toBeLessThan(5000);
  await expect(attempt(archive, 10_000)).rejects.toThrow('larger than 10000 bytes');
});

test.each([
  ['no archive', Buffer.from('this is not an archive, but long enough to be looked at'.repeat(20))],
  ['half an archive', gzipSync(tar([{ path: 'a', content: 'x'.repeat(5000) }])).subarray(0, 60)],
  ['an archive that ends in a file', tar([{ path: 'a', content: 'x'.repeat(5000) }]).subarray(0, 2000)],
])('%s is refused', async (_, bytes) => {
  await expect(attempt(bytes)).rejects.toThrow(/not a whole tar archive|archive without files/);
});
