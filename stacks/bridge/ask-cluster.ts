import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';
import type { PlanObject } from '../../constructs/plan/plan-object';
import { deployFindings } from '../../core/findings/deploy';
import { finding, type Finding } from '../../core/findings/finding';
import type { ResolvedStack } from '../../schema/resolved';
import { ClusterProvider } from './provider';
import { heed } from './refuse';

/**
 * Asks the cluster behind a component's provider what a caller's program cannot change on its way: whether it is the one that the stack names, new
 * enough, and whether what exists belongs to somebody else. Kinds and Secrets that are missing are no question here: the same program may bring them.
 * Throws when the answer is no, or when a stack that names its cluster gets none.
 */
export async function askCluster(provider: pulumi.ProviderResource, objects: readonly PlanObject[], stack: ResolvedStack): Promise<void> {
  // A unit test with Pulumi's mocks has no cluster, and the kubeconfig of whoever runs it is none of its business.
  if (pulumi.runtime.getMonitor() instanceof MockMonitor) return;
  const answer = await asked(provider, objects, stack);
  if (typeof answer !== 'string') return heed(answer);
  if (stack.cluster === undefined || answer === LATER) return;
  heed([
    finding(deployFindings.unreachable, {
      message: `stack "${stack.name}" belongs to one cluster, and which one this is cannot be asked: ${answer}`,
      stack: stack.name,
      fix: 'give the component a kea.ClusterProvider, and install @kubernetes/client-node beside KEA; or leave out `cluster`',
    }),
  ]);
}

/** The cluster, or its credentials, may be made by this very program: then `up` asks. */
const LATER = 'it is known only during the up';

/** What is wrong with the cluster, or why it was not asked. */
async function asked(
  provider: pulumi.ProviderResource,
  objects: readonly PlanObject[],
  stack: ResolvedStack,
): Promise<readonly Finding[] | string> {
  if (!(provider instanceof ClusterProvider)) return 'its provider does not tell its kubeconfig';
  const { kubeconfig, context } = provider.choice;
  if (pulumi.runtime.isDryRun() && [kubeconfig, context].some((each) => pulumi.Output.isInstance(each))) return LATER;
  const { connect } = await import('../cluster/connect.ts');
  const { judgeForeign } = await import('../cluster/preflight.ts');
  try {
    const cluster = await connect({ kubeconfig: await plain(kubeconfig), context: await plain(context) });
    return await judgeForeign(cluster, objects, stack);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function plain(input: pulumi.Input<string> | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    pulumi.output(input).apply(resolve);
  });
}
