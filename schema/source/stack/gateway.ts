import { cpu, duration, formed, object, part, whole, type Defs } from '../build';
import { stackDefaults as is } from '../defaults';
import { empty, name, secret } from './texts';

/** The gateway's pods, and how they are reached from outside. */
export const gatewayDefs: Defs = {
  Gateway: object('Gateway', "The gateway's pods.", {
    replicas: part('Replicas', 'How many there are.', { example: { min: 2, max: 10 } }),
    cpu: cpu('Processor time that one pod reserves, half for Envoy, half for the processor; there is no upper limit.', {
      default: is.gatewayCpu,
      example: '500m',
    }),
    drain: duration('How long a leaving pod finishes what it began.', { default: is.drain, example: '30s' }),
  }),
  Replicas: object('Replicas', 'Bounds of the autoscaler.', {
    min: whole('Fewest pods.', 1, 200, { unit: 'pods', default: is.gatewayMin, example: 2 }),
    max: whole('Most pods.', 1, 200, { unit: 'pods', default: is.gatewayMax, example: 10 }),
  }),
  Exposure: object('Exposure', 'How the gateway is reached from outside; exactly one key.', {
    httpRoute: part('HttpRoute', 'By a Gateway API gateway that exists.', { example: { gateway: 'infra/public' } }),
    loadBalancer: part('LoadBalancer', 'By a load balancer of the cloud.', { example: { tlsSecret: 'kea-tls' } }),
    ingress: part('Ingress', 'By an ingress controller that exists.', { example: { className: 'nginx', tlsSecret: 'kea-tls' } }),
    none: part('NoExposure', 'Not at all: something of yours stands in front.', { example: {} }),
  }),
  HttpRoute: object(
    'HttpRoute',
    'A Gateway API gateway that exists.',
    {
      gateway: formed(
        'The Gateway, as namespace/name.',
        'namespace/name',
        '^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        { most: 317, example: 'infra/public' },
      ),
    },
    ['gateway'],
  ),
  LoadBalancer: object(
    'LoadBalancer',
    'A load balancer of the cloud.',
    { tlsSecret: secret('Secret with certificate and key.', { example: 'kea-tls' }) },
    ['tlsSecret'],
  ),
  Ingress: object(
    'Ingress',
    'An ingress controller that exists.',
    {
      className: name('Class of the controller.', { example: 'nginx' }),
      tlsSecret: secret('Secret with certificate and key.', { example: 'kea-tls' }),
    },
    ['className', 'tlsSecret'],
  ),
  NoExposure: empty('NoExposure', 'The gateway is not reachable from outside the cluster.'),
};
