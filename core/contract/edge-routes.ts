import type { JsonObject } from '../json';
import type { BundleIndex, BundlePart } from './bundle';
import { barePrefix, GRPC_SERVICE, grpcModel } from './fronts';
import { Header } from './headers';
import { contractName, contractPrefix } from './names';
import { WorkerPath } from './ports';

/** Name of the one RouteConfiguration that the edge listener asks for. */
export const EDGE_ROUTES = 'edge';

/**
 * The edge's RouteConfiguration, made of a bundle by the supervisor (live) and by the static form (validation).
 * A prefix map on `:path` finds a contract in the time of one look-up, however many there are; whatever no contract owns
 * goes through the platform's few routes and ends at a route without a rule, which the listener's default denies.
 */
export function edgeRouteConfiguration(index: BundleIndex, parts: readonly BundlePart[]): JsonObject {
  const digests = new Map(index.parts.map((part) => [part.name, part.digest]));
  const entries = parts.map((part) => {
    const name = contractName(part.contract.model, part.contract.contract);
    const digest = digests.get(name);
    if (digest === undefined) throw new Error(`the index does not list the part ${name}`);
    return partEntries(part, digest);
  });
  return edgeVirtualHost(index, entries);
}

/** What one contract brings into the edge's maps. */
export interface EdgeEntries {
  /** Beginning of a path → its routes. */
  readonly paths: { readonly [prefix: string]: JsonObject };
  /** Value of the metadata `kea-model` → routes of gRPC calls. */
  readonly grpc: { readonly [model: string]: JsonObject };
}

/** `wrap` may translate a route list at once, so that it is not translated again while it does not change. */
export function partEntries(part: BundlePart, digest: string, wrap: (list: JsonObject) => JsonObject = (list) => list): EdgeEntries {
  const { model, contract } = part.contract;
  const entry = (routes: readonly JsonObject[]): JsonObject =>
    routeAction(wrap({ '@type': ROUTE_LIST, routes: routes.map((route) => withPart(route, digest)) }));
  return {
    paths: {
      ...(part.routes.length > 0 ? { [contractPrefix(model, contract)]: entry(part.routes) } : {}),
      // The key is also the beginning of longer names, so what is not the model's own ends here.
      ...(part.bareRoutes ? { [barePrefix(model)]: entry([...part.bareRoutes, DENY]) } : {}),
    },
    grpc: part.grpcRoutes ? { [grpcModel(model, contract)]: entry(part.grpcRoutes) } : {},
  };
}

/** The configuration around ready entries, so that the supervisor can keep those that did not change. */
export function edgeVirtualHost(index: BundleIndex, entries: readonly EdgeEntries[]): JsonObject {
  const grpc = Object.assign({}, ...entries.map((each) => each.grpc)) as JsonObject;
  const contracts = Object.assign(
    Object.keys(grpc).length === 0
      ? {}
      : {
          [GRPC_SERVICE]: {
            matcher: { matcher_tree: { input: headerInput(Header.model), exact_match_map: { map: grpc } }, on_no_match: routeList([DENY]) },
          },
        },
    ...entries.map((each) => each.paths),
  ) as JsonObject;
  const rest = routeList([...[PROBE, ...index.platformRoutes].map((route) => withPart(route, index.digest)), DENY]);
  const tree =
    Object.keys(contracts).length === 0
      ? {}
      : {
          matcher_tree: {
            input: headerInput(':path'),
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
  // Least-request prefers a dead worker, which has nothing under way: looked at until another comes up.
  host_selection_retry_max_attempts: 200,
  retry_back_off: { base_interval: '0.025s', max_interval: '0.1s' },
};

/** Route header of the edge's question about a gRPC call. */
export const AUTHZ_ROUTE = 'platform/authz';

/** Route header of the supervisor's question. */
export const PROBE_ROUTE = 'platform/ready';

/**
 * The supervisor asks here, through the probe listener inside the pod, whether workers and the inner listener answer for these very routes.
 * It has no rule: at the public listener it is denied like any unknown path.
 */
const PROBE: JsonObject = {
  name: PROBE_ROUTE,
  match: { path: WorkerPath.ready },
  route: { cluster: 'processor', timeout: '2s' },
  request_headers_to_add: [{ header: { key: Header.route, value: PROBE_ROUTE }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
};

/** Without a rule of its own, so the listener's default denies it: unknown models answer as forbidden ones do. */
const DENY: JsonObject = { name: 'deny', match: { prefix: '/' }, direct_response: { status: 403 } };

const ROUTE_LIST = 'type.googleapis.com/envoy.config.route.v3.RouteList';

function routeList(routes: readonly JsonObject[]): JsonObject {
  return routeAction({ '@type': ROUTE_LIST, routes: [...routes] });
}

function routeAction(list: JsonObject): JsonObject {
  return { action: { name: 'routes', typed_config: list } };
}

function headerInput(header_name: string): JsonObject {
  return {
    name: header_name,
    typed_config: { '@type': 'type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput', header_name },
  };
}

// Only routes that lead to a worker need to say which configuration they belong to.
function withPart(route: JsonObject, digest: string): JsonObject {
  const added = route['request_headers_to_add'];
  if (!Array.isArray(added)) return route;
  const part: JsonObject = { header: { key: Header.part, value: digest }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  return { ...route, request_headers_to_add: [...(added as readonly JsonObject[]), part] };
}
