import { Construct } from 'constructs';
import { Port } from '../../core/contract/ports';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s, plainObject } from '../k8s';
import { GATEWAY_COMPONENT, platformLabels, platformSelector } from '../shared/labels';
import { expectObject } from '../shared/notes';
import { needSecret } from '../shared/secrets';
import { CustomApi, CustomObject } from '../shared/objects';

export interface ExposureProps {
  readonly stack: ResolvedStack;
  /** Service of the gateway, in the platform's namespace. */
  readonly service: string;
}

/** How the gateway is reached from outside the cluster: by something that exists (Gateway, ingress controller), by a load balancer, or not at all. */
export class GatewayExposure extends Construct {
  constructor(scope: Construct, id: string, props: ExposureProps) {
    super(scope, id);
    const { stack, service } = props;
    const metadata = { name: service, namespace: stack.namespaces.platform, labels: platformLabels('exposure', service) };
    switch (stack.exposure.kind) {
      case 'none':
        return;
      case 'httpRoute':
        this.httpRoute(stack, stack.exposure.gateway, metadata);
        return;
      case 'ingress':
        this.ingress(stack, stack.exposure, metadata);
        return;
      case 'loadBalancer':
        needSecret(this, stack, {
          namespace: metadata.namespace,
          name: stack.exposure.tlsSecret,
          keys: ['tls.crt', 'tls.key'],
          purpose: `certificate of ${stack.hostname}`,
          type: 'kubernetes.io/tls',
        });
        plainObject(k8s.KubeService, this, 'LoadBalancer', {
          metadata: { ...metadata, name: `${service}-public` },
          spec: {
            type: 'LoadBalancer',
            // Client addresses stay what they are, and nodes without a gateway get no traffic.
            externalTrafficPolicy: 'Local',
            selector: platformSelector(GATEWAY_COMPONENT, service),
            ports: [{ name: 'https', port: 443, targetPort: k8s.IntOrString.fromString('http') }],
          },
        });
    }
  }

  private httpRoute(stack: ResolvedStack, gateway: string, metadata: { name: string; namespace: string }): void {
    const [namespace = '', name = ''] = gateway.split('/');
    expectObject(this, { kind: 'Gateway', namespace, name, purpose: `takes traffic for ${stack.hostname}` });
    new CustomObject(this, 'HttpRoute', {
      apiVersion: CustomApi.httpRoute,
      kind: 'HTTPRoute',
      metadata,
      spec: {
        parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace, name }],
        hostnames: [stack.hostname],
        // No timeouts here: the gateway behind has one for every method.
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ group: '', kind: 'Service', name: metadata.name, port: Port.edge, weight: 1 }],
          },
        ],
      },
    });
  }

  private ingress(
    stack: ResolvedStack,
    exposure: { readonly className: string; readonly tlsSecret: string },
    metadata: { name: string; namespace: string },
  ): void {
    needSecret(this, stack, {
      namespace: metadata.namespace,
      name: exposure.tlsSecret,
      keys: ['tls.crt', 'tls.key'],
      purpose: `certificate of ${stack.hostname}`,
      type: 'kubernetes.io/tls',
    });
    plainObject(k8s.KubeIngress, this, 'Ingress', {
      metadata,
      spec: {
        ingressClassName: exposure.className,
        tls: [{ hosts: [stack.hostname], secretName: exposure.tlsSecret }],
        rules: [
          {
            host: stack.hostname,
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: metadata.name, port: { name: 'http' } } } }] },
          },
        ],
      },
    });
  }
}
