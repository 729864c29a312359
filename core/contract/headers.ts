/**
 * Header names that two processes agree on. Names are lower case, as HTTP/2 and Node give them.
 * Everything that starts with `INTERNAL_PREFIX` is removed from client requests before a route is chosen.
 */
export const INTERNAL_PREFIX = 'x-kea-';

export const Header = {
  /** Client: asks for one version, MAJOR.MINOR.PATCH; needs the role `<model>:pin`. */
  version: 'kea-version',
  /** Client, gRPC only: `<model>/<contract>`, which chooses the route as the path does over HTTP. */
  model: 'kea-model',
  /** Edge → processor: `<model>/<contract>/<method>` or `platform/<page>`; chosen by the route, never by the client. */
  route: 'x-kea-route',
  /** Edge → processor: digest of the bundle part that the route belongs to. */
  part: 'x-kea-part',
  /** Edge → processor, on standard paths only: which one it is, a `FrontName`. */
  front: 'x-kea-front',
  /** Edge → processor: `true` on the route that demands the pin role. */
  pinned: 'x-kea-pinned',
  /** Edge → processor, from verified claims only: `sub`. */
  subject: 'x-kea-subject',
  /** Edge → processor, from verified claims only: `iss`. */
  issuer: 'x-kea-issuer',
  /** Edge → processor, from verified claims only: `azp` or `client_id`. */
  client: 'x-kea-client',
  /** Edge → processor, from verified claims only: `jti`. */
  tokenId: 'x-kea-token-id',
  /** Edge → processor, from verified claims only: the caller's organisation, where the stack says which claim names it. */
  tenant: 'x-kea-tenant',
  /** Edge → processor: base64 of the JSON array of roles (Envoy writes array claims so). */
  roles: 'x-kea-roles',
  /** Processor → inner: the Envoy cluster of the chosen version. */
  cluster: 'x-kea-cluster',
  /** Inner → processor, on Envoy's own replies only: response flags and details. */
  inner: 'x-kea-inner',
  /** Edge's request id: `instance` of a problem document and id of the audit record. */
  requestId: 'x-request-id',
  /** Answer → client: the version that answered. */
  servedVersion: 'kea-model-version',
  /** Answer → client, RFC 9211. */
  cacheStatus: 'cache-status',
} as const;

/** Envoy's own per-request overrides; the inner listener takes them only from the processor's Unix socket. */
export const EnvoyHeader = {
  timeoutMs: 'x-envoy-upstream-rq-timeout-ms',
  retryOn: 'x-envoy-retry-on',
  maxRetries: 'x-envoy-max-retries',
} as const;
