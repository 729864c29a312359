import { bareFronts, contractFronts, type FrontName, type FrontPath } from '../../core/contract/fronts';
import { contractPrefix, methodPath, pinRole, routeId } from '../../core/contract/names';
import type { ProblemName } from '../../core/contract/problems';
import type { ResolvedContract, ResolvedMethod, ResolvedModel, ResolvedPlatform } from '../resolved';

/** Who passes: everybody, any verified caller, or one who holds at least one role of each group. */
export type Guard =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'roles'; readonly groups: readonly (readonly string[])[] };

/** What awaits those who pass. */
export type Outcome =
  | { readonly kind: 'call'; readonly method: ResolvedMethod; readonly front?: FrontName }
  | { readonly kind: 'page' }
  | { readonly kind: 'refusal'; readonly problem: ProblemName };

/** One line of the gateway's rules, as the models folder means them; nothing of Envoy's. */
export interface AccessRoute {
  /** `credit/v1/score`, `credit/v1/score@pinned`, `platform/models`. */
  readonly id: string;
  /** HTTP method. @default - any */
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** `path` is only the beginning. */
  readonly prefix: boolean;
  /** Only with the header `kea-version`. */
  readonly pinned: boolean;
  readonly guard: Guard;
  readonly outcome: Outcome;
  /** Absent on the platform's own pages. */
  readonly model?: string;
  readonly contract?: string;
}

/** All routes, in the order in which the first that matches decides. What none matches is forbidden to every caller. */
export function accessRoutes({ models }: Pick<ResolvedPlatform, 'models'>): readonly AccessRoute[] {
  return [...models.flatMap((model) => model.contracts.flatMap((contract) => contractRoutes(model, contract))), ...PLATFORM];
}

/** The contract that a model's bare paths mean: the newest that still takes calls. */
export function newestContract(model: ResolvedModel): ResolvedContract | undefined {
  return model.contracts.filter(({ lifecycle }) => !lifecycle.retired).at(-1);
}

const PLATFORM: readonly AccessRoute[] = ['/models', '/openapi.json', '/v2', '/v2/health/live', '/v2/health/ready'].map((path) => ({
  id: `platform${path}`,
  method: 'GET',
  path,
  prefix: false,
  pinned: false,
  guard: { kind: 'authenticated' },
  outcome: { kind: 'page' },
}));

function contractRoutes(model: ResolvedModel, contract: ResolvedContract): readonly AccessRoute[] {
  const members: Guard = { kind: 'roles', groups: [membersOf(model, contract)] };
  const route = (name: string, rest: Pick<AccessRoute, 'path' | 'outcome'> & Partial<AccessRoute>): AccessRoute => ({
    id: routeId(model.name, contract.contract, name),
    prefix: false,
    pinned: false,
    guard: members,
    model: model.name,
    contract: contract.contract,
    ...rest,
  });
  const refuse = (problem: ProblemName): Outcome => ({ kind: 'refusal', problem });
  const below = { path: contractPrefix(model.name, contract.contract), prefix: true };
  if (contract.lifecycle.retired) return [route('gone', { ...below, outcome: refuse('gone') })];
  const calls = (
    name: string,
    path: string,
    method: ResolvedMethod,
    front?: Extract<FrontPath, { kind: 'call' }>,
  ): readonly AccessRoute[] => {
    const outcome: Outcome = { kind: 'call', method, ...(front ? { front: front.front } : {}) };
    const call = { method: 'POST', path, prefix: front?.prefix ?? false, outcome } as const;
    const pinned = route(`${name}@pinned`, { ...call, pinned: front?.pinnedByPath !== true, guard: pinGuard(model, method) });
    return front?.pinnedByPath === true ? [pinned] : [pinned, route(name, { ...call, guard: callGuard(method) })];
  };
  const front = (each: FrontPath, place: string): readonly AccessRoute[] => {
    if (each.kind === 'page')
      return [route(`${place}${each.path.slice(1)}`, { method: 'GET', path: each.path, prefix: each.prefix, outcome: { kind: 'page' } })];
    const method = contract.methods.find((one) => one.method === each.method);
    return method === undefined ? [] : calls(`${place}${each.front}${each.prefix ? '.versions' : ''}`, each.path, method, each);
  };
  const pathOf = (name: string): string => methodPath(model.name, contract.contract, name);
  const bare = newestContract(model) === contract ? bareFronts(model.name, contract.fronts ?? {}) : [];
  return [
    ...contract.methods.flatMap((method) => calls(method.method, pathOf(method.method), method)),
    ...contractFronts(model.name, contract.contract, contract.fronts ?? {}).flatMap((each) => front(each, 'front:')),
    ...bare.flatMap((each) => front(each, 'bare:')),
    route('openapi.json', { method: 'GET', path: pathOf('openapi.json'), outcome: { kind: 'page' } }),
    ...[...contract.methods.map(({ method }) => method), 'openapi.json'].map((name) =>
      route(`${name}@other-method`, { path: pathOf(name), outcome: refuse('method-not-allowed') }),
    ),
    route('unknown', { ...below, outcome: refuse('not-found') }),
  ];
}

/** Every role of the contract's methods, and the pin role: who holds one may be told what is not there. */
function membersOf(model: ResolvedModel, contract: ResolvedContract): readonly string[] {
  return [...new Set([...contract.methods.flatMap(({ roles }) => roles), pinRole(model.name)])];
}

function callGuard(method: ResolvedMethod): Guard {
  return method.public ? { kind: 'anybody' } : { kind: 'roles', groups: [method.roles] };
}

function pinGuard(model: ResolvedModel, method: ResolvedMethod): Guard {
  return { kind: 'roles', groups: method.public ? [[pinRole(model.name)]] : [method.roles, [pinRole(model.name)]] };
}
