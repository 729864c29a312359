import type { JsonObject } from '../../../core/json';
import { issuersOf } from '../../../schema/access/issuers';
import type { ResolvedIdentity, ResolvedIssuer } from '../../../schema/resolved';
import { extension, typed } from './envoy';
import { identityClusterName } from './jwt';

/**
 * The way to a provider through an HTTP proxy: the cluster of its keys leads to a listener inside this Envoy, which asks the proxy to CONNECT to the
 * provider's **name**. So the proxy can judge names, and the gateway's own DNS need not know them. TLS to the provider goes through all of it.
 */
export function proxyListeners(identity: ResolvedIdentity): readonly JsonObject[] {
  return throughProxies(identity).map(({ issuer, at }) => ({
    name: proxyName(at),
    internal_listener: {},
    filter_chains: [
      {
        filters: [
          extension('envoy.filters.network.tcp_proxy', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
            stat_prefix: proxyName(at),
            cluster: proxyName(at),
            tunneling_config: { hostname: hostAndPort(issuer) },
          }),
        ],
      },
    ],
  }));
}

/** Providers that are asked through a proxy, with their places among all. */
export function throughProxies(
  identity: ResolvedIdentity,
): readonly { readonly issuer: ResolvedIssuer; readonly proxy: string; readonly at: number }[] {
  return issuersOf(identity).flatMap((issuer, at) =>
    issuer.proxy === undefined || issuer.jwks !== undefined ? [] : [{ issuer, proxy: issuer.proxy, at }],
  );
}

/** Name of the listener inside, and of the cluster of the proxy itself. */
export function proxyName(at: number): string {
  return `${identityClusterName(at)}-proxy`;
}

/** TLS through the listener inside. */
export function insideTransport(tls: JsonObject): JsonObject {
  return {
    name: 'envoy.transport_sockets.internal_upstream',
    typed_config: typed('envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport', { transport_socket: tls }),
  };
}

/** Listeners inside exist only where this extension is loaded. */
export function insideExtension(): JsonObject {
  return extension('envoy.bootstrap.internal_listener', 'envoy.extensions.bootstrap.internal_listener.v3.InternalListener');
}

function hostAndPort({ jwksUri }: ResolvedIssuer): string {
  const { hostname, port, protocol } = new URL(jwksUri);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}
