import { App, Chart } from 'cdk8s';
import type { ResolvedPlatform } from '../schema/resolved';
import type { MlModel } from './model/ml-model';
import { Platform } from './platform';
import type { Admission } from './platform-admission';
import { Collection } from './plan/collect';
import { Shard } from './shard';
import type { Plan } from './plan/plan-object';

export { AuditPipeline } from './audit/audit-pipeline';
export { ResponseCache } from './cache/response-cache';
export { ModelGateway } from './gateway/model-gateway';
export { IdentityProvider } from './identity/identity-provider';
export type { IModelEndpoint } from './model/endpoint';
export { MlModel, type MlModelOptions, type MlModelProps } from './model/ml-model';
export type { ModelTransforms } from './model/model-version';
export { type Runtime, runtimes } from './model/runtimes';
export { Platform, type PlatformProps } from './platform';
export type { Admission } from './platform-admission';
export { plan } from './plan/collect';
export { diffPlans, type FieldChange, type ModelChanges, type ObjectChange, type PlanDiff } from './plan/diff';
export { LAYERS, type LayerName } from './plan/layers';
export { orderObjects, removalOrder } from './plan/order';
export { type HatchUse, objectKey, type Plan, type PlanObject } from './plan/plan-object';
export { readPlan, readPlanFrom } from './plan/read';
export { countFiles } from './plan/files';
export { writePlan, type WriteResult } from './plan/write';
export { type DefinedStack, defineStack, type StackProps } from './stack';
export type { ExpectedObject } from './shared/notes';
export type { ObjectPatch, Transform } from './shared/objects';

/**
 * The plan of a loaded platform: builds the construct tree and renders it. Pure; the same platform gives the same plan.
 * Each model is rendered as soon as it is built and its constructs are let go: all at once they would take most of the memory.
 * `admission` is needed where the stack has `policies.admission`: without it there is no plan.
 */
export function synthesize(platform: ResolvedPlatform, { admission }: { readonly admission?: Admission } = {}): Plan {
  const chart = new Chart(new App(), 'kea');
  const collected = new Collection();
  const { stack, models, shard } = platform;
  const props = { stack, models, admission, onModel: (model: MlModel) => collected.takeBelow(model) };
  if (shard === undefined) new Platform(chart, 'platform', props);
  else new Shard(chart, 'shard', { ...props, shard });
  collected.take(chart);
  return collected.plan();
}
