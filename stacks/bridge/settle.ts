import type * as pulumi from '@pulumi/pulumi';

/** The value of an Output that is known already, such as a secret of the configuration. Never for outputs of resources: a preview has none. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}
