// Envoys to compare with: one that only proxies, and one that also checks tokens and roles, by the filters that the gateway has.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../lib/project.mjs';

const fromDist = createRequire(join(root, 'dist/'));
const ROUTER = { name: 'envoy.filters.http.router', typed_config: typed('envoy.extensions.filters.http.router.v3.Router') };

function typed(type) {
  return { '@type': `type.googleapis.com/${type}` };
}

/** One listener, one route, one cluster. `places`: `{port, adminPort, modelPort}`. */
export function bareEnvoy(places) {
  return bootstrap(places, [ROUTER], {});
}

/** As `bareEnvoy`, behind the gateway's own token filter and a role rule. */
export function jwtEnvoy(places, identity, roles) {
  const { jwtFilter } = fromDist('./constructs/gateway/render/jwt.js');
  const { allowRoles, rbacFilter, RBAC_FILTER } = fromDist('./constructs/gateway/render/rbac.js');
  return bootstrap(places, [jwtFilter(identity), rbacFilter(), ROUTER], {
    typed_per_filter_config: { [RBAC_FILTER]: allowRoles(identity, roles) },
  });
}

/**
 * As `jwtEnvoy`, in front of the least that a processor can be, and with a second listener between that and the model: the shape of the gateway
 * and nothing of what it does. `sockets`: the processor's; `inner`: the second listener's.
 */
export function floorEnvoy(places, identity, roles, sockets, inner) {
  const made = jwtEnvoy(places, identity, roles);
  const { listeners, clusters } = made.static_resources;
  const route = listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0];
  route.route = { cluster: 'processor', timeout: '5s' };
  listeners.push({ ...bareEnvoy(places).static_resources.listeners[0], name: 'inner', address: { pipe: { path: inner } } });
  clusters.push({
    name: 'processor',
    type: 'STATIC',
    connect_timeout: '1s',
    lb_policy: 'LEAST_REQUEST',
    load_assignment: {
      cluster_name: 'processor',
      endpoints: [{ lb_endpoints: sockets.map((path) => ({ endpoint: { address: { pipe: { path } } } })) }],
    },
  });
  return made;
}

function bootstrap({ port, adminPort, modelPort }, filters, routeExtra) {
  const route = { match: { prefix: '/' }, route: { cluster: 'model', timeout: '5s' }, ...routeExtra };
  const manager = {
    ...typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'bench',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] },
    http_filters: filters,
  };
  return {
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [
        {
          name: 'bench',
          address: address(port),
          filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'model',
          type: 'STATIC',
          connect_timeout: '1s',
          load_assignment: { cluster_name: 'model', endpoints: [{ lb_endpoints: [{ endpoint: { address: address(modelPort) } }] }] },
        },
      ],
    },
  };
}

function address(port) {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
