import {
  bytes,
  choice,
  cpu,
  dnsLabel,
  duration,
  fieldName,
  flag,
  formed,
  list,
  map,
  object,
  objectName,
  part,
  roleName,
  text,
  whole,
  type Facts,
  type Schema,
} from './build';
import { stackDefaults as is } from './defaults';
import * as parts from './parts';

const name = (description: string, given: Facts): Schema =>
  formed(description, objectName.form, objectName.pattern, { most: 253, ...given });
const secret = (description: string, given: Facts = {}): Schema => name(description, { example: 'kea-store', ...given });
/** 1 to 65535. */
const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** IPv6 only roughly: at most eight groups, at most one gap that `::` stands for. */
const CIDR = `^((${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?[0-9])|(?!.*::.*::)([0-9a-f]{1,4}:){1,7}(:|[0-9a-f]{1,4}|(:[0-9a-f]{1,4}){1,6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])|::/0)$`;
const url = (description: string, given: Facts): Schema =>
  formed(
    description,
    'an address such as https://login.example.com/x',
    `^https?://(\\[[0-9A-Fa-f:.]+\\]|[^\\s/:@[\\]]+)(:${PORT})?(/[^\\s]*)?$`,
    {
      most: 500,
      ...given,
    },
  );
const address = (description: string, given: Facts): Schema =>
  formed(description, 'host:port, with a port of 1 to 65535', `^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?:${PORT}$`, { most: 260, ...given });
const empty = (title: string, description: string): Schema => object(title, description, {});

const claims: Schema = object('Claims', 'Which claims of a token say what. A dot steps into an object.', {
  roles: text('Claim that holds the roles.', { most: 200, default: is.rolesClaim, example: 'groups' }),
  subject: text('Claim that names the caller.', { most: 200, default: is.subjectClaim, example: 'oid' }),
  client: text('Claim that names the application.', { most: 200, default: is.clientClaim, example: 'appid' }),
  tenant: text("Claim that names the caller's organisation; audit records keep it.", { most: 200, otherwise: 'none', example: 'tid' }),
});

const audience = text('Audience that a token must be made out to.', { most: 200, default: is.audience, example: 'kea' });

const defs: { readonly [title: string]: Schema } = {
  Claims: claims,
  Cluster: object(
    'Cluster',
    'The cluster that the stack belongs to.',
    {
      kubeSystemUid: formed(
        'Uid of the namespace `kube-system`; any other cluster is refused.',
        'the uid of a namespace',
        '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        {
          most: 36,
          example: '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14',
        },
      ),
    },
    ['kubeSystemUid'],
  ),
  Namespaces: object('Namespaces', 'Where objects are put.', {
    platform: formed("Namespace of the gateway and the platform's own pods.", dnsLabel.form, dnsLabel.pattern, {
      most: 63,
      default: is.platformNamespace,
      example: 'kea-system',
    }),
    models: formed("Namespace of the models' pods.", dnsLabel.form, dnsLabel.pattern, {
      most: 63,
      default: is.modelsNamespace,
      example: 'kea-models',
    }),
  }),
  Models: object('Models', 'Which models the stack serves.', {
    from: list(
      'Folders that are searched, relative to the project.',
      formed('A folder.', 'a relative path without ..', '^[^/\\u0000-\\u001f\\\\][^\\u0000-\\u001f\\\\]*$', {
        most: 200,
        example: 'models',
      }),
      {
        least: 1,
        most: 20,
        unique: true,
        otherwise: '`[models]`',
        example: ['models'],
      },
    ),
    select: part('Select', 'Takes only some of them, which makes the stack a shard.', {
      otherwise: 'all',
      example: { owner: ['risk-team'] },
    }),
    shards: map(
      'Shards',
      'Models whose pods stand in Pulumi stacks of their own, each named `<stack>.<shard>`; routes to them stay in the stack itself.',
      dnsLabel,
      part('Select', 'Models of one shard.'),
      50,
    ),
  }),
  Select: object('Select', 'A model is taken when it fits every key that is given.', {
    owner: list('Its owner is one of these.', text('Name of a group.', { most: 63, example: 'risk-team' }), {
      least: 1,
      unique: true,
      otherwise: 'any',
      example: ['risk-team'],
    }),
    tags: list('It has one of these tags.', text('A tag.', { most: 40, example: 'risk' }), {
      least: 1,
      unique: true,
      otherwise: 'any',
      example: ['risk'],
    }),
    name: list('Its name is one of these.', text('Name of a model.', { most: 63, example: 'credit-score' }), {
      least: 1,
      most: 2000,
      unique: true,
      otherwise: 'any',
      example: ['credit-score'],
    }),
  }),
  Images: object('Images', 'How container images are named and pinned.', {
    lock: formed(
      'File of digests, relative to the project, one for all stacks.',
      'a relative path to a YAML file',
      '^[^/\\u0000-\\u001f\\\\][^\\u0000-\\u001f\\\\]*\\.ya?ml$',
      { most: 200, default: is.imagesLock, example: 'images.lock.yaml' },
    ),
    unpinned: choice('What happens to an image without a digest.', ['refuse', 'warn'], { default: is.unpinned, example: 'refuse' }),
    registry: formed(
      'Replaces the registry of every image, for private mirrors.',
      'a registry host with an optional path',
      '^[a-z0-9][-a-z0-9.]*(:[0-9]{1,5})?(/[-a-z0-9._/]+)?$',
      {
        most: 200,
        otherwise: 'images keep their registry',
        example: 'registry.example.com/mirror',
      },
    ),
    pullSecret: secret('Secret with which nodes pull images.', { otherwise: 'none', example: 'registry-login' }),
  }),
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
  Identity: object('Identity', 'Who vouches for callers; exactly one of `oidc`, `keycloak` and `embedded`.', {
    oidc: part('Oidc', 'An OpenID provider that exists.', {
      example: { issuer: 'https://login.example.com/x', audience: 'kea', claims: { roles: 'groups' } },
    }),
    keycloak: part('Keycloak', 'A Keycloak that the platform runs.', {
      example: { database: { address: 'postgres.infra:5432', secret: 'keycloak-db' } },
    }),
    embedded: part('Embedded', "KEA's own issuer with sample people; local runs only, `kea synth` refuses it.", { example: {} }),
    also: list('Providers whose tokens are taken besides.', part('Oidc', 'An OpenID provider that exists.'), {
      least: 1,
      most: 5,
      otherwise: 'none',
      example: [{ issuer: 'https://login.partner.example.com' }],
    }),
  }),
  Oidc: object(
    'Oidc',
    'An OpenID provider that exists.',
    {
      issuer: url('Issuer, exactly as tokens name it.', { late: true, example: 'https://login.example.com/x' }),
      audience,
      jwksUri: url('Where its keys are.', {
        late: true,
        otherwise: '`<issuer>/.well-known/jwks.json`',
        example: 'https://login.example.com/x/keys',
      }),
      jwks: text('Its keys as JSON text, for providers that the gateway cannot reach.', {
        most: 65_536,
        late: true,
        otherwise: 'fetched from `jwksUri`',
        example: '{"keys":[]}',
      }),
      claims: part('Claims', 'Which claims say what.', { example: { roles: 'groups' } }),
      audiences: list('Further audiences that are taken.', text('An audience.', { most: 200, example: 'api://kea' }), {
        least: 1,
        most: 10,
        unique: true,
        otherwise: 'none',
        example: ['api://kea'],
      }),
      roles: map(
        'RolesOfValues',
        'Value of the roles claim → roles that it stands for, for providers that give ids of groups. A value that is the name of a role counts as that role too.',
        { pattern: '^.+$', form: 'a value of the claim' },
        list('Roles.', formed('A role.', roleName.form, roleName.pattern, { most: 200, example: 'credit-analyst' }), {
          least: 1,
          most: 100,
          unique: true,
        }),
        2000,
      ),
      ca: secret("Secret whose `ca.crt` signed the provider's certificate.", {
        otherwise: "the image's own authorities",
        example: 'company-ca',
      }),
      proxy: address('Proxy through which the keys are fetched, by HTTP CONNECT.', { otherwise: 'none', example: 'proxy.infra:3128' }),
    },
    ['issuer'],
  ),
  Keycloak: object('Keycloak', 'A Keycloak that the platform runs, with PostgreSQL from outside.', {
    hostname: formed('Host name at which people log in.', 'a host name', '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', {
      most: 253,
      late: true,
      otherwise: '`login.<hostname>`',
      example: 'login.example.com',
    }),
    adminHostname: formed(
      'Host name at which people administer it; nothing of the plan leads there from outside of the cluster.',
      'a host name',
      '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      { most: 253, late: true, otherwise: '`admin.<hostname of the login>`', example: 'admin.login.example.com' },
    ),
    realm: formed('Name of the realm.', dnsLabel.form, dnsLabel.pattern, { most: 63, default: is.realm, example: 'kea' }),
    audience,
    database: part('Database', 'The PostgreSQL behind it.', {
      otherwise: '`devDatabase` is there',
      example: { address: 'postgres.infra:5432', secret: 'keycloak-db' },
    }),
    devDatabase: part('DevDatabase', 'A PostgreSQL of one pod that the plan brings along, for development.', {
      otherwise: '`database` is there',
      example: {},
    }),
    machines: map('Machines', 'Applications that call models as themselves, by client id.', dnsLabel, part('Machine', 'One application.')),
    brokers: map(
      'Brokers',
      'Providers of a company with which its people log in here, by name.',
      dnsLabel,
      part('Broker', 'One provider.'),
      20,
    ),
  }),
  DevDatabase: empty('DevDatabase', 'A PostgreSQL of one pod that the plan brings along, for development.'),
  Machine: object(
    'Machine',
    'An application that calls models as itself (client credentials). Without keys it proves itself with a secret, which Keycloak makes and an administrator reads there.',
    {
      roles: list('Roles that it has, and that its tokens hold.', formed('One role.', roleName.form, roleName.pattern, { most: 200 }), {
        least: 1,
        most: 200,
        unique: true,
        example: ['credit-score:score'],
      }),
      jwksUri: url('Where its public keys are; it proves itself with assertions signed by them.', {
        otherwise: '`jwks`, or a secret',
        example: 'https://batch.example.com/jwks',
      }),
      jwks: text('Its public keys as JSON text.', { most: 16_384, otherwise: '`jwksUri`, or a secret', example: '{"keys":[]}' }),
      algorithm: choice('How it signs its assertions.', ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'], {
        default: is.machineAlgorithm,
        example: 'PS256',
      }),
    },
    ['roles'],
  ),
  Broker: object('Broker', 'A provider of a company with which its people log in here. Exactly one of `oidc` and `saml`.', {
    title: text('What the button says.', { most: 100, otherwise: 'its name', example: 'Company' }),
    oidc: part('BrokerOidc', 'It speaks OpenID Connect.', {
      otherwise: '`saml` is there',
      example: {
        issuer: 'https://login.example.com/x',
        authorizationUrl: 'https://login.example.com/x/authorize',
        tokenUrl: 'https://login.example.com/x/token',
        jwksUrl: 'https://login.example.com/x/keys',
        clientId: 'kea',
      },
    }),
    saml: part('BrokerSaml', 'It speaks SAML 2.0.', {
      otherwise: '`oidc` is there',
      example: { entityId: 'https://saml.example.com', ssoUrl: 'https://saml.example.com/sso', certificate: 'MIICabc' },
    }),
    claim: text('Claim, or SAML attribute, that says what groups somebody is in.', {
      most: 200,
      default: is.brokerClaim,
      example: 'memberOf',
    }),
    groups: map(
      'BrokerGroups',
      'Value of the claim → group of the realm.',
      fieldName,
      formed('A group.', roleName.form, roleName.pattern, { most: 200, example: 'risk-team' }),
    ),
    roles: map(
      'BrokerRoles',
      'Value of the claim → role.',
      fieldName,
      formed('A role.', roleName.form, roleName.pattern, { most: 200, example: 'credit-analyst' }),
    ),
  }),
  BrokerOidc: object(
    'BrokerOidc',
    'A provider that speaks OpenID Connect.',
    {
      issuer: url('Issuer, exactly as its tokens name it.', { example: 'https://login.example.com/x' }),
      authorizationUrl: url('Where people log in.', { example: 'https://login.example.com/x/authorize' }),
      tokenUrl: url('Where codes are exchanged.', { example: 'https://login.example.com/x/token' }),
      jwksUrl: url('Where its keys are.', { example: 'https://login.example.com/x/keys' }),
      logoutUrl: url('Where people log out.', { otherwise: 'people stay logged in there', example: 'https://login.example.com/x/logout' }),
      clientId: text('Client that it knows us by.', { most: 200, example: 'kea' }),
      secret: secret('Secret with the key `client-secret`.', {
        otherwise: "Keycloak signs with the realm's own key (`private_key_jwt`)",
        example: 'kea-company-login',
      }),
    },
    ['issuer', 'authorizationUrl', 'tokenUrl', 'jwksUrl', 'clientId'],
  ),
  BrokerSaml: object(
    'BrokerSaml',
    'A provider that speaks SAML 2.0.',
    {
      entityId: text('Its entity id.', { most: 500, example: 'https://login.example.com/saml' }),
      ssoUrl: url('Where people log in.', { example: 'https://login.example.com/saml/sso' }),
      logoutUrl: url('Where people log out.', { otherwise: 'people stay logged in there', example: 'https://login.example.com/saml/slo' }),
      certificate: text('Certificate with which it signs, PEM or base64.', { most: 16_384, example: 'MIIC…' }),
    },
    ['entityId', 'ssoUrl', 'certificate'],
  ),
  Database: object(
    'Database',
    'A PostgreSQL that exists.',
    {
      address: address('Host and port.', { late: true, example: 'postgres.infra:5432' }),
      name: formed('Name of the database.', 'a name of a database', '^[a-z_][a-z0-9_]*$', {
        most: 63,
        default: 'keycloak',
        example: 'keycloak',
      }),
      secret: secret('Secret with keys `username` and `password`.', { example: 'keycloak-db' }),
    },
    ['address', 'secret'],
  ),
  Embedded: empty('Embedded', "KEA's own issuer with sample people; local runs only."),
  StackCache: object('StackCache', 'Where answers are kept; exactly one of `redis` and `none`.', {
    redis: part('Redis', 'A Redis shared by all gateway pods.', { example: { managed: { memory: '256Mi' } } }),
    none: part('NoCache', 'Nowhere.', { example: {} }),
    purged: map(
      'Purged',
      'Answers of what is named here are forgotten whenever its number changes: `*` for all, a model, `<model>/<contract>`, or `<model>/<contract>/<version>`. `kea cache purge` counts it up.',
      {
        pattern: '^(\\*|[a-z][a-z0-9-]*(/v[0-9]+(/[0-9]+\\.[0-9]+\\.[0-9]+)?)?)$',
        form: '*, a model, model/v1, or model/v1/1.4.0',
      },
      whole('How often it was purged.', 1, 1_000_000_000, { unit: 'times', example: 1 }),
      5000,
    ),
  }),
  NoCache: empty('NoCache', 'Answers are not kept.'),
  Redis: object('Redis', 'A Redis; exactly one key.', {
    external: part('ExternalRedis', 'One that exists.', { example: { address: 'redis.infra:6379', tls: true, secret: 'kea-redis' } }),
    managed: part('ManagedRedis', 'One that the platform runs, as a cache that may lose everything.', { example: { memory: '256Mi' } }),
  }),
  ExternalRedis: object(
    'ExternalRedis',
    'A Redis that exists.',
    {
      address: address('Host and port: of the server, of one node of a cluster, or of one sentinel.', {
        late: true,
        example: 'redis.infra:6379',
      }),
      mode: choice(
        'One server (or a proxy that looks like one), a master watched by sentinels, or a Redis Cluster.',
        ['single', 'sentinel', 'cluster'],
        {
          default: is.cacheMode,
          example: 'sentinel',
        },
      ),
      more: list(
        'Further nodes or sentinels, asked when the first does not answer; not with `mode: single`.',
        address('Host and port.', { example: 'sentinel-2.infra:26379' }),
        {
          most: 20,
          unique: true,
          otherwise: 'none',
          example: ['sentinel-2.infra:26379'],
        },
      ),
      master: text('Only `mode: sentinel`: the name by which sentinels know the master.', {
        most: 100,
        otherwise: '`mymaster`',
        example: 'mymaster',
      }),
      ca: secret("Secret with key `ca.crt`: who signed Redis's certificate; needs `tls`.", {
        otherwise: 'the public authorities',
        example: 'redis-ca',
      }),
      tls: flag('Speaks TLS.', { default: is.cacheTls, example: true }),
      secret: secret('Secret with keys `username` and `password`.', { otherwise: 'no password', example: 'kea-redis' }),
    },
    ['address'],
  ),
  ManagedRedis: object('ManagedRedis', 'A Redis that the platform runs.', {
    memory: bytes('Memory for answers; the least used ones leave.', { default: is.cacheMemory, example: '256Mi' }),
  }),
  Artifacts: object('Artifacts', "Where models' bytes come from.", {
    store: formed(
      'Where artifacts of the models folder lie, each at `<store>/sha256/<digest>`.',
      'an address with s3:// or https://',
      '^(s3|https)://[^\\s]+$',
      { otherwise: 'none; files up to 700 KiB travel in the plan', example: 's3://ml-artifacts' },
    ),
    allow: list(
      'Addresses that artifacts may have start with one of these.',
      formed(
        'Start of an address.',
        'an address with s3://, https://, oci:// or pvc:// and a name, or with file:///',
        '^((s3|https|oci|pvc)://[^\\s/]+(/[^\\s]*)?|file:///[^\\s]*)$',
        {
          example: 's3://ml-artifacts/',
        },
      ),
      {
        unique: true,
        otherwise: 'the store only',
        example: ['s3://ml-artifacts/'],
      },
    ),
    secret: secret('Secret with which the store is read.', { otherwise: "the pod's own identity", example: 'kea-store' }),
    requireDigest: flag('Artifacts need a digest.', { default: is.requireDigest, example: true }),
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
  Metrics: object('Metrics', 'How measurements are collected.', {
    monitors: flag('Writes ServiceMonitor and PodMonitor objects for the Prometheus operator.', { default: is.monitors, example: true }),
    custom: part('CustomMetrics', 'What supplies metrics other than cpu to autoscalers.', {
      otherwise: 'nothing; models scale by cpu only',
      example: { concurrency: 'prometheus-adapter' },
    }),
    prometheus: url('Where KEDA reaches Prometheus; needed with a source `keda`.', {
      otherwise: 'none',
      example: 'http://prometheus-operated.monitoring:9090',
    }),
  }),
  CustomMetrics: object(
    'CustomMetrics',
    'The source of each metric that autoscalers may use besides cpu. `prometheus-adapter`: a HorizontalPodAutoscaler reads it through the adapter, whose rules the plan writes. `keda`: a ScaledObject asks Prometheus; and wherever `keda` is named, models may have a `schedule`.',
    Object.fromEntries(
      ['concurrency', 'rps', 'gpu', 'queue'].map((metric) => [
        metric,
        choice(`Source of \`${metric}\`.`, ['prometheus-adapter', 'keda'], {
          otherwise: 'no source, so models cannot scale by it',
          example: 'prometheus-adapter',
        }),
      ]),
    ),
  ),
  StackAudit: object('StackAudit', 'Where records of calls go, and how long they stay.', {
    sinks: list("Receivers besides the platform's own.", part('AuditSink', 'One receiver.'), {
      most: 10,
      otherwise: 'none',
      example: [{ otlp: 'https://siem.example.com' }],
    }),
    retention: duration('How long records are kept.', { default: is.auditRetention, example: '400d' }),
    replicas: whole('Writers.', 1, 9, { unit: 'pods', default: is.auditReplicas, example: 2 }),
    volume: bytes('Disk of one writer.', { default: is.auditVolume, example: '10Gi' }),
  }),
  AuditSink: object(
    'AuditSink',
    'A receiver of audit records.',
    { otlp: url("Address that speaks OpenTelemetry's protocol over HTTP.", { late: true, example: 'https://siem.example.com' }) },
    ['otlp'],
  ),
  Policies: object('Policies', 'How strictly rules are held.', {
    level: choice('`audit`: noted; `warn`: printed; `deny`: refused.', ['audit', 'warn', 'deny'], {
      default: is.policyLevel,
      example: 'deny',
    }),
    admission: part('Admission', 'The API server holds the rules too, over the namespaces of the stack.', {
      otherwise: 'the rules are held before anything is applied, and nothing in the cluster',
      example: { deployers: ['system:serviceaccount:flux-system:kustomize-controller'] },
    }),
  }),
  Admission: object(
    'Admission',
    'Rules as admission policies of the plan, as strict as `level` says, and a guard of the facts that they read.',
    {
      deployers: list(
        'Who applies the plan, and so alone may set what stands below `kea.dev/`: users as the API server knows them, or `group:NAME`.',
        formed('One deployer.', 'the name of a user, or group: and the name of a group', '^[^\\s"\\\\]+$', {
          most: 500,
          example: 'system:serviceaccount:flux-system:kustomize-controller',
        }),
        { least: 1, most: 50, unique: true, example: ['system:serviceaccount:flux-system:kustomize-controller'] },
      ),
    },
    ['deployers'],
  ),
  Egress: object(
    'Egress',
    'What pods of the plan may reach besides one another and the name service. It holds for everything: the API server, providers of identity, Redis, the database, the artifact store, receivers of audit records, proxies.',
    { allow: list('Ranges of addresses.', part('EgressRange', 'One range.'), { least: 1, most: 50, example: [{ cidr: '10.0.0.0/8' }] }) },
    ['allow'],
  ),
  EgressRange: object(
    'EgressRange',
    'A range of addresses that may be reached.',
    {
      cidr: formed('The range; addresses of pods, for what runs in the cluster.', 'a range such as 10.0.0.0/8 or fd00::/8', CIDR, {
        most: 50,
        example: '10.0.0.0/8',
      }),
      ports: list('Which ports.', whole('A port.', 1, 65_535, { example: 443 }), {
        least: 1,
        most: 50,
        unique: true,
        otherwise: 'those that the plan needs',
        example: [443, 6379],
      }),
    },
    ['cidr'],
  ),
  Quota: object(
    'Quota',
    'Most that all models together may take.',
    {
      cpu: cpu('Processor time.', { example: '64' }),
      memory: bytes('Memory.', { example: '256Gi' }),
      pods: whole('Pods.', 1, 100_000, { unit: 'pods', example: 500 }),
    },
    ['cpu', 'memory', 'pods'],
  ),
  StackDefaults: object('StackDefaults', 'What models get where they are silent.', {
    owner: formed('Owner of models that name none.', roleName.form, roleName.pattern, { most: 63, default: is.owner, example: 'platform' }),
    scaling: part('Scaling', 'Keys of `scaling`.', { example: { min: 2 } }),
    resources: part('Resources', 'Keys of `resources`.', { example: { memory: '512Mi' } }),
    rateLimit: part('RateLimit', 'Limit of methods that name none.', {
      otherwise: 'no limit',
      example: { requests: 600, per: 'minute', by: 'client' },
    }),
  }),
  RateLimit: parts.rateLimit,
  Resources: parts.resources,
  Gpu: parts.gpu,
  Scaling: parts.scaling,
  ScalingTarget: parts.scalingTarget,
  ScalingBehaviour: parts.scalingBehaviour,
  ScalingSchedule: parts.scalingSchedule,
};

/** Keys of `stacks/<name>.yaml`. */
export const stackKeys: { readonly [key: string]: Schema } = {
  kea: { description: 'Format of the file. Left out, it is v1 for ever.', type: 'string', const: 'v1', default: 'v1', examples: ['v1'] },
  after: formed(
    'Stack through which changes come before this one; nothing here may be weaker than there.',
    dnsLabel.form,
    dnsLabel.pattern,
    { most: 52, otherwise: 'none', example: 'staging' },
  ),
  cluster: part('Cluster', 'The cluster that the stack belongs to.', {
    otherwise: 'any',
    example: { kubeSystemUid: '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14' },
  }),
  hostname: formed('Public host name of the gateway.', 'a host name', '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', {
    most: 253,
    late: true,
    default: is.hostname,
    example: 'models.example.com',
  }),
  namespaces: part('Namespaces', 'Where objects are put.', { example: { platform: 'kea-system', models: 'kea-models' } }),
  models: part('Models', 'Which models the stack serves.', { example: { from: ['models'], select: { owner: ['risk-team'] } } }),
  images: part('Images', 'How container images are named and pinned.', { example: { lock: 'images.lock.yaml', unpinned: 'refuse' } }),
  gateway: part('Gateway', "The gateway's pods.", { example: { replicas: { min: 2, max: 10 }, drain: '30s' } }),
  identity: part('Identity', 'Who vouches for callers.', {
    otherwise: '`{embedded: {}}`, which `kea synth` refuses',
    example: { oidc: { issuer: 'https://login.example.com/x' } },
  }),
  cache: part('StackCache', 'Where answers are kept.', { otherwise: '`{none: {}}`', example: { redis: { managed: { memory: '256Mi' } } } }),
  artifacts: part('Artifacts', "Where models' bytes come from.", {
    example: { store: 's3://ml-artifacts', allow: ['s3://ml-artifacts/'], secret: 'kea-store' },
  }),
  exposure: part('Exposure', 'How the gateway is reached from outside.', {
    otherwise: '`{none: {}}`',
    example: { httpRoute: { gateway: 'infra/public' } },
  }),
  secrets: choice(
    'Who makes the Secret objects: somebody else, the External Secrets operator, or `pulumi up`.',
    ['existing', 'externalSecret', 'pulumi'],
    { default: is.secrets, example: 'externalSecret' },
  ),
  secretStore: name('ClusterSecretStore that ExternalSecret objects point at; needed with `secrets: externalSecret`.', {
    otherwise: 'needed with `secrets: externalSecret`',
    example: 'vault',
  }),
  metrics: part('Metrics', 'How measurements are collected.', {
    example: { monitors: true, custom: { concurrency: 'prometheus-adapter' } },
  }),
  audit: part('StackAudit', 'Where records of calls go, and how long they stay.', {
    example: { sinks: [{ otlp: 'https://siem.example.com' }], retention: '400d' },
  }),
  policies: part('Policies', 'How strictly rules are held.', { example: { level: 'deny' } }),
  derivedSchemas: choice("Whether methods may live with schemas read from the model's graph.", ['allow', 'refuse'], {
    default: is.derivedSchemas,
    example: 'refuse',
  }),
  egress: part('Egress', 'What pods of the plan may reach outside of it.', {
    otherwise: 'any address, by the ports that each needs',
    example: { allow: [{ cidr: '10.0.0.0/8' }] },
  }),
  quota: part('Quota', 'Most that all models together may take.', {
    otherwise: 'no quota',
    example: { cpu: '64', memory: '256Gi', pods: 500 },
  }),
  priorityClass: name("PriorityClass of the platform's own pods; it must exist.", {
    otherwise: "the cluster's default",
    example: 'system-cluster-critical',
  }),
  zones: flag('Spreads pods over zones, not only over nodes.', { default: is.zones, example: true }),
  defaults: part('StackDefaults', 'What models get where they are silent.', { example: { owner: 'platform', scaling: { min: 2 } } }),
};

/** `schema/platform.schema.json`: `stacks/<name>.yaml`. */
export const platformSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object('StackDocument', 'A `stacks/<name>.yaml`: one installation of the platform.', stackKeys),
  $defs: defs,
};
