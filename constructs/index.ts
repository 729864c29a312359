import { App, Chart } from 'cdk8s';
import type { ResolvedPlatform } from '../schema/resolved';
import { Platform } from './platform';
import { plan } from './plan/collect';
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
export { plan } from './plan/collect';
export { diffPlans, type FieldChange, type ModelChanges, type ObjectChange, type PlanDiff } from './plan/diff';
export { LAYERS, type LayerName } from './plan/layers';
export { orderObjects, removalOrder } from './plan/order';
export { type HatchUse, objectKey, type Plan, type PlanObject } from './plan/plan-object';
export { readPlan, readPlanFrom } from './plan/read';
export { writePlan, type WriteResult } from './plan/write';
export type { ExpectedObject } from './shared/notes';
export type { ObjectPatch, Transform } from './shared/objects';

/** The plan of a loaded platform: builds the construct tree and renders it. Pure; the same platform gives the same plan. */
export function synthesize(platform: ResolvedPlatform): Plan {
  const chart = new Chart(new App(), 'kea');
  new Platform(chart, 'platform', { stack: platform.stack, models: platform.models });
  return plan(chart);
}
