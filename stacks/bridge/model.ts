import * as pulumi from '@pulumi/pulumi';
import { App, Chart } from 'cdk8s';
import { MlModel } from '../../constructs/model/ml-model';
import type { MlModelFile } from '../../constructs/model/resolve-props';
import { plan } from '../../constructs/plan/collect';
import { defineStack, type StackProps } from '../../constructs/stack';
import { applyObjects, ComponentType } from './apply';
import { askCluster } from './ask-cluster';
import { judged } from './judge';
import { providerOf } from './provider';
import { heed } from './refuse';

/** The model files' keys, and what the folder would be called. */
export type ModelArgs = Omit<MlModelFile, 'stack'>;

export interface SingleModelArgs extends ModelArgs {
  /** The stack file's keys that a model depends on: where images are pinned, artifacts are stored, and the gateway stands. @default - every key's own default */
  readonly stack?: StackProps;
  /** Longest wait for its pods, such as `10m`. @default 30m */
  readonly wait?: string;
}

/**
 * One model inside another Pulumi program: its pods, their Service, autoscaling and network policies; no route. A platform with the same model in its
 * `models` routes to it; there it is deployed as well, so this one is for models whose pods somebody else's stack runs.
 */
export class Model extends pulumi.ComponentResource {
  /** Namespace of its pods. */
  declare readonly namespace: pulumi.Output<string>;
  /** Names of its Services, one a version. */
  declare readonly services: pulumi.Output<readonly string[]>;

  constructor(name: string, args: SingleModelArgs, options: pulumi.ComponentResourceOptions = {}) {
    const prepared = prepare(args);
    super(ComponentType.model, name, { prepared, name }, options);
    this.namespace = pulumi.output(prepared.platform.stack.namespaces.models);
    this.services = pulumi.output(prepared.made.objects.filter((each) => each.kind === 'Service').map((each) => each.name));
  }

  /** Whoever depends on the component depends on everything that is registered here. */
  protected override async initialize({ prepared, name }: { readonly prepared: Prepared; readonly name: string }): Promise<void> {
    const done = pulumi.runtime.rpcKeepAlive();
    try {
      await judged(prepared.made.objects, prepared.platform);
      const provider = providerOf(this, name);
      await askCluster(provider, prepared.made.objects, prepared.platform.stack);
      applyObjects(prepared.made.objects, {
        component: name,
        parent: this,
        protect: true,
        wait: prepared.wait,
        provider,
      });
    } finally {
      done();
    }
  }
}

type Prepared = ReturnType<typeof prepare>;

function prepare({ stack: keys, wait, ...file }: SingleModelArgs) {
  const stack = defineStack({ name: pulumi.getStack(), ...keys });
  const chart = new Chart(new App(), 'kea');
  const { model } = new MlModel(chart, file.name, { ...file, stack });
  const made = plan(chart);
  heed(made.findings);
  return { made, platform: { stack, models: [model] }, wait };
}
