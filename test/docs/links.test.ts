import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { generateHelpTextForAllCommands, type Application, type CommandContext } from '@stricli/core';
import { application } from '../../cli/app';
import { Problem } from '../../core/contract/problems';
import { explain } from '../../core/findings/index';
import { packageRoot } from '../../core/package-root';

const root = packageRoot();
const folders = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...folders('docs')].sort();
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const words = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);

/** Commands that findings and guides may name before they are there; a guide that does says so. */
const planned = new Set([
  'images',
  'push',
  'build',
  'import',
  'audit',
  'policies',
  'sso',
  'cache',
  'canary',
  'migrate',
  'report',
  'extract',
]);
/** The generated reference has tests of its own; it quotes findings, whose examples are wrong on purpose. */
const isGenerated = (page: string): boolean => page.startsWith('docs/reference/');
const tops = readdirSync(root, { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() && !['node_modules', 'dist', 'out', 'coverage', '.kea'].includes(entry.name) && !entry.name.startsWith('.git'),
  )
  .map(({ name }) => name);

/** First words after `kea`. Help needs no context of a command. */
const cli = application({ debug: false, colour: false }) as unknown as Application<CommandContext>;
const known = generateHelpTextForAllCommands(cli).map(([route]) => route.split(' ')[1]!);

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
const anchors = (page: string): string[] => [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));

describe.each(pages)('%s', (page) => {
  const text = read(page);
  const prose = text.replace(/```[\s\S]*?```/g, '');

  test('links lead somewhere', () => {
    const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', heading] = target.split('#');
        const file = path === '' ? page : posix.join(dirname(page), path);
        if (!existsSync(join(root, file))) return true;
        return heading !== undefined && (statSync(join(root, file)).isDirectory() || !anchors(file).includes(heading));
      });
    expect(broken).toEqual([]);
  });

  test('paths of the project exist', () => {
    const paths = words(prose).filter((word) => tops.includes(word.split('/')[0]!) && /^[\w@.-]+(\/[\w@.-]*)+$/.test(word));
    expect(paths.filter((path) => !isGenerated(page) && !existsSync(join(root, path)))).toEqual([]);
  });

  test('verbs of kea are verbs of kea', () => {
    const said = [...words(prose), ...(text.match(/```[\s\S]*?```/g) ?? [])].flatMap((each) =>
      [...each.matchAll(/(?:^|--no-install |\$ |`|\n|\()kea ([a-z]+)/g)].map(([, verb]) => verb!),
    );
    expect(said.filter((verb) => !known.includes(verb) && !planned.has(verb))).toEqual([]);
  });

  test('codes of findings are in the catalogue', () => {
    const codes = new Set(text.match(/\bKEA\d{4}\b/g) ?? []);
    // The reference of findings shows a code that is wrong on purpose.
    expect([...codes].filter((code) => !isGenerated(page) && explain(code) === undefined)).toEqual([]);
  });

  test('has no place of one machine in it', () => {
    expect(text.match(/\/(?:root|work|tmp\/kea|home\/\w+)\b/g) ?? []).toEqual([]);
  });
});

test('the README is under 150 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThan(150);
});

test('every page is reached from docs/index.md', () => {
  const index = read('docs/index.md');
  expect(
    pages.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md' && !index.includes(page.slice('docs/'.length))),
  ).toEqual([]);
});

test("the API consumer's guide lists every problem type with its status", () => {
  const guide = read('docs/guides/api-consumer.md');
  expect(Object.entries(Problem).filter(([name, { status }]) => !guide.includes(`| \`${name}\` | ${status} |`))).toEqual([]);
});
