import { type Construct } from 'constructs';
import type { ResolvedStack } from '../../schema/resolved';
import { platformLabels } from './labels';
import { expectObject } from './notes';
import { CustomApi, CustomObject } from './objects';

/** A Secret that pods mount as files. KEA never holds its values. */
export interface SecretNeed {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** For people: what it is for. */
  readonly purpose: string;
}

/** Has the Secret made by whom the stack says: the External Secrets operator, `pulumi up`, or somebody else before the plan is applied. */
export function needSecret(scope: Construct, stack: ResolvedStack, need: SecretNeed): void {
  if (stack.secrets !== 'externalSecret' || !stack.secretStore) {
    expectObject(scope, { kind: 'Secret', ...need });
    return;
  }
  new CustomObject(scope, `external-secret-${need.name}`, {
    apiVersion: CustomApi.externalSecret,
    kind: 'ExternalSecret',
    metadata: { name: need.name, namespace: need.namespace, labels: platformLabels('secrets', need.name) },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: stack.secretStore },
      target: { name: need.name, creationPolicy: 'Owner' },
      data: need.keys.map((key) => ({ secretKey: key, remoteRef: { key: `kea/${stack.name}/${need.name}`, property: key } })),
    },
  });
}
