import { GRPC_METHODS, GRPC_SERVICE } from '../../../core/contract/fronts';
import { Header } from '../../../core/contract/headers';
import { grpcClusterName, pinRole, routeId } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import type { ResolvedContract, ResolvedIdentity, ResolvedMethod, ResolvedModel } from '../../../schema/resolved';
import { JWT_FILTER } from './claims';
import { rolesOf } from './contract-routes';
import { exactHeader, milliseconds } from './envoy';
import { AUTHZ_FILTER, askProcessor } from './ext-authz';
import { optionalToken } from './jwt';
import { allowPublic, allowRoles, RBAC_FILTER } from './rbac';

/** Time for what tells of models without calling one. */
const ABOUT_MS = 5000;

/**
 * Routes of gRPC calls whose metadata `kea-model` names the contract: ModelInfer under the roles of the method that it stands for, the
 * questions about models for whoever may call some method; nothing else of the service. They lead straight to the versions, by weight
 * or by pin, after the processor was asked.
 */
export function grpcRoutes(identity: ResolvedIdentity, model: ResolvedModel, contract: ResolvedContract): readonly JsonObject[] {
  const method = contract.methods.find((each) => each.method === contract.fronts?.infer);
  if (contract.grpc !== true || contract.lifecycle.retired || method === undefined) return [];
  const id = routeId(model.name, contract.contract, method.method);
  const pin = [pinRole(model.name)];
  const members = allowRoles(identity, rolesOf(model, contract));
  const inferPath = `${GRPC_SERVICE}${GRPC_METHODS.infer[0]}`;
  const called = { [RBAC_FILTER]: method.public ? allowPublic() : allowRoles(identity, method.roles) };
  const pinned = { [RBAC_FILTER]: method.public ? allowRoles(identity, pin) : allowRoles(identity, method.roles, pin) };
  const asked = { [AUTHZ_FILTER]: askProcessor() };
  const weighted = { ...weights(model, contract), timeout: milliseconds(method.timeoutMs) };
  return [
    ...contract.versions.map(({ version }) => ({
      name: `${id}@grpc-pinned-${version}`,
      match: { path: inferPath, grpc: {}, headers: [exactHeader(Header.version, version)] },
      route: { cluster: grpcClusterName(model.name, version), timeout: milliseconds(method.timeoutMs) },
      typed_per_filter_config: { ...asked, ...pinned },
    })),
    {
      name: `${id}@grpc-unknown-version`,
      match: { path: inferPath, grpc: {}, headers: [{ name: Header.version, present_match: true }] },
      direct_response: { status: 404 },
      typed_per_filter_config: pinned,
    },
    {
      name: `${id}@grpc`,
      match: { path: inferPath, grpc: {} },
      route: weighted,
      typed_per_filter_config: { ...asked, ...publicToken(method), ...called },
    },
    ...GRPC_METHODS.about.map((name) => ({
      name: `${model.name}/${contract.contract}/grpc.page`,
      match: { path: `${GRPC_SERVICE}${name}`, grpc: {} },
      route: { ...weights(model, contract), timeout: milliseconds(ABOUT_MS) },
      typed_per_filter_config: { ...asked, [RBAC_FILTER]: members },
    })),
    {
      name: `${model.name}/${contract.contract}/not-found`,
      match: { prefix: GRPC_SERVICE },
      direct_response: { status: 404 },
      typed_per_filter_config: { [RBAC_FILTER]: members },
    },
  ];
}

function publicToken(method: ResolvedMethod): { readonly [filter: string]: JsonObject } {
  return method.public ? { [JWT_FILTER]: optionalToken() } : {};
}

/** Each call is drawn anew: nobody reads the principal here. */
function weights(model: ResolvedModel, contract: ResolvedContract): JsonObject {
  const taking = contract.versions.filter(({ version }) => (contract.routing.weights[version] ?? 0) > 0);
  const [only] = taking;
  if (taking.length === 1 && only) return { cluster: grpcClusterName(model.name, only.version) };
  const share = (version: string): number => Math.round((contract.routing.weights[version] ?? 0) * 1000);
  return {
    weighted_clusters: { clusters: taking.map(({ version }) => ({ name: grpcClusterName(model.name, version), weight: share(version) })) },
  };
}
