import { Construct } from 'constructs';
import { issuersOf } from '../schema/access/issuers';
import type { ResolvedStack } from '../schema/resolved';
import { registerPlanCheck } from './plan/register';
import { needSecret } from './shared/secrets';

export interface PlatformSecretsProps {
  readonly stack: ResolvedStack;
}

/** Secrets that many pods share: the registry's credentials in both namespaces, the artifact store's where models run. */
export class PlatformSecrets extends Construct {
  constructor(scope: Construct, id: string, props: PlatformSecretsProps) {
    super(scope, id);
    registerPlanCheck(this);
    const { stack } = props;
    const { pullSecret } = stack.images;
    if (pullSecret) {
      for (const namespace of new Set([stack.namespaces.platform, stack.namespaces.models])) {
        needSecret(this, stack, {
          namespace,
          name: pullSecret,
          keys: ['.dockerconfigjson'],
          purpose: 'access to the image registry',
          type: 'kubernetes.io/dockerconfigjson',
        });
      }
    }
    for (const { ca, issuer } of issuersOf(stack.identity)) {
      if (ca === undefined) continue;
      needSecret(this, stack, {
        namespace: stack.namespaces.platform,
        name: ca,
        keys: ['ca.crt'],
        purpose: `authority of the certificate of ${issuer}`,
      });
    }
    if (stack.artifacts.secret) {
      needSecret(this, stack, {
        namespace: stack.namespaces.models,
        name: stack.artifacts.secret,
        keys: ['access-key-id', 'secret-access-key'],
        purpose: "read access to the models' artifact store",
      });
    }
  }
}
