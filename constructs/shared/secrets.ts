import { type Construct } from 'constructs';
import type { ResolvedStack } from '../../schema/resolved';
import { platformLabels } from './labels';
import { expectObject } from './notes';
import { CustomApi, CustomObject } from './objects';

/** A Secret that pods mount as files. KEA never holds its values. */
export interface SecretNeed {
  readonly namespace: string;
  readonly name: string;
  /** Keys that it must have; none named takes every property that the store holds under its name. */
  readonly keys: readonly string[];
  /** For people: what it is for. */
  readonly purpose: string;
  /** @default Opaque */
  readonly type?: 'kubernetes.io/dockerconfigjson' | 'kubernetes.io/tls';
}

/** Has the Secret made by whom the stack says: the External Secrets operator, `pulumi up`, or somebody else before the plan is applied. */
export function needSecret(scope: Construct, stack: ResolvedStack, need: SecretNeed): void {
  if (stack.secrets !== 'externalSecret' || !stack.secretStore) {
    const { namespace, name, keys, purpose } = need;
    expectObject(scope, { kind: 'Secret', namespace, name, ...(keys.length > 0 ? { keys } : {}), purpose });
    return;
  }
  const remote = `kea/${stack.name}/${need.name}`;
  new CustomObject(scope, `ExternalSecret-${need.namespace}-${need.name}`, {
    apiVersion: CustomApi.externalSecret,
    kind: 'ExternalSecret',
    metadata: { name: need.name, namespace: need.namespace, labels: platformLabels('secrets', need.name) },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: stack.secretStore },
      target: { name: need.name, creationPolicy: 'Owner', ...(need.type ? { template: { type: need.type } } : {}) },
      ...(need.keys.length > 0
        ? { data: need.keys.map((key) => ({ secretKey: key, remoteRef: { key: remote, property: key } })) }
        : { dataFrom: [{ extract: { key: remote } }] }),
    },
  });
}
