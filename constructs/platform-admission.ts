import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import type { JsonObject } from '../core/json';
import type { ResolvedStack } from '../schema/resolved';

/**
 * Makes the objects by which the API server itself holds the rules of a stack. They come from `policies/`, which constructs do not know, so whoever
 * plans a platform hands this in: `inCluster` of policies/evaluate/in-cluster.ts.
 */
export type Admission = (stack: ResolvedStack) => readonly JsonObject[];

export interface PlatformAdmissionProps {
  readonly stack: ResolvedStack;
  readonly admission: Admission | undefined;
}

/** The third gate: admission policies over the stack's namespaces. Nothing where the stack file names no deployers. */
export class PlatformAdmission extends Construct {
  constructor(scope: Construct, id: string, { stack, admission }: PlatformAdmissionProps) {
    super(scope, id);
    if (stack.policies.admission === undefined) return;
    // A plan without them would take the guard away from a cluster that has it.
    if (admission === undefined)
      throw new Error(`stack "${stack.name}" has policies.admission, and this plan was made without \`admission\``);
    for (const object of admission(stack)) {
      const { name } = object['metadata'] as { readonly name: string };
      new ApiObject(this, `${String(object['kind'])}-${name}`, object as unknown as ApiObjectProps);
    }
  }
}
