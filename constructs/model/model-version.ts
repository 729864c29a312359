import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { Fact } from '../../core/contract/facts';
import { versionName } from '../../core/contract/names';
import { grpcPortOf } from '../../core/contract/protocols';
import type { ResolvedContract, ResolvedModel, ResolvedStack, ResolvedVersion } from '../../schema/resolved';
import { extendRendered, k8s, type L1Kind, plainObject } from '../k8s';
import { type Labels, modelLabels, versionPodLabels, versionSelector } from '../shared/labels';
import { closedOff } from '../shared/egress';
import { allowTo, toOutside, toDns } from '../shared/network-policy';
import { expectObject, reportFinding } from '../shared/notes';
import { CustomApi, CustomObject, type Transform, transformed } from '../shared/objects';
import { sleepBeforeStop } from '../shared/pre-stop';
import { type ArtifactPlan, artifactPlan } from './render/artifact';
import { modelPod, PRE_STOP_SECONDS, SERVER_CONTAINER } from './render/pod';
import { scaledObject, TAKES_OVER } from './render/scaled-object';
import { autoscaler, isAutoscaled, isScaledByKeda, scalingFindings } from './render/scaling';
import { runtimeOf } from './runtimes';

/** Typed changes of the objects of every version. */
export interface ModelTransforms {
  readonly deployment?: Transform<k8s.KubeDeploymentProps>;
  readonly service?: Transform<k8s.KubeServiceProps>;
  /** Of the plan's own; what KEDA is given is changed by patches. */
  readonly autoscaler?: Transform<k8s.KubeHorizontalPodAutoscalerV2Props>;
  readonly disruptionBudget?: Transform<k8s.KubePodDisruptionBudgetProps>;
  readonly serviceAccount?: Transform<k8s.KubeServiceAccountProps>;
}

export interface ModelVersionProps {
  readonly model: ResolvedModel;
  readonly contract: ResolvedContract;
  readonly version: ResolvedVersion;
  readonly stack: ResolvedStack;
  readonly namespace: string;
  /** ConfigMaps of the contract's examples. */
  readonly checks: readonly string[];
  /** @default - none */
  readonly transform?: ModelTransforms;
}

/** Everything that runs one version of a model: pods, their Service, account, autoscaler, disruption budget, and egress for the fetch. */
export class ModelVersion extends Construct {
  /** Name of all its objects, `credit-score-v1-4-0`. */
  readonly name: string;

  private readonly selector: Labels;
  private readonly labels: Labels;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ModelVersionProps,
  ) {
    super(scope, id);
    const { model, contract, version, stack } = props;
    this.name = versionName(model.name, version.version);
    this.selector = versionSelector(model.name, version.version);
    this.labels = { ...modelLabels(model.name, model.owner), ...versionPodLabels(model.name, contract.contract, version.version) };
    const runtime = runtimeOf(version.framework, version.runtime);
    const artifact = artifactPlan({
      model: model.name,
      version: version.version,
      ...(version.artifact ? { artifact: version.artifact } : {}),
      runtime,
      stack,
      storageBytes: version.resources.ephemeralStorageBytes,
    });
    const pod = modelPod({
      model: model.name,
      contract,
      version,
      runtime,
      artifact,
      checks: props.checks,
      serviceAccount: this.name,
      stack,
    });
    reportFinding(this, ...artifact.findings, ...pod.findings, ...scalingFindings(model.name, version, stack));
    this.expect(artifact);
    this.addServiceAccount();
    this.addArtifact(artifact);
    this.addService();
    this.addDeployment(pod.spec);
    this.addScaling();
  }

  /** Objects that somebody else makes: the store's credentials, a claim, the registry's credentials. */
  private expect(artifact: ArtifactPlan): void {
    const { namespace, stack } = this.props;
    if (artifact.claim) {
      expectObject(this, { kind: 'PersistentVolumeClaim', namespace, name: artifact.claim, purpose: 'holds model artifacts' });
    }
    if (artifact.secret) {
      expectObject(this, { kind: 'Secret', namespace, name: artifact.secret, purpose: "read access to the models' artifact store" });
    }
    if (stack.images.pullSecret) {
      expectObject(this, { kind: 'Secret', namespace, name: stack.images.pullSecret, purpose: 'access to the image registry' });
    }
  }

  private addServiceAccount(): void {
    this.make(
      k8s.KubeServiceAccount,
      'ServiceAccount',
      { metadata: this.metadata(), automountServiceAccountToken: false },
      this.props.transform?.serviceAccount,
    );
  }

  private addArtifact(artifact: ArtifactPlan): void {
    artifact.chunks.forEach((chunk, index) => {
      plainObject(k8s.KubeConfigMap, this, `Artifact${index}`, {
        metadata: this.metadata(chunk.name),
        binaryData: { [chunk.key]: chunk.base64 },
      });
    });
    if (artifact.egressPorts.length > 0) {
      const { uri = '' } = this.props.version.artifact ?? {};
      const storeAt = { purpose: `the artifact of ${this.name}`, address: uri, ports: artifact.egressPorts };
      reportFinding(this, ...closedOff([storeAt], this.props.stack));
      plainObject(k8s.KubeNetworkPolicy, this, 'Fetch', {
        metadata: this.metadata(`${this.name}-fetch`),
        spec: allowTo(this.selector, [toDns(), ...toOutside(artifact.egressPorts, this.props.stack)]),
      });
    }
  }

  private addService(): void {
    const ports: k8s.ServicePort[] = [
      { name: 'http', port: 80, targetPort: k8s.IntOrString.fromString('http'), protocol: 'TCP', appProtocol: 'http' },
    ];
    const { contract, version } = this.props;
    const grpc = contract.grpc === true ? grpcPortOf(version.framework) : undefined;
    if (grpc !== undefined)
      ports.push({
        name: 'grpc',
        port: grpc,
        targetPort: k8s.IntOrString.fromString('grpc'),
        protocol: 'TCP',
        appProtocol: 'kubernetes.io/h2c',
      });
    const spec: k8s.ServiceSpec = { clusterIp: 'None', selector: this.selector, ports };
    this.make(k8s.KubeService, 'Service', { metadata: this.metadata(), spec }, this.props.transform?.service);
  }

  private addDeployment(pod: k8s.PodSpec): void {
    const { model, contract, version } = this.props;
    const spec: k8s.DeploymentSpec = {
      ...(isAutoscaled(version.scaling) ? {} : { replicas: version.scaling.min }),
      selector: { matchLabels: this.selector },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: k8s.IntOrString.fromNumber(0), maxSurge: k8s.IntOrString.fromNumber(1) },
      },
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: Math.max(600, 4 * version.runtime.loadSeconds),
      template: { metadata: { labels: versionPodLabels(model.name, contract.contract, version.version) }, spec: pod },
    };
    const deployment = this.make(
      k8s.KubeDeployment,
      'Deployment',
      { metadata: { ...this.metadata(), annotations: this.facts() }, spec },
      this.props.transform?.deployment,
    );
    extendRendered(deployment, sleepBeforeStop(SERVER_CONTAINER, PRE_STOP_SECONDS));
  }

  private addScaling(): void {
    const { model, version, transform } = this.props;
    if (isAutoscaled(version.scaling) && isScaledByKeda(version.scaling, this.props.stack.metrics)) {
      new CustomObject(this, 'ScaledObject', {
        apiVersion: CustomApi.scaledObject,
        kind: 'ScaledObject',
        metadata: { ...this.metadata(), annotations: TAKES_OVER },
        spec: scaledObject(model.name, version, this.props.stack),
      });
    } else if (isAutoscaled(version.scaling)) {
      const spec = autoscaler(model.name, version);
      this.make(k8s.KubeHorizontalPodAutoscalerV2, 'Autoscaler', { metadata: this.metadata(), spec }, transform?.autoscaler);
    }
    const spec: k8s.PodDisruptionBudgetSpec = {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: this.selector },
    };
    this.make(k8s.KubePodDisruptionBudget, 'DisruptionBudget', { metadata: this.metadata(), spec }, transform?.disruptionBudget);
  }

  private metadata(name: string = this.name): ApiObjectMetadata {
    return { name, namespace: this.props.namespace, labels: this.labels };
  }

  /** What rules ask of a version and its pods do not tell; on the object, not on the pods, so that it restarts none. */
  private facts(): { readonly [annotation: string]: string } {
    const { model, version } = this.props;
    const { artifact, framework, runtime } = version;
    return {
      [Fact.classification]: model.data.classification,
      [Fact.risk]: model.data.risk,
      [Fact.framework]: framework,
      ...(artifact ? { [Fact.artifact]: artifact.inline === undefined ? artifact.uri : 'inline' } : {}),
      ...(artifact?.sha256 === undefined ? {} : { [Fact.artifactDigest]: `sha256:${artifact.sha256}` }),
      ...(runtime.python ? { [Fact.source]: `${runtime.python.source}#${runtime.python.class}` } : {}),
    };
  }

  /** Makes a child; the caller's transform, where there is one, changes its props first and may put anything into them that cdk8s takes. */
  private make<P extends object, T extends ApiObject>(kind: L1Kind<P, T>, id: string, props: P, transform: Transform<P> | undefined): T {
    if (!transform) return plainObject(kind, this, id, props);
    return new kind(this, id, transformed(this, id, { name: this.name, version: this.props.version.version }, props, transform));
  }
}
