import { Construct } from 'constructs';
import { shardsOf } from '../schema/resolve/shards';
import type { ResolvedModel, ResolvedStack } from '../schema/resolved';
import { AuditPipeline } from './audit/audit-pipeline';
import { ResponseCache } from './cache/response-cache';
import { ModelGateway } from './gateway/model-gateway';
import { IdentityProvider } from './identity/identity-provider';
import { DeployedModel } from './model/deployed-model';
import type { IModelEndpoint } from './model/endpoint';
import { MlModel } from './model/ml-model';
import { MetricSources } from './observability/metric-sources';
import { type Admission, PlatformAdmission } from './platform-admission';
import { PlatformMonitors } from './observability/platform-monitors';
import { PlatformNamespaces } from './platform-namespaces';
import { PlatformSecrets } from './platform-secrets';
import { registerPlanCheck } from './plan/register';
import { Portal } from './portal/portal';

export interface PlatformProps {
  readonly stack: ResolvedStack;
  readonly models: readonly ResolvedModel[];
  /**
   * Told of each model once its constructs are there, before the next one's are made.
   *
   * @default - nobody
   */
  readonly onModel?: (model: MlModel) => void;
  /**
   * Makes the objects of `policies.admission`.
   *
   * @default - none, and a stack that asks for them is refused
   */
  readonly admission?: Admission | undefined;
}

/** A whole platform: namespaces, one workload set a model, and the gateway, cache, identity, audit and portal around them. */
export class Platform extends Construct {
  readonly models: readonly IModelEndpoint[];
  readonly gateway: ModelGateway;
  readonly cache: ResponseCache;
  readonly identity: IdentityProvider;
  readonly audit: AuditPipeline;
  readonly portal: Portal;

  constructor(scope: Construct, id: string, props: PlatformProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    new PlatformNamespaces(this, 'Namespaces', { stack });
    new PlatformAdmission(this, 'Admission', { stack, admission: props.admission });
    new PlatformSecrets(this, 'Secrets', { stack });
    this.models = props.models.map((model) => {
      const { models: namespace } = stack.namespaces;
      if (shardsOf(model, stack).length > 0) return new DeployedModel(this, model.name, { model, namespace });
      const made = new MlModel(this, model.name, { model, stack, namespace });
      props.onModel?.(made);
      return made;
    });
    this.cache = new ResponseCache(this, 'Cache', { stack });
    this.identity = new IdentityProvider(this, 'Identity', { stack, models: this.models });
    this.audit = new AuditPipeline(this, 'Audit', { stack });
    this.portal = new Portal(this, 'Portal', { stack });
    this.gateway = new ModelGateway(this, 'Gateway', {
      stack,
      models: this.models,
      cache: this.cache,
      auditWriters: this.audit.writers,
      portal: this.portal.address,
    });
    new PlatformMonitors(this, 'Monitors', { stack });
    new MetricSources(this, 'MetricSources', { stack });
  }
}
