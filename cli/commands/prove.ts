import { buildCommand } from '@stricli/core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finding } from '../../core/findings/finding';
import { liveFindings } from '../../core/findings/live';
import type { ResolvedPlatform } from '../../schema/resolved';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { planOf } from '../plan';
import { print } from '../print/index';
import { projectOf } from '../project';
import type { ProofOptions } from '../prove/prove';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly project?: string;
  readonly url?: string;
  readonly ca?: string;
  readonly token?: readonly string[];
  readonly bad?: readonly string[];
  readonly context?: string;
  readonly report?: string;
}

export const proveStack = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Try against an installed stack what its files claim, and write a report',
    fullDescription: `Try against an installed stack what its files claim: that each door opens to the right role and to nobody else, that made-up headers change nothing,
that Envoy, the processor and the audit count the same, that models cannot be reached directly, and that a model with other bytes than its file says does not start.

  kea prove                                           # what npm start runs
  kea prove --stack prod --token analyst=analyst.jwt --token nobody=nobody.jwt --context prod-cluster --report proof

Every request carries a body that no method takes, so no model is asked. With --context, two pods are made and removed again.
Exit code 1 when a claim did not hold.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'STACK',
        brief: 'Installed stack; without it what runs on this machine',
      },
      project: projectFlag,
      url: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'URL',
        brief: "Address of the gateway; https://<the stack's hostname> by default",
      },
      ca: { kind: 'parsed', parse: text, optional: true, placeholder: 'FILE', brief: 'Authority that signed its certificate' },
      token: {
        kind: 'parsed',
        parse: text,
        optional: true,
        variadic: true,
        placeholder: 'NAME=FILE',
        brief: 'Access token of somebody; give several, one without roles too',
      },
      bad: {
        kind: 'parsed',
        parse: text,
        optional: true,
        variadic: true,
        placeholder: 'KIND=FILE',
        brief: "A token of the provider's own that must open nothing: expired, wrong-audience",
      },
      context: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'NAME',
        brief: 'Context of kubectl, for what needs the cluster',
      },
      report: { kind: 'parsed', parse: text, optional: true, placeholder: 'DIR', brief: 'Folder for proof.md and proof.json' },
    },
  },
  func: work('prove', async (cli, flags: Flags) => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, {
      command: 'prove',
      root,
      ...(flags.stack === undefined ? {} : { stack: flags.stack }),
      output: flags.output,
    });
    if (!loaded) return;
    const { platform } = loaded;
    const [{ prove }, { proofJson, proofPage, renderProof }] = await Promise.all([
      import('../prove/prove.ts'),
      import('../prove/report.ts'),
    ]);
    const target = flags.stack === undefined ? await local(root, platform, flags) : await installed(platform, flags);
    const report = await prove({
      platform,
      plan: await planOf(platform, root),
      ...target,
      ...(flags.ca === undefined ? {} : { ca: resolve(cli.cwd, flags.ca) }),
    });
    if (flags.report !== undefined) {
      const folder = resolve(cli.cwd, flags.report);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'proof.md'), proofPage(report));
      writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proofJson(report), null, 2)}\n`);
    }
    const failed = report.sections.filter(({ verdict }) => verdict === 'failed');
    const findings = failed.map(({ claim, tried, failures }) =>
      finding(liveFindings.notProven, { message: `${claim}: ${failures.length} of ${tried} did not hold`, stack: platform.stack.name }),
    );
    await print(cli, { command: 'prove', findings, data: proofJson(report), text: renderProof(report) }, { output: flags.output, root });
  }),
});

type Target = Pick<ProofOptions, 'url' | 'tokens' | 'bad' | 'kubectl' | 'counters'>;

async function installed(platform: ResolvedPlatform, flags: Flags): Promise<Target> {
  const [{ tokensOf }, { openKubectl, sameCluster }] = await Promise.all([import('../prove/prove.ts'), import('../live/kubectl.ts')]);
  const kubectl = flags.context === undefined ? undefined : openKubectl(flags.context);
  if (kubectl) await sameCluster(kubectl, platform.stack.name, platform.stack.cluster?.kubeSystemUid);
  return {
    url: flags.url ?? `https://${platform.stack.hostname}`,
    ...tokensOf(platform, flags.token ?? [], flags.bad ?? []),
    ...(kubectl ? { kubectl } : {}),
  };
}

/** What `npm start` runs: its sample people, its own management port. */
async function local(root: string, platform: ResolvedPlatform, flags: Flags): Promise<Target> {
  const { localTarget } = await import('../run/prove-target.ts');
  const { tokensOf } = await import('../prove/prove.ts');
  const target = await localTarget(root, platform.stack.identity);
  const given = tokensOf(platform, flags.token ?? [], flags.bad ?? []);
  return { ...target, url: flags.url ?? target.url, tokens: [...target.tokens, ...given.tokens], bad: given.bad };
}
