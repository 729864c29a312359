import { Port } from '../../../core/contract/ports';

/** Where one gateway runs and how much it takes. Everything has a default that fits the gateway pod. */
export interface GatewayOptions {
  /** Folder of the Unix sockets shared with the processor. @default /run/kea */
  readonly socketFolder?: string;
  /** Request workers of the processor, 1 or more. @default 2 */
  readonly workers?: number;
  /** Public listener. @default 0.0.0.0:8080 without TLS */
  readonly edge?: { readonly address: string; readonly port: number; readonly tls?: { readonly sdsFile: string } };
  /** Envoy's admin, always on loopback. @default 9900 */
  readonly adminPort?: number;
  /** @default kea-gateway */
  readonly nodeId?: string;
  /** File that takes one JSON line for every request that the edge refused itself. @default /dev/stdout */
  readonly accessLog?: string;
  /** Where the documentation site runs; a host name is resolved by DNS. @default - `/docs` answers 503 */
  readonly portal?: { readonly host: string; readonly port: number };
  /** Proxies in front whose `x-forwarded-for` is believed. @default - 1 behind an HTTPRoute or Ingress, else 0 */
  readonly trustedHops?: number;
  /** Coarse limit per client address, before tokens are verified. @default 10,000 a second, bursts of 20,000 */
  readonly perAddress?: { readonly perSecond: number; readonly burst: number };
  /** Largest request body of any method, bytes; methods have smaller limits of their own. @default 64 MiB */
  readonly maxBodyBytes?: number;
  /** Heap at which the gateway sheds load, bytes. @default 1 GiB */
  readonly maxHeapBytes?: number;
  /** Client connections that one gateway holds. @default 20,000 */
  readonly maxConnections?: number;
  /** Certificate authorities for the identity provider's TLS. @default /etc/ssl/certs/ca-certificates.crt */
  readonly caFile?: string;
  /** Browser login on the documentation pages. @default - none: `/docs` needs a bearer token */
  readonly login?: LoginOptions;
}

/** OpenID Connect login with PKCE, done by Envoy's OAuth2 filter on the documentation routes only. */
export interface LoginOptions {
  readonly clientId: string;
  /** Where browsers reach the documentation, `https://models.example.com`: logins return here, whatever host a request names. */
  readonly origin: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly endSessionEndpoint?: string;
  /** Envoy cluster that reaches the token endpoint. @default identity */
  readonly cluster?: string;
  /** SDS files that hold the client's secret and the key of the session cookies. */
  readonly secrets: {
    readonly tokenFile: string;
    readonly hmacFile: string;
    /** Folder whose change means that the secrets have changed, where these files only name others. @default - the files themselves are watched */
    readonly watched?: string;
  };
  /** Always with `openid`. @default openid profile */
  readonly scopes?: readonly string[];
  /** Longest session without a new login, seconds; the provider may end it sooner. @default 28800, eight hours */
  readonly sessionSeconds?: number;
}

/** Options with all defaults filled in. */
export interface ResolvedGatewayOptions extends Required<Omit<GatewayOptions, 'portal' | 'login' | 'trustedHops'>> {
  readonly portal?: GatewayOptions['portal'];
  readonly login?: LoginOptions;
  readonly trustedHops?: number;
}

export const MAX_BODY_BYTES = 64 * 1024 * 1024;

export function resolveOptions(options: GatewayOptions): ResolvedGatewayOptions {
  return {
    socketFolder: '/run/kea',
    workers: 2,
    edge: { address: '0.0.0.0', port: Port.edge },
    adminPort: Port.envoyAdmin,
    nodeId: 'kea-gateway',
    accessLog: '/dev/stdout',
    perAddress: { perSecond: 10_000, burst: 20_000 },
    maxBodyBytes: MAX_BODY_BYTES,
    maxHeapBytes: 1024 ** 3,
    maxConnections: 20_000,
    caFile: '/etc/ssl/certs/ca-certificates.crt',
    ...options,
  };
}
