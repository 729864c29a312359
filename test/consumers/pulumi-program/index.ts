// Another team's Pulumi program: its own cluster, its own Redis, and KEA's components beside them.
import * as pulumi from '@pulumi/pulumi';
import * as kea from '@kea-platform/kea/pulumi';

const cluster = new kea.ClusterProvider('ours');
const config = new pulumi.Config();
const kubeSystemUid = config.get('cluster');
const realm = config.get('realm') ?? 'ours';

/** What @pulumi/kubernetes calls k8s.core.v1.Service; this project does not need the rest of it. */
class Service extends pulumi.CustomResource {
  declare readonly spec: pulumi.Output<{ readonly clusterIP: string }>;
  constructor(name: string, ports: readonly { readonly port: number }[]) {
    const metadata = { name, namespace: 'default' };
    super(
      'kubernetes:core/v1:Service',
      name,
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: name }, ports }, status: undefined },
      { provider: cluster },
    );
  }
}

// Known only once the cluster has given it an address.
const redis = new Service('redis', [{ port: 6379 }]);

const x = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false } as const;
const y = { type: 'object', properties: { y: { type: 'number' } }, required: ['y'], additionalProperties: false } as const;
const model = (name: string): kea.ModelArgs => ({
  name,
  owner: 'growth',
  description: 'Who will leave.',
  runtime: { framework: 'container' },
  versions: { '1.0.0': { image: `registry.example.com/growth/${name}:1.0.0@sha256:${'a'.repeat(64)}` } },
  methods: { predict: { summary: 'Predict.', request: x, response: y, examples: [{ name: 'typical', request: { x: 1 } }] } },
});

const platform = new kea.Platform(
  'kea',
  {
    stackName: 'ours',
    stack: {
      hostname: 'models.example.com',
      identity: { oidc: { issuer: pulumi.output(Promise.resolve(`https://login.example.com/realms/${realm}`)) } },
      cache: { redis: { external: { address: pulumi.interpolate`${redis.spec.clusterIP}:6379`, tls: false } } },
      gateway: { replicas: { min: 1, max: 2 } },
      audit: { replicas: 1 },
      images: { unpinned: 'warn' },
      metrics: { monitors: false },
      policies: { level: 'warn' },
      ...(kubeSystemUid ? { cluster: { kubeSystemUid } } : {}),
    },
    models: [model('churn')],
    protect: false,
    wait: '60s',
  },
  { provider: cluster },
);

// A model whose pods this team runs and whose routes another stack has.
const fraud = new kea.Model(
  'fraud',
  { ...model('fraud'), stack: { images: { unpinned: 'warn' }, policies: { level: 'warn' } }, wait: '60s' },
  { provider: cluster, dependsOn: [platform] },
);

export const { url, issuer } = platform;
export const services = fraud.services;
export const address = redis.spec.clusterIP;
