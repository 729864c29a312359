import { Construct } from 'constructs';
import { shardsOf } from '../schema/resolve/shards';
import type { PlatformProps } from './platform';
import { MlModel } from './model/ml-model';
import { registerPlanCheck } from './plan/register';

export interface ShardProps extends PlatformProps {
  /** Name of the shard. */
  readonly shard: string;
}

/** The pods of one shard's models, in a namespace that the platform has made; no routes, which stay with the gateway. */
export class Shard extends Construct {
  constructor(scope: Construct, id: string, props: ShardProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack, models, shard } = props;
    for (const model of models.filter((each) => shardsOf(each, stack).includes(shard))) {
      const made = new MlModel(this, model.name, { model, stack, namespace: stack.namespaces.models });
      props.onModel?.(made);
    }
  }
}
