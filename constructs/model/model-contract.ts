import { Construct } from 'constructs';
import { contractName } from '../../core/contract/names';
import type { ResolvedContract, ResolvedModel, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { Label, type Labels, modelLabels } from '../shared/labels';
import { CustomApi, CustomObject } from '../shared/objects';
import { type ModelTransforms, ModelVersion } from './model-version';
import { contractRules } from './render/alerts';
import { checksConfigMaps } from './render/example-checks';

export interface ModelContractProps {
  readonly model: ResolvedModel;
  readonly contract: ResolvedContract;
  readonly stack: ResolvedStack;
  readonly namespace: string;
  /** @default - none */
  readonly transform?: ModelTransforms;
}

/** One contract of a model: the examples that its pods must answer, its alerts, and its versions. */
export class ModelContract extends Construct {
  constructor(scope: Construct, id: string, props: ModelContractProps) {
    super(scope, id);
    const { model, contract, stack, namespace } = props;
    const labels: Labels = { ...modelLabels(model.name, model.owner), [Label.contract]: contract.contract };
    const checks = checksConfigMaps(model.name, contract);
    checks.forEach(({ name, data, binaryData }, index) => {
      plainObject(k8s.KubeConfigMap, this, `Checks${index}`, {
        metadata: { name, namespace, labels },
        ...(data ? { data } : {}),
        ...(binaryData ? { binaryData } : {}),
      });
    });
    if (stack.metrics.monitors) {
      new CustomObject(this, 'Rules', {
        apiVersion: CustomApi.prometheus,
        kind: 'PrometheusRule',
        metadata: { name: contractName(model.name, contract.contract), namespace, labels },
        spec: contractRules(model, contract),
      });
    }
    for (const version of contract.versions) {
      new ModelVersion(this, version.version, { ...props, version, checks: checks.map(({ name }) => name) });
    }
  }
}
