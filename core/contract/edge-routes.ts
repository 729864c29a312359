import type { JsonObject } from '../json';
import type { BundleIndex, BundlePart } from './bundle';
import { Header } from './headers';
import { contractName, contractPrefix } from './names';

/** Name of the one RouteConfiguration that the edge listener asks for. */
export const EDGE_ROUTES = 'edge';

/**
 * The edge's RouteConfiguration, made of a bundle by the supervisor (live) and by the static form (validation).
 * A prefix map on `:path` finds a contract in the time of one look-up, however many there are; whatever no contract owns
 * goes through the platform's few routes and ends at a route without a rule, which the listener's default denies.
 */
export function edgeRouteConfiguration(index: BundleIndex, parts: readonly BundlePart[]): JsonObject {
  const digests = new Map(index.parts.map((part) => [part.name, part.digest]));
  const map = Object.fromEntries(
    parts
      .filter((part) => part.routes.length > 0)
      .map((part) => {
        const { model, contract } = part.contract;
        const digest = digests.get(contractName(model, contract));
        if (digest === undefined) throw new Error(`the index does not list the part ${contractName(model, contract)}`);
        return [contractPrefix(model, contract), partRoutes(part, digest)];
      }),
  );
  return edgeVirtualHost(index, map);
}

/** Value of one contract's entry in the prefix map. */
export function partRoutes(part: BundlePart, digest: string): JsonObject {
  return routeList(part.routes.map((route) => withPart(route, digest)));
}

/** The configuration around ready entries, so that the supervisor can keep those that did not change. */
export function edgeVirtualHost(index: BundleIndex, contracts: { readonly [prefix: string]: JsonObject }): JsonObject {
  const rest = routeList([...index.platformRoutes.map((route) => withPart(route, index.digest)), DENY]);
  const tree =
    Object.keys(contracts).length === 0
      ? {}
      : {
          matcher_tree: {
            input: {
              name: 'path',
              typed_config: { '@type': 'type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput', header_name: ':path' },
            },
            prefix_match_map: { map: contracts },
          },
        };
  return {
    name: EDGE_ROUTES,
    // Sessions end at the edge: neither the processor nor the portal sees a cookie.
    request_headers_to_remove: ['cookie'],
    virtual_hosts: [{ name: 'edge', domains: ['*'], retry_policy: RETRY, matcher: { ...tree, on_no_match: rest } }],
  };
}

/** Only connections that failed are tried again, at another worker: a call that a worker began is never begun twice. */
const RETRY: JsonObject = {
  retry_on: 'connect-failure',
  num_retries: 3,
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate' },
    },
  ],
  host_selection_retry_max_attempts: 5,
  retry_back_off: { base_interval: '0.025s', max_interval: '0.1s' },
};

/** Without a rule of its own, so the listener's default denies it: unknown models answer as forbidden ones do. */
const DENY: JsonObject = { name: 'deny', match: { prefix: '/' }, direct_response: { status: 403 } };

function routeList(routes: readonly JsonObject[]): JsonObject {
  return {
    action: {
      name: 'routes',
      typed_config: { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteList', routes: [...routes] },
    },
  };
}

// Only routes that lead to a worker need to say which configuration they belong to.
function withPart(route: JsonObject, digest: string): JsonObject {
  const added = route['request_headers_to_add'];
  if (!Array.isArray(added)) return route;
  const part: JsonObject = { header: { key: Header.part, value: digest }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  return { ...route, request_headers_to_add: [...(added as readonly JsonObject[]), part] };
}
