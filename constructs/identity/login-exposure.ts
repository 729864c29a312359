import { Construct } from 'constructs';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { platformLabels } from '../shared/labels';
import { CustomApi, CustomObject } from '../shared/objects';
import { KeycloakPort, type KeycloakSettings } from './render/keycloak-options';

export interface LoginExposureProps {
  readonly stack: ResolvedStack;
  readonly settings: KeycloakSettings;
  /** Service of Keycloak. */
  readonly service: string;
}

/**
 * Login from outside: only the pages of this realm and their pictures. The realm `master`, the console and the admin API have no route;
 * administrators reach them at the admin host name, by whatever leads there from their own network.
 */
export class LoginExposure extends Construct {
  constructor(scope: Construct, id: string, { stack, settings, service }: LoginExposureProps) {
    super(scope, id);
    const metadata = { name: service, namespace: stack.namespaces.platform, labels: platformLabels('identity', service) };
    const paths = [`/realms/${settings.realm}/`, '/resources/'];
    switch (stack.exposure.kind) {
      case 'httpRoute': {
        const [namespace = '', name = ''] = stack.exposure.gateway.split('/');
        new CustomObject(this, 'HttpRoute', {
          apiVersion: CustomApi.httpRoute,
          kind: 'HTTPRoute',
          metadata,
          spec: {
            parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace, name }],
            hostnames: [settings.hostname],
            rules: [
              {
                matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
                backendRefs: [{ group: '', kind: 'Service', name: service, port: KeycloakPort.http, weight: 1 }],
              },
            ],
          },
        });
        return;
      }
      case 'ingress': {
        const { className, tlsSecret } = stack.exposure;
        const backend = { service: { name: service, port: { name: 'http' } } };
        plainObject(k8s.KubeIngress, this, 'Ingress', {
          metadata,
          spec: {
            ingressClassName: className,
            // The certificate of the gateway's Secret must hold this name as well.
            tls: [{ hosts: [settings.hostname], secretName: tlsSecret }],
            rules: [{ host: settings.hostname, http: { paths: paths.map((path) => ({ path, pathType: 'Prefix', backend })) } }],
          },
        });
        return;
      }
      case 'loadBalancer':
      case 'none':
        return;
    }
  }
}
