import { bareFronts, contractFronts, type FrontPath } from '../../../core/contract/fronts';
import { Header } from '../../../core/contract/headers';
import { contractPrefix, methodPath, pinRole, routeId } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import { newestContract } from '../../../schema/access/routes';
import type { ResolvedContract, ResolvedIdentity, ResolvedMethod, ResolvedModel } from '../../../schema/resolved';
import { CORS_FILTER, corsPolicy } from './cors';
import { exactHeader, milliseconds, overwriteHeader } from './envoy';
import { JWT_FILTER } from './claims';
import { optionalToken } from './jwt';
import { PROCESSOR_CLUSTER } from './platform-clusters';
import { allowPublic, allowRoles, RBAC_FILTER } from './rbac';

/** The edge gives the processor this much longer than the processor gives the inner listener, twice. */
const STEP_MS = 100;

/** Bodies up to this size can be sent again to another worker when one cannot be reached. */
const REPLAY_BYTES = 1024 * 1024;

/** Page of a contract's OpenAPI document, below its prefix. A method cannot be called so: names have no dots. */
const OPENAPI_PAGE = 'openapi.json';

/**
 * Routes of one contract, in order; all stand below its prefix. Pinned call, call, other HTTP methods, then whatever else.
 * 404 and 405 are told only to callers who hold some role of the contract: for all others an unknown path and a forbidden one look the same.
 */
export function contractRoutes(identity: ResolvedIdentity, model: ResolvedModel, contract: ResolvedContract): readonly JsonObject[] {
  const cors = corsOf(model);
  const members = allowRoles(identity, rolesOf(model, contract));
  const prefix = contractPrefix(model.name, contract.contract);
  const rest = { match: { prefix }, typed_per_filter_config: { ...cors, [RBAC_FILTER]: members } };
  if (contract.lifecycle.retired) return [{ name: `${model.name}/${contract.contract}/gone`, ...rest, direct_response: { status: 410 } }];
  const openapi = methodPath(model.name, contract.contract, OPENAPI_PAGE);
  return [
    ...(model.cors ? [preflight(model, contract, rest.typed_per_filter_config)] : []),
    ...contract.methods.flatMap((method) => [pinnedCall(identity, model, contract, method), call(identity, model, contract, method)]),
    ...contractFronts(model.name, contract.contract, contract.fronts ?? {}).flatMap((front) =>
      frontRoutes(identity, model, contract, front),
    ),
    {
      name: routeId(model.name, contract.contract, OPENAPI_PAGE),
      match: { path: openapi, headers: [exactHeader(':method', 'GET')] },
      route: toProcessor(5000),
      request_headers_to_add: [overwriteHeader(Header.route, routeId(model.name, contract.contract, OPENAPI_PAGE))],
      typed_per_filter_config: { ...cors, [RBAC_FILTER]: members },
    },
    ...contract.methods.map((method) =>
      wrongMethod(methodPath(model.name, contract.contract, method.method), 'POST', rest.typed_per_filter_config),
    ),
    wrongMethod(openapi, 'GET', rest.typed_per_filter_config),
    { name: `${model.name}/${contract.contract}/not-found`, ...rest, direct_response: { status: 404 } },
  ];
}

/** Routes of `/v2/models/<model>`, on the model's newest contract only. */
export function bareRoutes(identity: ResolvedIdentity, model: ResolvedModel, contract: ResolvedContract): readonly JsonObject[] {
  if (newestContract(model) !== contract) return [];
  return bareFronts(model.name, contract.fronts ?? {}).flatMap((front) => frontRoutes(identity, model, contract, front));
}

/** A standard path has the rule, the limits and the time of the method that it stands for. */
function frontRoutes(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  front: FrontPath,
): readonly JsonObject[] {
  if (front.kind === 'page') {
    const id = routeId(model.name, contract.contract, front.page);
    return [
      {
        name: id,
        match: { ...pathMatch(front), headers: [exactHeader(':method', 'GET')] },
        route: toProcessor(5000),
        request_headers_to_add: [overwriteHeader(Header.route, id)],
        typed_per_filter_config: { ...corsOf(model), [RBAC_FILTER]: allowRoles(identity, rolesOf(model, contract)) },
      },
    ];
  }
  const method = contract.methods.find((each) => each.method === front.method);
  if (method === undefined) return [];
  const pinned = pinnedCall(identity, model, contract, method, front);
  return front.pinnedByPath ? [pinned] : [pinned, call(identity, model, contract, method, front)];
}

type CallPath = Extract<FrontPath, { kind: 'call' }>;

function pathMatch({ path, prefix }: Pick<FrontPath, 'path' | 'prefix'>): JsonObject {
  return prefix ? { prefix: path } : { path };
}

/** Every role that some method of the contract takes, in order of first use, and the pin role. */
export function rolesOf(model: ResolvedModel, contract: ResolvedContract): readonly string[] {
  return [...new Set([...contract.methods.flatMap((method) => method.roles), pinRole(model.name)])];
}

/** A route's action towards the workers; that one which cannot be reached is replaced by another is the virtual host's business (`edge-routes.ts`). */
export function toProcessor(timeoutMs: number): JsonObject {
  return { cluster: PROCESSOR_CLUSTER, timeout: milliseconds(timeoutMs) };
}

/** What every route of the contract carries. */
function corsOf(model: ResolvedModel): { readonly [filter: string]: JsonObject } {
  return model.cors && model.cors.origins.length > 0 ? { [CORS_FILTER]: corsPolicy(model.cors.origins) } : {};
}

function call(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  method: ResolvedMethod,
  front?: CallPath,
): JsonObject {
  const id = routeId(model.name, contract.contract, method.method);
  const path = methodPath(model.name, contract.contract, method.method);
  return {
    name: front === undefined ? id : `${id}@${front.front}`,
    match: { ...pathMatch(front ?? { path, prefix: false }), headers: [exactHeader(':method', 'POST')] },
    route: callAction(method),
    request_body_buffer_limit: Math.min(method.maxBodyBytes, REPLAY_BYTES),
    request_headers_to_add: identityHeaders(id, front),
    typed_per_filter_config: {
      ...corsOf(model),
      ...(method.public ? { [JWT_FILTER]: optionalToken() } : {}),
      [RBAC_FILTER]: method.public ? allowPublic() : allowRoles(identity, method.roles),
    },
  };
}

/** The same call with `kea-version`: needs the pin role besides, also on a public method. */
function pinnedCall(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  method: ResolvedMethod,
  front?: CallPath,
): JsonObject {
  const id = routeId(model.name, contract.contract, method.method);
  const path = methodPath(model.name, contract.contract, method.method);
  const pin = [pinRole(model.name)];
  const byHeader = front?.pinnedByPath === true ? [] : [{ name: Header.version, present_match: true }];
  return {
    ...call(identity, model, contract, method),
    name: `${id}@${front === undefined ? '' : `${front.front}-`}pinned`,
    match: { ...pathMatch(front ?? { path, prefix: false }), headers: [exactHeader(':method', 'POST'), ...byHeader] },
    request_headers_to_add: [...identityHeaders(id, front), overwriteHeader(Header.pinned, 'true')],
    typed_per_filter_config: {
      ...corsOf(model),
      [RBAC_FILTER]: method.public ? allowRoles(identity, pin) : allowRoles(identity, method.roles, pin),
    },
  };
}

function identityHeaders(id: string, front: CallPath | undefined): readonly JsonObject[] {
  return [overwriteHeader(Header.route, id), ...(front === undefined ? [] : [overwriteHeader(Header.front, front.front)])];
}

function callAction(method: ResolvedMethod): JsonObject {
  const deadline = method.timeoutMs + 2 * STEP_MS;
  // An answer that streams has no end to wait for: the gap between two pieces is bounded instead, and the whole by the listener.
  if (method.call.kind === 'openai') return { ...toProcessor(0), idle_timeout: milliseconds(deadline) };
  return toProcessor(deadline);
}

// The CORS filter judges a preflight by the policy of a route that leads somewhere; one that it does not answer needs a token like any other call.
function preflight(model: ResolvedModel, contract: ResolvedContract, filters: JsonObject): JsonObject {
  const id = routeId(model.name, contract.contract, 'preflight');
  const asked = ['origin', 'access-control-request-method'].map((name) => ({ name, present_match: true }));
  return {
    name: id,
    match: { prefix: contractPrefix(model.name, contract.contract), headers: [exactHeader(':method', 'OPTIONS'), ...asked] },
    route: toProcessor(5000),
    request_headers_to_add: [overwriteHeader(Header.route, id)],
    typed_per_filter_config: filters,
  };
}

function wrongMethod(path: string, allowed: string, filters: JsonObject): JsonObject {
  return {
    name: 'method-not-allowed',
    match: { path },
    direct_response: { status: 405 },
    response_headers_to_add: [overwriteHeader('allow', allowed)],
    typed_per_filter_config: filters,
  };
}
