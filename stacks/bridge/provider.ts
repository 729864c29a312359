import * as pulumi from '@pulumi/pulumi';
import { PROVIDER_VERSION } from './kube-object';

export interface ClusterArgs {
  /**
   * Kubeconfig, as text or as a path.
   *
   * @default - the ambient one: KUBECONFIG, else ~/.kube/config
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Context of the kubeconfig.
   *
   * @default - its current one
   */
  readonly context?: pulumi.Input<string>;
}

/**
 * The Kubernetes provider as the bridge needs it: server-side apply, and ConfigMaps and Secrets changed in place. By default the provider
 * replaces them, deleting first, and a pod that starts in between has no file.
 */
export class ClusterProvider extends pulumi.ProviderResource {
  /** Which cluster it stands for, as it was told. */
  readonly choice: ClusterArgs;

  constructor(name: string, args: ClusterArgs = {}, options: pulumi.ResourceOptions = {}) {
    const inputs = {
      ...args,
      enableServerSideApply: 'true',
      enableConfigMapMutable: 'true',
      enableSecretMutable: 'true',
    };
    super('kubernetes', name, inputs, { version: PROVIDER_VERSION, ...options });
    this.choice = args;
  }
}

/** The provider that a component was given, else one of its own for the ambient kubeconfig: the engine's default one would replace ConfigMaps. */
export function providerOf(component: pulumi.ComponentResource, name: string): pulumi.ProviderResource {
  return component.getProvider('kubernetes:core/v1:Namespace') ?? new ClusterProvider(`${name}-cluster`, {}, { parent: component });
}
