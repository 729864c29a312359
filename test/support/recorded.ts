import * as pulumi from '@pulumi/pulumi';

/** A resource as the engine would have got it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: { readonly [key: string]: unknown };
  /** Reference of the provider that serves it. */
  readonly provider?: string;
  readonly urn: string;
}

/** Pulumi's mocks are of the process, so this stands at the head of a test file; everything registered since is in the list. */
export function record(): readonly Recorded[] {
  const recorded: Recorded[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        recorded.push({ type, name, inputs: inputs as Recorded['inputs'], ...(provider ? { provider } : {}), urn: `${type}::${name}` });
        return { id: `${name}-id`, state: inputs as object };
      },
      call: () => ({}),
    },
    'kea',
    'test',
  );
  return recorded;
}

/** The value of an output, once it is there. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise<T>((resolve) => {
    output.apply((value) => resolve(value));
  });
}
