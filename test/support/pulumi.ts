import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../core/package-root';
import { ensure } from '../../scripts/parts/index.mjs';
import { languageHostFolder } from '../../scripts/parts/pulumi.mjs';
import type { ControlPlane } from './control-plane';

/** What a run of `pulumi` said. */
export interface Run {
  readonly code: number;
  /** Both streams, without colours. */
  readonly text: string;
}

/** A step of `pulumi preview --json`. */
export interface Step {
  readonly op: string;
  readonly urn: string;
}

/** A project folder beside the checkout that shares its code, with a state of its own, before a real engine, provider and control plane. */
export interface Project {
  readonly folder: string;
  readonly environment: { readonly [name: string]: string };
  pulumi(...args: string[]): Promise<Run>;
  /** The same for one that must end well; resolves with what it said. */
  done(...args: string[]): Promise<string>;
  /** The process, for those who want to end it early. */
  start(...args: string[]): ChildProcess;
  /** Steps that would change something: `update kubernetes:core/v1:ConfigMap kea/kea-system/kea-bundle-index`. */
  changes(): Promise<readonly string[]>;
  write(file: string, text: string): void;
  /** Everything that lies in the backend, as text. */
  state(): string;
  remove(): void;
}

const UP = ['--yes', '--skip-preview', '--non-interactive', '--color=never'];
export const up = ['up', ...UP] as const;
export const destroy = ['destroy', ...UP] as const;
export const refresh = ['refresh', ...UP] as const;

/** Makes the project; `files` are written into it: stack files, models. */
export async function makeProject(plane: Pick<ControlPlane, 'kubeconfig'>, files: { readonly [file: string]: string }): Promise<Project> {
  const root = packageRoot();
  const binaries = [await ensure('pulumi'), await ensure('pulumi-resource-kubernetes')];
  const folder = mkdtempSync(join(tmpdir(), 'kea-pulumi-'));
  for (const shared of ['scripts', 'dist', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(root, shared), join(folder, shared));
  for (const each of ['stacks', 'models', '.pulumi', '.home', 'bin']) mkdirSync(join(folder, each));
  for (const each of ['Pulumi.yaml', 'stacks/index.ts', 'stacks/tsconfig.json', 'images.lock.yaml'])
    cpSync(join(root, each), join(folder, each));
  // Only the two programs: their folder may hold others that the engine would try as plugins.
  for (const binary of binaries) symlinkSync(binary, join(folder, 'bin', binary.slice(dirname(binary).length + 1)));
  const { NODE_OPTIONS: _options, KEA_PACKAGE_ROOT: _root, ...inherited } = process.env as { [name: string]: string };
  const environment = {
    ...inherited,
    PATH: [join(folder, 'bin'), languageHostFolder, inherited['PATH']].join(':'),
    KUBECONFIG: plane.kubeconfig,
    PULUMI_HOME: join(folder, '.home'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: 'only for this test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
  const start = (...args: string[]): ChildProcess =>
    spawn('pulumi', args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const pulumi = (...args: string[]): Promise<Run> => ended(start(...args));
  const done = async (...args: string[]): Promise<string> => {
    const { code, text } = await pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args[0]} ended with ${code}:\n${text.slice(-4000)}`);
    return text;
  };
  const project: Project = {
    folder,
    environment,
    start,
    pulumi,
    done,
    async changes() {
      const text = await done('preview', '--json', '--non-interactive');
      const { steps } = JSON.parse(text.slice(text.indexOf('{'))) as { readonly steps: readonly Step[] };
      return steps
        .filter(({ op }) => !['same', 'create-replacement', 'delete-replaced'].includes(op))
        .map(({ op, urn }) => `${op} ${urn.split('::')[2]?.split('$').at(-1)} ${urn.split('::')[3]}`)
        .sort();
    },
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    state: () => readFileSync(join(folder, '.pulumi/stacks/kea', 'test.json'), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

/** How it ended, and all it said. */
export function ended(child: ChildProcess): Promise<Run> {
  let text = '';
  const collect = (chunk: Buffer): void => void (text += chunk.toString('utf8'));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, text }));
  });
}
