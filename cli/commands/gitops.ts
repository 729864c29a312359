import { buildCommand, buildRouteMap } from '@stricli/core';
import type { JsonObject } from '../../core/json';
import { hasErrors } from '../../core/findings/finding';
import type { Plan } from '../../constructs/plan/plan-object';
import type { RenderedIn } from '../../constructs/plan/gitops';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { planOf } from '../plan';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly project?: string;
  readonly repo: string;
  readonly path?: string;
  readonly revision: string;
  readonly namespace?: string;
  readonly timeout: string;
}

interface Tool {
  readonly name: 'argocd' | 'flux';
  readonly namespace: string;
  readonly brief: string;
  readonly description: string;
  readonly objects: (plan: Plan, where: RenderedIn) => Promise<readonly JsonObject[]>;
}

const command = (tool: Tool) =>
  buildCommand<Flags, [], Cli>({
    docs: {
      brief: tool.brief,
      fullDescription: `${tool.description}

  kea synth --stack prod --out rendered/prod
  kea gitops ${tool.name} --stack prod --repo https://git.example.com/platform.git --path rendered/prod

Prints the objects; nothing is written or applied.`,
    },
    parameters: {
      flags: {
        output: outputFlag,
        stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack, the name of a file in stacks/' },
        project: projectFlag,
        repo: { kind: 'parsed', parse: text, placeholder: 'URL', brief: 'Git repository that holds the rendered folder' },
        path: {
          kind: 'parsed',
          parse: text,
          placeholder: 'DIR',
          optional: true,
          brief: "The rendered folder, from the repository's root; without it rendered/<stack>",
        },
        revision: { kind: 'parsed', parse: text, placeholder: 'BRANCH', default: 'main', brief: 'Branch that is applied' },
        namespace: {
          kind: 'parsed',
          parse: text,
          placeholder: 'NAME',
          optional: true,
          brief: `Namespace of these objects; without it ${tool.namespace}`,
        },
        timeout: {
          kind: 'parsed',
          parse: text,
          placeholder: 'TIME',
          default: '15m',
          brief: 'Most time that one layer may take to become healthy',
        },
      },
    },
    func: work('gitops', async (cli, flags: Flags) => {
      const root = projectOf(cli.cwd, flags.project);
      const loaded = await loadSound(cli, { command: 'gitops', root, stack: flags.stack, output: flags.output });
      if (!loaded) return;
      const { toYaml } = await import('../../constructs/plan/yaml.ts');
      const plan = await planOf(loaded.platform, root);
      const findings = [...loaded.findings, ...plan.findings].filter((each) => each.severity === 'error');
      const { stack, repo: repository, revision, timeout } = flags;
      const path = (flags.path ?? `rendered/${stack}`).replace(/^(\.?\/)+|\/+$/g, '');
      const objects = hasErrors(findings)
        ? []
        : await tool.objects(plan, { stack, repository, revision, path, namespace: flags.namespace ?? tool.namespace, timeout });
      const documents = objects.map(toYaml).join('---\n').trimEnd();
      await print(cli, { command: 'gitops', findings, data: objects, text: documents }, { output: flags.output, root });
    }),
  });

export const gitops = buildRouteMap({
  routes: {
    argocd: command({
      name: 'argocd',
      namespace: 'argocd',
      brief: 'Print the Application with which Argo CD applies a rendered stack',
      description: 'One Application: server-side apply, wave by wave, removals last.',
      objects: async (_plan, where) => [(await import('../../constructs/plan/gitops.ts')).argoApplication(where)],
    }),
    flux: command({
      name: 'flux',
      namespace: 'flux-system',
      brief: 'Print the Kustomizations with which Flux applies a rendered stack',
      description: 'The repository, and one Kustomization for each layer that waits until the one before is healthy.',
      objects: async (plan, where) => (await import('../../constructs/plan/gitops.ts')).fluxKustomizations(plan, where),
    }),
  },
  docs: { brief: 'Print what Argo CD or Flux need to apply a rendered stack in the right order' },
});
