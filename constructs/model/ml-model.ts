import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { ResolvedModel, ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { reportFinding } from '../shared/notes';
import { type MlModelFile, resolveProps } from './resolve-props';
import { registerPlanCheck } from '../plan/register';
import { type Labels, modelLabels, modelSelector } from '../shared/labels';
import { allowFrom, denyAll, gatewayPods, scrapers } from '../shared/network-policy';
import { applyPatches, CustomApi, CustomObject, type ObjectPatch } from '../shared/objects';
import type { IModelEndpoint } from './endpoint';
import { ModelContract } from './model-contract';
import type { ModelTransforms } from './model-version';
import { runtimeOf } from './runtimes';

/** What a model needs beside its own file. */
export interface MlModelOptions {
  /**
   * Namespace of the model's objects.
   *
   * @default - the chart's namespace, else the stack's namespace of models
   */
  readonly namespace?: string;
  /**
   * Typed changes of the objects of every version, before they are made.
   *
   * @default - none
   */
  readonly transform?: ModelTransforms;
  /**
   * RFC 6902 operations on finished objects, after transforms.
   *
   * @default - none
   */
  readonly patches?: readonly ObjectPatch[];
}

/** A model as its file would say it: the keys are the file's own. */
export interface MlModelProps extends MlModelFile, MlModelOptions {}

/** A model that was loaded and resolved already. */
export interface ResolvedMlModelProps extends MlModelOptions {
  readonly model: ResolvedModel;
  readonly stack: ResolvedStack;
}

/**
 * A model with all its contracts and versions, closed to everybody but the gateway.
 * Names and selectors come from the model's identity, never from the construct's path, so that moving it in the tree changes nothing.
 */
export class MlModel extends Construct implements IModelEndpoint {
  readonly model: ResolvedModel;
  readonly namespace: string;

  /** A model that `loadPlatform` made; what `Platform` uses. */
  static fromResolved(scope: Construct, id: string, props: ResolvedMlModelProps): MlModel {
    return new MlModel(scope, id, props);
  }

  constructor(scope: Construct, id: string, props: MlModelProps | ResolvedMlModelProps) {
    super(scope, id);
    const { transform, patches } = props;
    const { model, stack, findings } = 'model' in props ? { ...props, findings: [] } : resolveProps(resolvable(props));
    reportFinding(this, ...findings);
    this.model = model;
    this.namespace = props.namespace ?? Chart.of(this).namespace ?? stack.namespaces.models;
    const { namespace } = this;
    if (model.contracts.length > 0) this.addNetworkPolicies(stack);
    for (const contract of model.contracts) {
      new ModelContract(this, contract.contract, {
        model,
        contract,
        stack,
        namespace,
        ...(transform ? { transform } : {}),
      });
    }
    applyPatches(this, patches);
    registerPlanCheck(this);
  }

  /** Nobody reaches a model but the gateway; Prometheus only where metrics have a port of their own; nothing goes out. */
  private addNetworkPolicies(stack: ResolvedStack): void {
    const { model, namespace } = this;
    const selector = modelSelector(model.name);
    const labels: Labels = modelLabels(model.name, model.owner);
    const policy = (id: string, name: string, spec: k8s.NetworkPolicySpec): void => {
      plainObject(k8s.KubeNetworkPolicy, this, id, { metadata: { name, namespace, labels }, spec });
    };
    policy('Closed', `${model.name}-closed`, denyAll(selector));
    policy(
      'FromGateway',
      `${model.name}-from-gateway`,
      allowFrom(selector, [gatewayPods(stack.namespaces.platform)], model.contracts.some(({ grpc }) => grpc) ? ['http', 'grpc'] : ['http']),
    );
    const metrics = this.metricsPath();
    if (!stack.metrics.monitors || metrics === undefined) return;
    policy('FromScrapers', `${model.name}-from-scrapers`, allowFrom(selector, [scrapers()], ['metrics']));
    new CustomObject(this, 'PodMonitor', {
      apiVersion: CustomApi.prometheus,
      kind: 'PodMonitor',
      metadata: { name: model.name, namespace, labels },
      spec: { selector: { matchLabels: selector }, podMetricsEndpoints: [{ port: 'metrics', path: metrics, interval: '30s' }] },
    });
  }

  /** Path of the servers' metrics, where some version has them on a port of their own. */
  private metricsPath(): string | undefined {
    const versions = this.model.contracts.flatMap((contract) => contract.versions);
    return versions.map((version) => runtimeOf(version.framework, version.runtime).metrics?.path).find((path) => path !== undefined);
  }
}

/** The file's keys alone. */
function resolvable(props: MlModelProps): MlModelFile {
  const { namespace: _namespace, transform: _transform, patches: _patches, ...file } = props;
  return file;
}
