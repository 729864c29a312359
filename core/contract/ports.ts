/** Ports inside the pods, unprivileged; the local run chooses free ones unless told. */
export const Port = {
  /** Gateway: public listener. */
  edge: 8080,
  /** Gateway: processor's management (health, metrics, `/-/config`, drain). */
  management: 9901,
  /** Gateway: Envoy's admin, loopback only. */
  envoyAdmin: 9900,
  /** KEA's model server. */
  model: 8080,
  /** Example check beside every model server. */
  exampleCheck: 8090,
  /** Portal. */
  portal: 8080,
  /** Audit writer. */
  audit: 8080,
  /** Redis. */
  redis: 6379,
} as const;

/** The Keycloak that the platform runs: its Service in the platform's namespace. */
export const KEYCLOAK = { service: 'kea-keycloak', port: 8080 } as const;

/** Management paths of the processor. */
export const ManagementPath = {
  config: '/-/config',
  ready: '/-/ready',
  live: '/-/live',
  drain: '/-/drain',
  metrics: '/-/metrics',
  canary: '/-/canary',
} as const;

/** Answered by the public listener itself, without a token: 200, and 503 while it drains. */
export const EDGE_HEALTH_PATH = '/-/health';

/** Where the documentation site stands on the public listener. */
export const PORTAL_PATH = '/docs';

/** Paths of a worker's socket that are no calls. */
export const WorkerPath = {
  /** Asked by Envoy: 200 while the worker takes calls, 503 once it leaves. */
  health: '/-/health',
  /** Asked by the supervisor through Envoy's probe listener: the digest of the bundle, once the inner listener answered too. */
  ready: '/-/ready',
  /** Asked by the edge before each gRPC call and each page of the portal, in front of the call's own path: 200 lets it go. */
  authz: '/-/authz',
} as const;

/** File names inside the gateway's shared socket folder. */
export const Socket = {
  ads: 'ads.sock',
  inner: 'inner.sock',
  /** Envoy's listener for the supervisor's question whether the whole way is open. */
  probe: 'probe.sock',
  worker: (index: number): string => `worker-${index}.sock`,
} as const;
