import * as pulumi from '@pulumi/pulumi';
import type { Plan } from '../constructs/plan/plan-object';
import { deployFindings } from '../core/findings/deploy';
import { finding, hasErrors } from '../core/findings/finding';
import { shardsOf, splitStackName } from '../schema/resolve/shards';
import type { ResolvedPlatform } from '../schema/resolved';
import { ComponentType } from './bridge/apply';
import { applyPlan } from './bridge/apply-plan';
import { judged } from './bridge/judge';
import { ClusterProvider } from './bridge/provider';
import { heed } from './bridge/refuse';
import { missingSecrets, neededSecrets, type SecretValues } from './bridge/secrets';
import { settled } from './bridge/settle';

/** What `pulumi stack output` shows. */
export interface StackOutputs {
  readonly url: string;
  readonly issuer: string;
  readonly models: readonly string[];
  readonly objects: number;
}

export interface DeployOptions {
  /** Folder with `stacks/` and `models/`. @default - the folder of Pulumi.yaml */
  readonly project?: string;
  /** @default - the Pulumi stack's own name */
  readonly stack?: string;
  /** Changes of single resources, as Pulumi's own transforms. @default - none */
  readonly transforms?: pulumi.ComponentResourceOptions['transforms'];
}

/**
 * The program behind `pulumi up`: reads `stacks/<stack>.yaml` and its models, asks the cluster and the policies whether the plan may be, and registers it.
 * Nothing is registered before everything was judged.
 */
export async function deployStack(options: DeployOptions = {}): Promise<StackOutputs> {
  const project = options.project ?? pulumi.getRootDirectory();
  const platform = await load(project, options.stack ?? pulumi.getStack());
  const served = platform.models.filter(
    (model) => platform.shard === undefined || shardsOf(model, platform.stack).includes(platform.shard),
  );
  const { synthesize } = await import('../constructs/index.ts');
  const { inClusterOf } = await import('../policies/evaluate/in-cluster.ts');
  const plan = synthesize(platform, { admission: inClusterOf(project) });
  heed(plan.findings);
  await judged(plan.objects, { ...platform, models: served }, project);
  const config = new pulumi.Config();
  const secrets = await secretsOf(config, platform, plan);

  const provider = await clusterOf(plan, platform, secrets !== undefined);
  const { transforms } = options;
  const parent = new pulumi.ComponentResource(ComponentType.platform, 'kea', {}, { provider, ...(transforms ? { transforms } : {}) });
  applyPlan(plan, {
    name: 'kea',
    parent,
    stack: platform.stack.name,
    protect: config.getBoolean('protect') ?? true,
    wait: config.get('wait'),
    ...(secrets ? { secrets } : {}),
  });
  return {
    url: `https://${platform.stack.hostname}`,
    issuer: platform.stack.identity.issuer,
    models: served.map((model) => model.name),
    objects: plan.objects.length,
  };
}

/** The platform of a stack file, or one shard of it: `prod` is the one, `prod.risk` the other. */
async function load(root: string, name: string): Promise<ResolvedPlatform> {
  const { stack, shard } = splitStackName(name);
  const { loadPlatform } = await import('../schema/load/index.ts');
  const { findStacks } = await import('../schema/load/find.ts');
  const stacks = findStacks(root);
  if (!stacks.includes(stack)) {
    const there = stacks.length > 0 ? `there are ${stacks.map((each) => `stacks/${each}.yaml`).join(', ')}` : 'there is none';
    const message = `Pulumi's stack is "${stack}", and there is no stacks/${stack}.yaml; ${there}`;
    heed([finding(deployFindings.noStackFile, { message, stack })]);
  }
  const { platform, findings } = await loadPlatform({ root, stack });
  heed(findings);
  if (!platform || hasErrors(findings)) throw new Error(`stack ${stack} was not loaded`);
  if (shard === undefined) return platform;
  const shards = Object.keys(platform.stack.shards ?? {});
  if (!shards.includes(shard)) {
    const message = `Pulumi's stack is "${name}", and stacks/${stack}.yaml has no shard "${shard}"; ${shards.length > 0 ? `it has ${shards.join(', ')}` : 'it has none'}`;
    heed([finding(deployFindings.noStackFile, { message, stack })]);
  }
  return { ...platform, shard };
}

/** The stack's cluster, asked whether the plan may come. */
async function clusterOf(plan: Plan, { stack }: ResolvedPlatform, makesSecrets: boolean): Promise<ClusterProvider> {
  const config = new pulumi.Config('kubernetes');
  const kubeconfig = config.getSecret('kubeconfig');
  const context = config.get('context');
  const { preflight } = await import('./cluster/preflight.ts');
  // kea deploy makes the namespaces before the shards that put the Services into them.
  const isFirst = process.env['KEA_DEPLOY_STEP'] === 'namespaces';
  const expects = plan.expects.filter(({ kind }) => !(makesSecrets && kind === 'Secret') && !(isFirst && kind === 'Service'));
  heed(await preflight({ ...plan, expects }, stack, { kubeconfig: kubeconfig && (await settled(kubeconfig)), context }));
  return new ClusterProvider('cluster', { ...given('kubeconfig', kubeconfig), ...given('context', context) });
}

/** Values for the Secrets that this stack makes itself; refused when one is missing. */
async function secretsOf(config: pulumi.Config, platform: ResolvedPlatform, plan: Plan): Promise<pulumi.Output<SecretValues> | undefined> {
  if (platform.stack.secrets !== 'pulumi') return undefined;
  const values = config.getSecretObject<SecretValues>('secrets') ?? pulumi.secret<SecretValues>({});
  heed(missingSecrets(neededSecrets(plan), await settled(values), platform.stack.name));
  return values;
}

function given<K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: T });
}
