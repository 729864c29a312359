import { spawn } from 'node:child_process';
import { deployFindings } from '../core/findings/deploy';
import { finding } from '../core/findings/finding';
import { Refusal } from './refusal';

/** One run of `pulumi up`. */
export interface DeployStep {
  /** Pulumi stack: `prod`, `prod.risk`. */
  readonly stack: string;
  /** Only the namespaces, in which shards are about to put pods. */
  readonly only?: 'namespaces';
}

/** What a deployment needs to know of Pulumi's stacks. */
export interface DeployFacts {
  readonly stack: string;
  readonly shards: readonly string[];
  /** The platform has been applied before. */
  readonly installed: boolean;
  /** Shards that would remove pods. */
  readonly removing: readonly string[];
}

/** Resources without which a namespace cannot be made alone. */
const NAMESPACES = [
  '**pulumi:providers:kubernetes**',
  '**kea:index:Platform::**',
  '**kubernetes:core/v1:Namespace::**',
  '**LimitRange::**',
];

/**
 * Pods come before the routes to them, and go after: shards, then the platform, then the shards that remove something. On the first installation the
 * namespaces come before all.
 */
export function deploySteps({ stack, shards, installed, removing }: DeployFacts): readonly DeployStep[] {
  const named = (list: readonly string[]): readonly DeployStep[] => list.map((shard) => ({ stack: `${stack}.${shard}` }));
  return [
    ...(installed || shards.length === 0 ? [] : [{ stack, only: 'namespaces' as const }]),
    ...named(shards.filter((shard) => !removing.includes(shard))),
    { stack },
    ...named(shards.filter((shard) => removing.includes(shard))),
  ];
}

/** Pulumi's command line in one project. */
export class PulumiCommand {
  constructor(
    private readonly root: string,
    private readonly env: { readonly [name: string]: string | undefined },
  ) {}

  /** Names of stacks and how many resources each has. */
  async stacks(): Promise<ReadonlyMap<string, number>> {
    const { text } = await this.run(['stack', 'ls', '--json'], {});
    const list = JSON.parse(text) as readonly { readonly name: string; readonly resourceCount?: number }[];
    return new Map(list.map(({ name, resourceCount = 0 }) => [name.split('/').at(-1) ?? name, resourceCount]));
  }

  /** Makes a shard's stack, with the configuration of the platform's. */
  async create(stack: string, like: string): Promise<void> {
    await this.run(['stack', 'init', stack, '--no-select'], {});
    if (stack !== like) await this.run(['config', 'cp', '--stack', like, '--dest', stack], {});
  }

  /** True when an apply would remove objects. */
  async removes(stack: string): Promise<boolean> {
    const { text } = await this.run(['preview', '--json', '--non-interactive', '--stack', stack], {});
    const { steps = [] } = JSON.parse(text.slice(text.indexOf('{'))) as { readonly steps?: readonly { readonly op: string }[] };
    return steps.some(({ op }) => op === 'delete');
  }

  /** `pulumi up`, shown to the person as it goes; resolves with its exit code. */
  async up({ stack, only }: DeployStep, yes: boolean): Promise<number> {
    const targets = only ? NAMESPACES.flatMap((target) => ['--target', target]) : [];
    const args = ['up', '--stack', stack, ...targets, ...(yes ? ['--yes', '--skip-preview'] : [])];
    return (await this.run(args, { shown: true, env: only ? { KEA_DEPLOY_STEP: only } : {} })).code;
  }

  private run(
    args: readonly string[],
    { shown = false, env = {} }: { readonly shown?: boolean; readonly env?: { readonly [name: string]: string } },
  ): Promise<{ readonly code: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('pulumi', args, {
        cwd: this.root,
        env: { ...this.env, ...env },
        stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      });
      let [text, error] = ['', ''];
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      child.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString('utf8')));
      child.once('error', () => reject(new Refusal(finding(deployFindings.noPulumi, { message: 'the command "pulumi" is not on PATH' }))));
      child.once('close', (code) => {
        if (shown || code === 0) return resolve({ code: code ?? 1, text });
        return reject(
          new Refusal(
            finding(deployFindings.pulumiFailed, {
              message: `pulumi ${args.slice(0, 2).join(' ')}: ${(error || text).trim().slice(-600)}`,
            }),
          ),
        );
      });
    });
  }
}
