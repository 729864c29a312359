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

/** Management paths of the processor. */
export const ManagementPath = {
  config: '/-/config',
  ready: '/-/ready',
  live: '/-/live',
  drain: '/-/drain',
  metrics: '/-/metrics',
} as const;

/** File names inside the gateway's shared socket folder. */
export const Socket = {
  ads: 'ads.sock',
  inner: 'inner.sock',
  worker: (index: number): string => `worker-${index}.sock`,
} as const;
