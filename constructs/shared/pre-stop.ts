import type { JsonObject, JsonValue } from '../../core/json';
import { sortedObject } from '../../core/order';

/**
 * Has the kubelet itself wait before it ends a Deployment's container, so that images without a shell drain too: an action that is newer than this
 * minor's types. For `extendRendered`. A transform that sets a lifecycle of its own keeps it.
 */
export function sleepBeforeStop(container: string, seconds: number): (deployment: JsonObject) => JsonObject {
  return (deployment) => {
    const spec = deployment['spec'] as JsonObject;
    const template = spec['template'] as JsonObject;
    const pod = template['spec'] as JsonObject;
    const lifecycle = { preStop: { sleep: { seconds } } };
    const containers = (pod['containers'] as readonly JsonObject[]).map((each) =>
      each['name'] === container ? sortedObject<JsonValue | undefined>({ lifecycle, ...each }) : each,
    );
    return { ...deployment, spec: { ...spec, template: { ...template, spec: { ...pod, containers } } } };
  };
}
