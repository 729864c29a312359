import * as pulumi from '@pulumi/pulumi';
import { synthesize } from '../../constructs';
import { resolveProps } from '../../constructs/model/resolve-props';
import type { PlanObject } from '../../constructs/plan/plan-object';
import { defineStack, type StackProps } from '../../constructs/stack';
import type { JsonObject } from '../../core/json';
import { inCluster } from '../../policies/evaluate/in-cluster';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { StackArgs } from '../generated/stack-args';
import { applyPlan } from './apply-plan';
import { ComponentType } from './apply';
import { askCluster } from './ask-cluster';
import { judged } from './judge';
import { bindLate, filled } from './late';
import { lateInputs } from './late-keys';
import type { ModelArgs } from './model';
import { providerOf } from './provider';
import { heed } from './refuse';
import type { SecretValues } from './secrets';

/** Plain data throughout, so that components of other Pulumi languages can be made from it. */
export interface PlatformArgs {
  /** Name of the stack, for `stacks.<name>` overrides of models. @default - the Pulumi stack's name */
  readonly stackName?: string;
  /** The stack file's keys. Host names, issuers and addresses may be outputs of other resources. */
  readonly stack: StackArgs;
  /** The models that the gateway serves: the model files' keys, and a name. @default - none */
  readonly models?: readonly ModelArgs[];
  /** Image name → `sha256:<hex>`, as `images.lock.yaml` says it. @default - none, and each image without a digest is a finding */
  readonly imageDigests?: { readonly [image: string]: string };
  /** With `secrets: pulumi`: name of a Secret → key → value. @default - none */
  readonly secrets?: pulumi.Input<SecretValues>;
  /** Namespaces and claims refuse to be removed. @default true */
  readonly protect?: boolean;
  /** Longest wait for a workload, such as `10m`. @default - by kind, 30 minutes for most */
  readonly wait?: string;
}

/**
 * A whole platform inside another Pulumi program: gateway, cache, identity, audit, portal, and the models.
 * Refuses in the constructor what `kea check` refuses, and before its first resource what the policies refuse.
 */
export class Platform extends pulumi.ComponentResource {
  /** Where the API is. */
  declare readonly url: pulumi.Output<string>;
  /** Who vouches for callers. */
  declare readonly issuer: pulumi.Output<string>;
  /** Namespace of the gateway. */
  declare readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: PlatformArgs, options: pulumi.ComponentResourceOptions = {}) {
    const prepared = prepare(args);
    super(ComponentType.platform, name, { prepared, name }, options);
    this.url = prepared.platform((platform) => `https://${platform.stack.hostname}`);
    this.issuer = prepared.platform((platform) => platform.stack.identity.issuer);
    this.namespace = prepared.platform((platform) => platform.stack.namespaces.platform);
  }

  /** Pulumi's place for work that waits: whoever depends on the component depends on everything that is registered here. */
  protected override async initialize({ prepared, name }: { readonly prepared: Prepared; readonly name: string }): Promise<void> {
    const done = pulumi.runtime.rpcKeepAlive();
    try {
      await prepared.judge();
      const provider = providerOf(this, name);
      await askCluster(provider, prepared.plan.objects, prepared.stack);
      applyPlan(prepared.plan, { ...prepared.options, name, parent: this, provider, inputs: prepared.inputs });
    } finally {
      done();
    }
  }
}

type Prepared = ReturnType<typeof prepare>;

/** Everything that needs no engine. */
function prepare(args: PlatformArgs) {
  const { stackName = pulumi.getStack(), imageDigests = {}, models = [] } = args;
  const { document, late } = lateInputs(args.stack);
  const platformOf = (stackDocument: JsonObject): ResolvedPlatform => {
    const stack = defineStack({ ...(stackDocument as StackProps), name: stackName, imageDigests });
    const resolved = models.map((model) => resolveProps({ ...model, stack }));
    heed(resolved.flatMap((each) => each.findings));
    return { stack, models: resolved.map((each) => each.model) };
  };
  let plan: ReturnType<typeof synthesize> | undefined;
  const render = (stackDocument: JsonObject): readonly PlanObject[] => {
    const made = synthesize(platformOf(stackDocument), { admission: (stack) => inCluster(stack) });
    heed(made.findings.filter((each) => each.severity === 'error'));
    plan ??= made;
    return made.objects;
  };
  const { objects, inputs } = bindLate(document, late, render);
  const withValues = (values: readonly string[]): ResolvedPlatform => platformOf(filled(document, late, values));
  const probed = withValues(late.map(({ probes }) => probes[0]));
  return {
    plan: { objects, expects: plan?.expects ?? [] },
    inputs,
    stack: probed.stack,
    judge: (): Promise<void> => judged(objects, probed),
    platform: <T>(of: (platform: ResolvedPlatform) => T): pulumi.Output<T> =>
      pulumi.all(late.map(({ value }) => value)).apply((values) => of(withValues(values))),
    options: {
      stack: stackName,
      protect: args.protect ?? true,
      wait: args.wait,
      ...(args.stack.secrets === 'pulumi' ? { secrets: args.secrets ?? {} } : {}),
    },
  };
}
