import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inputsDigest } from '../../cli/inputs-digest';
import { loadPlatform, sourcesOf } from '../../schema/load/index';
import { kea, project, sampleProject } from './call';

/** Every file of a folder with its text, in order. */
function bytesOf(folder: string): readonly (readonly [string, string])[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return paths.map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]);
}

interface Synth {
  readonly data: { readonly objects: number; readonly written: readonly string[]; readonly unchanged: number };
  readonly findings: readonly unknown[];
}

async function synth(cwd: string): Promise<Synth> {
  const { code, stdout, stderr } = await kea(['synth', '--stack', 'dev', '--out', 'out', '--output', 'json'], { cwd });
  if (code !== 0) throw new Error(stderr + stdout);
  return JSON.parse(stdout) as Synth;
}

/** The folder is what a synth without any memory writes. */
async function isAsCold(cwd: string): Promise<void> {
  const warm = bytesOf(join(cwd, 'out'));
  for (const each of ['out', '.kea/cache']) rmSync(join(cwd, each), { recursive: true });
  await synth(cwd);
  expect(bytesOf(join(cwd, 'out'))).toEqual(warm);
}

const memory = (cwd: string): string => {
  const folder = join(cwd, '.kea/cache/synth');
  return join(folder, readdirSync(folder)[0]!);
};

test('a second synth says the same and leaves the same bytes as a first one', async () => {
  const cwd = sampleProject();
  const first = await synth(cwd);
  const lists = first.data.written.filter((path) => path.endsWith('kustomization.yaml'));
  expect(first.data.written).toHaveLength(first.data.objects + lists.length);
  const second = await synth(cwd);
  expect(second.data).toMatchObject({ objects: first.data.objects, written: [], unchanged: first.data.written.length });
  expect(second.findings).toEqual(first.findings);
  await isAsCold(cwd);
}, 60_000);

test('where nothing changed, the answer is the remembered one', async () => {
  const cwd = sampleProject();
  await synth(cwd);
  const body = readFileSync(memory(cwd), 'utf8')
    .slice(65)
    .replace(/"objects":\d+/, '"objects":1234');
  writeFileSync(memory(cwd), `${createHash('sha256').update(body).digest('hex')}\n${body}`);
  expect((await synth(cwd)).data.objects).toBe(1234);
}, 30_000);

test('after an edit, and after the edit is taken back, the bytes are those of a first synth', async () => {
  const cwd = sampleProject();
  const file = join(cwd, 'models/iris/model.yaml');
  const before = readFileSync(file, 'utf8');
  await synth(cwd);
  const written = bytesOf(join(cwd, 'out'));
  writeFileSync(file, `description: Changed.\n${before.replace(/^description:.*\n/m, '')}`);
  expect((await synth(cwd)).data.written.length).toBeGreaterThan(0);
  writeFileSync(file, before);
  expect((await synth(cwd)).data.written.length).toBeGreaterThan(0);
  expect(bytesOf(join(cwd, 'out'))).toEqual(written);
  writeFileSync(file, `description: Changed.\n${before.replace(/^description:.*\n/m, '')}`);
  await synth(cwd);
  await isAsCold(cwd);
}, 60_000);

test('what was changed, removed or left half-way in the output is written again', async () => {
  const cwd = sampleProject();
  const { data } = await synth(cwd);
  const [changed, removed] = data.written;
  const written = bytesOf(join(cwd, 'out'));
  appendFileSync(join(cwd, 'out', changed!), '# mine\n');
  rmSync(join(cwd, 'out', removed!));
  expect((await synth(cwd)).data.written).toEqual([changed, removed]);
  for (const list of ['kustomization.yaml', '60-workloads/kustomization.yaml']) {
    appendFileSync(join(cwd, 'out', list), '# mine\n');
    expect((await synth(cwd)).data.written).toEqual([list]);
  }
  writeFileSync(join(cwd, 'out/kea-index.next'), '[]');
  await synth(cwd);
  expect(bytesOf(join(cwd, 'out'))).toEqual(written);
}, 60_000);

test('a damaged memory only costs time', async () => {
  const cwd = sampleProject();
  const { findings } = await synth(cwd);
  const good = readFileSync(memory(cwd), 'utf8');
  for (const bad of ['', 'nonsense', good.slice(0, -10), good.replace('"objects":', '"objects":1'), '\u0000'.repeat(100)]) {
    writeFileSync(memory(cwd), bad);
    expect(await synth(cwd)).toMatchObject({ findings, data: { written: [] } });
    expect(readFileSync(memory(cwd), 'utf8')).toBe(good);
  }
  await isAsCold(cwd);
}, 60_000);

test('with errors nothing is remembered, and what was remembered before is not repeated', async () => {
  const cwd = sampleProject();
  await synth(cwd);
  appendFileSync(join(cwd, 'models/iris/model.yaml'), 'ownr: me\n');
  const args = ['synth', '--stack', 'dev', '--out', 'out'];
  expect((await kea(args, { cwd })).code).toBe(1);
  expect((await kea(args, { cwd })).code).toBe(1);
}, 30_000);

test('everything that loading looks at is among the digested sources', async () => {
  const root = sampleProject();
  const sources = sourcesOf({ root, stack: 'prod' });
  const { files } = await loadPlatform({ root, stack: 'prod' });
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !sources?.some((source) => file === source || file.startsWith(`${source}/`)))).toEqual([]);
});

describe('the digest of inputs', () => {
  const digest = (root: string): string | undefined => inputsDigest(root, ['models', 'images.lock.yaml']);

  test('changes with every byte, name and file that comes or goes, and with nothing else', () => {
    const root = project({ 'models/a/model.yaml': 'a: 1\n', 'other.yaml': '' });
    const seen = [digest(root)];
    const after = (change: () => void): void => {
      change();
      seen.push(digest(root));
    };
    after(() => writeFileSync(join(root, 'models/a/model.yaml'), 'a: 2\n'));
    after(() => writeFileSync(join(root, 'models/a/more'), ''));
    after(() => writeFileSync(join(root, 'images.lock.yaml'), ''));
    expect(seen).not.toContain(undefined);
    expect(new Set(seen).size).toBe(seen.length);
    writeFileSync(join(root, 'other.yaml'), 'changed');
    utimesSync(join(root, 'models/a/more'), 1, 1);
    expect(digest(root)).toBe(seen.at(-1));
  });

  test('is not certain with a link, a large file just written, or the whole project', () => {
    const root = project({ 'models/a/model.yaml': 'a: 1\n' });
    expect(inputsDigest(root, ['.'])).toBeUndefined();
    mkdirSync(join(root, 'models/large'));
    writeFileSync(join(root, 'models/large/weights'), '');
    truncateSync(join(root, 'models/large/weights'), 2 * 1024 * 1024);
    expect(digest(root)).toBeUndefined();
    rmSync(join(root, 'models/large/weights'));
    expect(digest(root)).toBeDefined();
    symlinkSync('/', join(root, 'models/link'));
    expect(digest(root)).toBeUndefined();
  });
});
