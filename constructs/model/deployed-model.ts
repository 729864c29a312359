import { Construct } from 'constructs';
import { versionName } from '../../core/contract/names';
import type { ResolvedModel } from '../../schema/resolved';
import { expectObject } from '../shared/notes';
import type { IModelEndpoint } from './endpoint';

export interface DeployedModelProps {
  readonly model: ResolvedModel;
  readonly namespace: string;
}

/** A model whose pods another stack runs: nothing of its own, only what a gateway needs to know, and the Services that must be there. */
export class DeployedModel extends Construct implements IModelEndpoint {
  readonly model: ResolvedModel;
  readonly namespace: string;

  constructor(scope: Construct, id: string, { model, namespace }: DeployedModelProps) {
    super(scope, id);
    this.model = model;
    this.namespace = namespace;
    for (const { version } of model.contracts.flatMap((contract) => contract.versions)) {
      const name = versionName(model.name, version);
      expectObject(this, {
        kind: 'Service',
        namespace,
        name,
        purpose: `pods of ${model.name} ${version}, made by the shard that selects it`,
      });
    }
  }
}
