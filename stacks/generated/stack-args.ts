// Generated from schema/source by `npm run generate`. Do not edit.

import type { Input } from '@pulumi/pulumi';

/** A `stacks/<name>.yaml`: one installation of the platform. */
export interface StackArgs {
  /**
   * Format of the file. Left out, it is v1 for ever.
   * @default "v1"
   */
  readonly kea?: 'v1' | undefined;
  /**
   * Stack through which changes come before this one; nothing here may be weaker than there.
   * Written as small letters, digits and hyphens, starting with a letter.
   * @default - none
   */
  readonly after?: string | undefined;
  /**
   * The cluster that the stack belongs to.
   * @default - any
   */
  readonly cluster?: Cluster | undefined;
  /**
   * Public host name of the gateway.
   * Written as a host name.
   * @default "localhost"
   */
  readonly hostname?: Input<string> | undefined;
  /** Where objects are put. */
  readonly namespaces?: Namespaces | undefined;
  /** Which models the stack serves. */
  readonly models?: Models | undefined;
  /** How container images are named and pinned. */
  readonly images?: Images | undefined;
  /** The gateway's pods. */
  readonly gateway?: Gateway | undefined;
  /**
   * Who vouches for callers.
   * @default - `{embedded: {}}`, which `kea synth` refuses
   */
  readonly identity?: Identity | undefined;
  /**
   * Where answers are kept.
   * @default - `{none: {}}`
   */
  readonly cache?: StackCache | undefined;
  /** Where models' bytes come from. */
  readonly artifacts?: Artifacts | undefined;
  /**
   * How the gateway is reached from outside.
   * @default - `{none: {}}`
   */
  readonly exposure?: Exposure | undefined;
  /**
   * Who makes the Secret objects: somebody else, the External Secrets operator, or `pulumi up`.
   * @default "existing"
   */
  readonly secrets?: ('existing' | 'externalSecret' | 'pulumi') | undefined;
  /**
   * ClusterSecretStore that ExternalSecret objects point at; needed with `secrets: externalSecret`.
   * Written as the name of a Kubernetes object.
   * @default - needed with `secrets: externalSecret`
   */
  readonly secretStore?: string | undefined;
  /** How measurements are collected. */
  readonly metrics?: Metrics | undefined;
  /** Where records of calls go, and how long they stay. */
  readonly audit?: StackAudit | undefined;
  /** How strictly rules are held. */
  readonly policies?: Policies | undefined;
  /**
   * Whether methods may live with schemas read from the model's graph.
   * @default "allow"
   */
  readonly derivedSchemas?: ('allow' | 'refuse') | undefined;
  /**
   * What pods of the plan may reach outside of it.
   * @default - any address, by the ports that each needs
   */
  readonly egress?: Egress | undefined;
  /**
   * Most that all models together may take.
   * @default - no quota
   */
  readonly quota?: Quota | undefined;
  /**
   * PriorityClass of the platform's own pods; it must exist.
   * Written as the name of a Kubernetes object.
   * @default - the cluster's default
   */
  readonly priorityClass?: string | undefined;
  /**
   * Spreads pods over zones, not only over nodes, and keeps calls in their zone as far as every instance gets the same load.
   * @default false
   */
  readonly zones?: boolean | undefined;
  /** What models get where they are silent. */
  readonly defaults?: StackDefaults | undefined;
}
/** The cluster that the stack belongs to. */
export interface Cluster {
  /**
   * Uid of the namespace `kube-system`; any other cluster is refused.
   * Written as the uid of a namespace.
   */
  readonly kubeSystemUid: string;
}
/** Where objects are put. */
export interface Namespaces {
  /**
   * Namespace of the gateway and the platform's own pods.
   * Written as small letters, digits and hyphens, starting with a letter.
   * @default "kea-system"
   */
  readonly platform?: string | undefined;
  /**
   * Namespace of the models' pods.
   * Written as small letters, digits and hyphens, starting with a letter.
   * @default "kea-models"
   */
  readonly models?: string | undefined;
}
/** Which models the stack serves. */
export interface Models {
  /**
   * Folders that are searched, relative to the project.
   * @default - `[models]`
   */
  readonly from?: readonly string[] | undefined;
  /**
   * Takes only some of them, which makes the stack a shard.
   * @default - all
   */
  readonly select?: Select | undefined;
  /** Models whose pods stand in Pulumi stacks of their own, each named `<stack>.<shard>`; routes to them stay in the stack itself. */
  readonly shards?: Shards | undefined;
}
/** A model is taken when it fits every key that is given. */
export interface Select {
  /**
   * Its owner is one of these.
   * @default - any
   */
  readonly owner?: readonly string[] | undefined;
  /**
   * It has one of these tags.
   * @default - any
   */
  readonly tags?: readonly string[] | undefined;
  /**
   * Its name is one of these.
   * @default - any
   */
  readonly name?: readonly string[] | undefined;
}
/** Models whose pods stand in Pulumi stacks of their own, each named `<stack>.<shard>`; routes to them stay in the stack itself. */
export interface Shards {
  /** Models of one shard. */
  readonly [k: string]: Select;
}
/** How container images are named and pinned. */
export interface Images {
  /**
   * File of digests, relative to the project, one for all stacks.
   * Written as a relative path to a YAML file.
   * @default "images.lock.yaml"
   */
  readonly lock?: string | undefined;
  /**
   * What happens to an image without a digest.
   * @default "refuse"
   */
  readonly unpinned?: ('refuse' | 'warn') | undefined;
  /**
   * Replaces the registry of every image, for private mirrors.
   * Written as a registry host with an optional path.
   * @default - images keep their registry
   */
  readonly registry?: string | undefined;
  /**
   * Secret with which nodes pull images.
   * Written as the name of a Kubernetes object.
   * @default - none
   */
  readonly pullSecret?: string | undefined;
}
/** The gateway's pods. */
export interface Gateway {
  /** How many there are. */
  readonly replicas?: Replicas | undefined;
  /**
   * Processor time that one pod reserves, half for Envoy, half for the processor; there is no upper limit.
   * Unit: cpu.
   * @default "1"
   */
  readonly cpu?: (string | number) | undefined;
  /**
   * How long a leaving pod finishes what it began.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "30s"
   */
  readonly drain?: string | undefined;
}
/** Bounds of the autoscaler. */
export interface Replicas {
  /**
   * Fewest pods.
   * Unit: pods.
   * @default 2
   */
  readonly min?: number | undefined;
  /**
   * Most pods.
   * Unit: pods.
   * @default 6
   */
  readonly max?: number | undefined;
}
/** Who vouches for callers; exactly one of `oidc`, `keycloak` and `embedded`. */
export interface Identity {
  /** An OpenID provider that exists. */
  readonly oidc?: Oidc | undefined;
  /** A Keycloak that the platform runs. */
  readonly keycloak?: Keycloak | undefined;
  /** KEA's own issuer with sample people; local runs only, `kea synth` refuses it. */
  readonly embedded?: Embedded | undefined;
  /**
   * Providers whose tokens are taken besides.
   * @default - none
   */
  readonly also?: readonly Oidc[] | undefined;
}
/** An OpenID provider that exists. */
export interface Oidc {
  /**
   * Issuer, exactly as tokens name it.
   * Written as an address such as https://login.example.com/x.
   */
  readonly issuer: Input<string>;
  /**
   * Audience that a token must be made out to.
   * @default "kea"
   */
  readonly audience?: string | undefined;
  /**
   * Where its keys are.
   * Written as an address such as https://login.example.com/x.
   * @default - `<issuer>/.well-known/jwks.json`
   */
  readonly jwksUri?: Input<string> | undefined;
  /**
   * Its keys as JSON text, for providers that the gateway cannot reach.
   * @default - fetched from `jwksUri`
   */
  readonly jwks?: Input<string> | undefined;
  /** Which claims say what. */
  readonly claims?: Claims | undefined;
  /**
   * Further audiences that are taken.
   * @default - none
   */
  readonly audiences?: readonly string[] | undefined;
  /** Value of the roles claim → roles that it stands for, for providers that give ids of groups. A value that is the name of a role counts as that role too. */
  readonly roles?: RolesOfValues | undefined;
  /**
   * Secret whose `ca.crt` signed the provider's certificate.
   * Written as the name of a Kubernetes object.
   * @default - the image's own authorities
   */
  readonly ca?: string | undefined;
  /**
   * Proxy through which the keys are fetched, by HTTP CONNECT.
   * Written as host:port, with a port of 1 to 65535.
   * @default - none
   */
  readonly proxy?: string | undefined;
}
/** Which claims of a token say what. A dot steps into an object. */
export interface Claims {
  /**
   * Claim that holds the roles.
   * @default "roles"
   */
  readonly roles?: string | undefined;
  /**
   * Claim that names the caller.
   * @default "sub"
   */
  readonly subject?: string | undefined;
  /**
   * Claim that names the application.
   * @default "azp"
   */
  readonly client?: string | undefined;
  /**
   * Claim that names the caller's organisation; audit records keep it.
   * @default - none
   */
  readonly tenant?: string | undefined;
}
/** Value of the roles claim → roles that it stands for, for providers that give ids of groups. A value that is the name of a role counts as that role too. */
export interface RolesOfValues {
  /** Roles. */
  readonly [k: string]: readonly string[];
}
/** A Keycloak that the platform runs, with PostgreSQL from outside. */
export interface Keycloak {
  /**
   * Host name at which people log in.
   * Written as a host name.
   * @default - `login.<hostname>`
   */
  readonly hostname?: Input<string> | undefined;
  /**
   * Host name at which people administer it; nothing of the plan leads there from outside of the cluster.
   * Written as a host name.
   * @default - `admin.<hostname of the login>`
   */
  readonly adminHostname?: Input<string> | undefined;
  /**
   * Name of the realm.
   * Written as small letters, digits and hyphens, starting with a letter.
   * @default "kea"
   */
  readonly realm?: string | undefined;
  /**
   * Audience that a token must be made out to.
   * @default "kea"
   */
  readonly audience?: string | undefined;
  /**
   * The PostgreSQL behind it.
   * @default - `devDatabase` is there
   */
  readonly database?: Database | undefined;
  /**
   * A PostgreSQL of one pod that the plan brings along, for development.
   * @default - `database` is there
   */
  readonly devDatabase?: DevDatabase | undefined;
  /** Applications that call models as themselves, by client id. */
  readonly machines?: Machines | undefined;
  /** Providers of a company with which its people log in here, by name. */
  readonly brokers?: Brokers | undefined;
}
/** A PostgreSQL that exists. */
export interface Database {
  /**
   * Host and port.
   * Written as host:port, with a port of 1 to 65535.
   */
  readonly address: Input<string>;
  /**
   * Name of the database.
   * Written as a name of a database.
   * @default "keycloak"
   */
  readonly name?: string | undefined;
  /**
   * Secret with keys `username` and `password`.
   * Written as the name of a Kubernetes object.
   */
  readonly secret: string;
}
/** A PostgreSQL of one pod that the plan brings along, for development. */
export interface DevDatabase {}
/** Applications that call models as themselves, by client id. */
export interface Machines {
  /** One application. */
  readonly [k: string]: Machine;
}
/** An application that calls models as itself (client credentials). Without keys it proves itself with a secret, which Keycloak makes and an administrator reads there. */
export interface Machine {
  /** Roles that it has, and that its tokens hold. */
  readonly roles: readonly string[];
  /**
   * Where its public keys are; it proves itself with assertions signed by them.
   * Written as an address such as https://login.example.com/x.
   * @default - `jwks`, or a secret
   */
  readonly jwksUri?: string | undefined;
  /**
   * Its public keys as JSON text.
   * @default - `jwksUri`, or a secret
   */
  readonly jwks?: string | undefined;
  /**
   * How it signs its assertions.
   * @default "ES256"
   */
  readonly algorithm?: ('ES256' | 'ES384' | 'PS256' | 'RS256' | 'EdDSA') | undefined;
}
/** Providers of a company with which its people log in here, by name. */
export interface Brokers {
  /** One provider. */
  readonly [k: string]: Broker;
}
/** A provider of a company with which its people log in here. Exactly one of `oidc` and `saml`. */
export interface Broker {
  /**
   * What the button says.
   * @default - its name
   */
  readonly title?: string | undefined;
  /**
   * It speaks OpenID Connect.
   * @default - `saml` is there
   */
  readonly oidc?: BrokerOidc | undefined;
  /**
   * It speaks SAML 2.0.
   * @default - `oidc` is there
   */
  readonly saml?: BrokerSaml | undefined;
  /**
   * Claim, or SAML attribute, that says what groups somebody is in.
   * @default "groups"
   */
  readonly claim?: string | undefined;
  /** Value of the claim → group of the realm. */
  readonly groups?: BrokerGroups | undefined;
  /** Value of the claim → role. */
  readonly roles?: BrokerRoles | undefined;
}
/** A provider that speaks OpenID Connect. */
export interface BrokerOidc {
  /**
   * Issuer, exactly as its tokens name it.
   * Written as an address such as https://login.example.com/x.
   */
  readonly issuer: string;
  /**
   * Where people log in.
   * Written as an address such as https://login.example.com/x.
   */
  readonly authorizationUrl: string;
  /**
   * Where codes are exchanged.
   * Written as an address such as https://login.example.com/x.
   */
  readonly tokenUrl: string;
  /**
   * Where its keys are.
   * Written as an address such as https://login.example.com/x.
   */
  readonly jwksUrl: string;
  /**
   * Where people log out.
   * Written as an address such as https://login.example.com/x.
   * @default - people stay logged in there
   */
  readonly logoutUrl?: string | undefined;
  /** Client that it knows us by. */
  readonly clientId: string;
  /**
   * Secret with the key `client-secret`.
   * Written as the name of a Kubernetes object.
   * @default - Keycloak signs with the realm's own key (`private_key_jwt`)
   */
  readonly secret?: string | undefined;
}
/** A provider that speaks SAML 2.0. */
export interface BrokerSaml {
  /** Its entity id. */
  readonly entityId: string;
  /**
   * Where people log in.
   * Written as an address such as https://login.example.com/x.
   */
  readonly ssoUrl: string;
  /**
   * Where people log out.
   * Written as an address such as https://login.example.com/x.
   * @default - people stay logged in there
   */
  readonly logoutUrl?: string | undefined;
  /** Certificate with which it signs, PEM or base64. */
  readonly certificate: string;
}
/** Value of the claim → group of the realm. */
export interface BrokerGroups {
  /**
   * A group.
   * Written as letters, digits and any of - _ . : / @, starting with a letter or a digit.
   */
  readonly [k: string]: string;
}
/** Value of the claim → role. */
export interface BrokerRoles {
  /**
   * A role.
   * Written as letters, digits and any of - _ . : / @, starting with a letter or a digit.
   */
  readonly [k: string]: string;
}
/** KEA's own issuer with sample people; local runs only. */
export interface Embedded {}
/** Where answers are kept; exactly one of `redis` and `none`. */
export interface StackCache {
  /** A Redis shared by all gateway pods. */
  readonly redis?: Redis | undefined;
  /** Nowhere. */
  readonly none?: NoCache | undefined;
  /** Answers of what is named here are forgotten whenever its number changes: `*` for all, a model, `<model>/<contract>`, or `<model>/<contract>/<version>`. `kea cache purge` counts it up. */
  readonly purged?: Purged | undefined;
}
/** A Redis; exactly one key. */
export interface Redis {
  /** One that exists. */
  readonly external?: ExternalRedis | undefined;
  /** One that the platform runs, as a cache that may lose everything. */
  readonly managed?: ManagedRedis | undefined;
}
/** A Redis that exists. */
export interface ExternalRedis {
  /**
   * Host and port: of the server, of one node of a cluster, or of one sentinel.
   * Written as host:port, with a port of 1 to 65535.
   */
  readonly address: Input<string>;
  /**
   * One server (or a proxy that looks like one), a master watched by sentinels, or a Redis Cluster.
   * @default "single"
   */
  readonly mode?: ('single' | 'sentinel' | 'cluster') | undefined;
  /**
   * Further nodes or sentinels, asked when the first does not answer; not with `mode: single`.
   * @default - none
   */
  readonly more?: readonly string[] | undefined;
  /**
   * Only `mode: sentinel`: the name by which sentinels know the master.
   * @default - `mymaster`
   */
  readonly master?: string | undefined;
  /**
   * Secret with key `ca.crt`: who signed Redis's certificate; needs `tls`.
   * Written as the name of a Kubernetes object.
   * @default - the public authorities
   */
  readonly ca?: string | undefined;
  /**
   * Speaks TLS.
   * @default true
   */
  readonly tls?: boolean | undefined;
  /**
   * Secret with keys `username` and `password`.
   * Written as the name of a Kubernetes object.
   * @default - no password
   */
  readonly secret?: string | undefined;
}
/** A Redis that the platform runs. */
export interface ManagedRedis {
  /**
   * Memory for answers; the least used ones leave.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "256Mi"
   */
  readonly memory?: string | undefined;
}
/** Answers are not kept. */
export interface NoCache {}
/** Answers of what is named here are forgotten whenever its number changes: `*` for all, a model, `<model>/<contract>`, or `<model>/<contract>/<version>`. `kea cache purge` counts it up. */
export interface Purged {
  /**
   * How often it was purged.
   * Unit: times.
   */
  readonly [k: string]: number;
}
/** Where models' bytes come from. */
export interface Artifacts {
  /**
   * Where artifacts of the models folder lie, each at `<store>/sha256/<digest>`.
   * Written as an address with s3:// or https://.
   * @default - none; files up to 700 KiB travel in the plan
   */
  readonly store?: string | undefined;
  /**
   * Addresses that artifacts may have start with one of these.
   * @default - the store only
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * Secret with which the store is read.
   * Written as the name of a Kubernetes object.
   * @default - the pod's own identity
   */
  readonly secret?: string | undefined;
  /**
   * Artifacts need a digest.
   * @default true
   */
  readonly requireDigest?: boolean | undefined;
}
/** How the gateway is reached from outside; exactly one key. */
export interface Exposure {
  /** By a Gateway API gateway that exists. */
  readonly httpRoute?: HttpRoute | undefined;
  /** By a load balancer of the cloud. */
  readonly loadBalancer?: LoadBalancer | undefined;
  /** By an ingress controller that exists. */
  readonly ingress?: Ingress | undefined;
  /** Not at all: something of yours stands in front. */
  readonly none?: NoExposure | undefined;
}
/** A Gateway API gateway that exists. */
export interface HttpRoute {
  /**
   * The Gateway, as namespace/name.
   * Written as namespace/name.
   */
  readonly gateway: string;
}
/** A load balancer of the cloud. */
export interface LoadBalancer {
  /**
   * Secret with certificate and key.
   * Written as the name of a Kubernetes object.
   */
  readonly tlsSecret: string;
}
/** An ingress controller that exists. */
export interface Ingress {
  /**
   * Class of the controller.
   * Written as the name of a Kubernetes object.
   */
  readonly className: string;
  /**
   * Secret with certificate and key.
   * Written as the name of a Kubernetes object.
   */
  readonly tlsSecret: string;
}
/** The gateway is not reachable from outside the cluster. */
export interface NoExposure {}
/** How measurements are collected. */
export interface Metrics {
  /**
   * Writes ServiceMonitor and PodMonitor objects for the Prometheus operator.
   * @default false
   */
  readonly monitors?: boolean | undefined;
  /**
   * What supplies metrics other than cpu to autoscalers.
   * @default - nothing; models scale by cpu only
   */
  readonly custom?: CustomMetrics | undefined;
  /**
   * Where KEDA reaches Prometheus; needed with a source `keda`.
   * Written as an address such as https://login.example.com/x.
   * @default - none
   */
  readonly prometheus?: string | undefined;
}
/** The source of each metric that autoscalers may use besides cpu. `prometheus-adapter`: a HorizontalPodAutoscaler reads it through the adapter, whose rules the plan writes. `keda`: a ScaledObject asks Prometheus; and wherever `keda` is named, models may have a `schedule`. */
export interface CustomMetrics {
  /**
   * Source of `concurrency`.
   * @default - no source, so models cannot scale by it
   */
  readonly concurrency?: ('prometheus-adapter' | 'keda') | undefined;
  /**
   * Source of `rps`.
   * @default - no source, so models cannot scale by it
   */
  readonly rps?: ('prometheus-adapter' | 'keda') | undefined;
  /**
   * Source of `gpu`.
   * @default - no source, so models cannot scale by it
   */
  readonly gpu?: ('prometheus-adapter' | 'keda') | undefined;
  /**
   * Source of `queue`.
   * @default - no source, so models cannot scale by it
   */
  readonly queue?: ('prometheus-adapter' | 'keda') | undefined;
}
/** Where records of calls go, and how long they stay. */
export interface StackAudit {
  /**
   * Receivers besides the platform's own.
   * @default - none
   */
  readonly sinks?: readonly AuditSink[] | undefined;
  /**
   * How long records are kept.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "400d"
   */
  readonly retention?: string | undefined;
  /**
   * Writers.
   * Unit: pods.
   * @default 2
   */
  readonly replicas?: number | undefined;
  /**
   * Disk of one writer.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "10Gi"
   */
  readonly volume?: string | undefined;
}
/** A receiver of audit records. */
export interface AuditSink {
  /**
   * Address that speaks OpenTelemetry's protocol over HTTP.
   * Written as an address such as https://login.example.com/x.
   */
  readonly otlp: Input<string>;
}
/** How strictly rules are held. */
export interface Policies {
  /**
   * `audit`: noted; `warn`: printed; `deny`: refused.
   * @default "warn"
   */
  readonly level?: ('audit' | 'warn' | 'deny') | undefined;
  /**
   * The API server holds the rules too, over the namespaces of the stack.
   * @default - the rules are held before anything is applied, and nothing in the cluster
   */
  readonly admission?: Admission | undefined;
}
/** Rules as admission policies of the plan, as strict as `level` says, and a guard of the facts that they read. */
export interface Admission {
  /** Who applies the plan, and so alone may set what stands below `kea.dev/`: users as the API server knows them, or `group:NAME`. */
  readonly deployers: readonly string[];
}
/** What pods of the plan may reach besides one another and the name service. It holds for everything: the API server, providers of identity, Redis, the database, the artifact store, receivers of audit records, proxies. */
export interface Egress {
  /** Ranges of addresses. */
  readonly allow: readonly EgressRange[];
}
/** A range of addresses that may be reached. */
export interface EgressRange {
  /**
   * The range; addresses of pods, for what runs in the cluster.
   * Written as a range such as 10.0.0.0/8 or fd00::/8.
   */
  readonly cidr: string;
  /**
   * Which ports.
   * @default - those that the plan needs
   */
  readonly ports?: readonly number[] | undefined;
}
/** Most that all models together may take. */
export interface Quota {
  /**
   * Processor time.
   * Unit: cpu.
   */
  readonly cpu: string | number;
  /**
   * Memory.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   */
  readonly memory: string;
  /**
   * Pods.
   * Unit: pods.
   */
  readonly pods: number;
}
/** What models get where they are silent. */
export interface StackDefaults {
  /**
   * Owner of models that name none.
   * Written as letters, digits and any of - _ . : / @, starting with a letter or a digit.
   * @default "platform"
   */
  readonly owner?: string | undefined;
  /** Keys of `scaling`. */
  readonly scaling?: Scaling | undefined;
  /** Keys of `resources`. */
  readonly resources?: Resources | undefined;
  /**
   * Limit of methods that name none.
   * @default - no limit
   */
  readonly rateLimit?: RateLimit | undefined;
}
/** How many instances run, and what makes them more or fewer. */
export interface Scaling {
  /**
   * Fewest instances.
   * Unit: instances.
   * @default 2
   */
  readonly min?: number | undefined;
  /**
   * Most instances.
   * Unit: instances.
   * @default 10
   */
  readonly max?: number | undefined;
  /**
   * What the autoscaler holds steady; exactly one key.
   * @default - cpu at 70 percent
   */
  readonly target?: ScalingTarget | undefined;
  /** How quickly the number of instances follows the load. */
  readonly behaviour?: ScalingBehaviour | undefined;
  /**
   * Raises the fewest instances at given times, on top of the autoscaler.
   * @default - no schedule
   */
  readonly schedule?: readonly ScalingSchedule[] | undefined;
}
/** What the autoscaler holds steady; exactly one key. */
export interface ScalingTarget {
  /**
   * Processor use of the request, averaged over instances.
   * Unit: percent.
   * @default - not a target
   */
  readonly cpu?: number | undefined;
  /**
   * Requests in flight at one instance; needs a source in the stack (`metrics.custom`).
   * Unit: requests.
   * @default - not a target
   */
  readonly concurrency?: number | undefined;
  /**
   * Requests a second at one instance; needs a source in the stack.
   * Unit: requests per second.
   * @default - not a target
   */
  readonly rps?: number | undefined;
  /**
   * Use of the graphics processor; needs a source in the stack.
   * Unit: percent.
   * @default - not a target
   */
  readonly gpu?: number | undefined;
  /**
   * Requests waiting inside the runtime; needs a source in the stack.
   * Unit: requests.
   * @default - not a target
   */
  readonly queue?: number | undefined;
}
/** How quickly the number of instances follows the load. */
export interface ScalingBehaviour {
  /**
   * How long the load must be high before instances are added.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "0s"
   */
  readonly scaleUp?: string | undefined;
  /**
   * How long the load must be low before instances are removed.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "5m"
   */
  readonly scaleDown?: string | undefined;
}
/** From this moment on, until the next one of the schedule, at least so many instances run. */
export interface ScalingSchedule {
  /**
   * When, in five fields (minute, hour, day of month, month, day of week), in UTC.
   * Written as five fields such as "0 7 * * 1-5".
   */
  readonly cron: string;
  /**
   * Fewest instances from then on.
   * Unit: instances.
   */
  readonly min: number;
}
/** What one instance needs. */
export interface Resources {
  /**
   * Processor time that is reserved; there is no upper limit.
   * Unit: cpu.
   * @default "500m"
   */
  readonly cpu?: (string | number) | undefined;
  /**
   * Memory that is reserved and at the same time the limit.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "1Gi"
   */
  readonly memory?: string | undefined;
  /**
   * Disk for the fetched artifact and temporary files.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "1Gi"
   */
  readonly ephemeralStorage?: string | undefined;
  /**
   * Graphics processors of one instance.
   * @default - none
   */
  readonly gpu?: Gpu | undefined;
}
/** Graphics processors of one instance. */
export interface Gpu {
  /**
   * How many.
   * Unit: devices.
   * @default 1
   */
  readonly count?: number | undefined;
  /**
   * Runs only on nodes whose label `nvidia.com/gpu.product` has this value.
   * Written as the value of a node label.
   * @default - any product
   */
  readonly product?: string | undefined;
}
/** How often one caller may call; more is answered with 429. At least one of `requests` and `tokens`. */
export interface RateLimit {
  /**
   * Requests that are let through in one period.
   * Unit: requests.
   * @default - no limit of requests
   */
  readonly requests?: number | undefined;
  /**
   * Tokens of a language model, of prompts and answers together, in one period; only methods with `call.openai`. Counted when the answer is complete.
   * Unit: tokens.
   * @default - no limit of tokens
   */
  readonly tokens?: number | undefined;
  /**
   * The period.
   * @default "minute"
   */
  readonly per?: ('second' | 'minute' | 'hour') | undefined;
  /**
   * Who counts as one caller: the application (`client`) or the person (`subject`).
   * @default "client"
   */
  readonly by?: ('client' | 'subject') | undefined;
}
