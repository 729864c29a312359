import { Header } from '../../core/contract/headers';
import { contractPrefix } from '../../core/contract/names';
import { Problem, type ProblemName } from '../../core/contract/problems';
import type { ResolvedPlatform } from '../resolved';
import { accessRoutes, type AccessRoute } from './routes';
import { accessVerdict } from './verdict';

/** Tokens that are none, whatever roles they carry. */
export const BAD_TOKENS = ['expired', 'wrong issuer', 'wrong audience', 'none algorithm', 'other key'] as const;
export type BadToken = (typeof BAD_TOKENS)[number];

/** Who knocks at a door. */
export type Credential = 'no token' | BadToken | 'role missing' | 'role present' | 'pinned without its role';

/** One request with one credential, and what the gateway must answer. */
export interface MatrixCase {
  /** `<route> · <credential>`, and the role where several admit; unique. */
  readonly id: string;
  readonly route: string;
  readonly credential: Credential;
  /** Roles that the token carries, also a bad one; [] without a token. */
  readonly roles: readonly string[];
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    /** Without `authorization`. */
    readonly headers: { readonly [name: string]: string };
    readonly body?: string;
  };
  readonly expected: {
    /** The door opened; what follows does not depend on who calls. */
    readonly admitted: boolean;
    readonly status: number;
    /** Type of the problem document; absent where the status is 200. */
    readonly problem?: ProblemName;
  };
}

/**
 * Every route of the platform × every credential → what must be answered. Pure; the same platform gives the same list.
 *
 * Calls carry a body that no method takes (`text/plain`), so an open door answers 415 and no model is asked, no limit counted and no answer
 * stored: the matrix may be tried against a gateway in production. Open pages answer 200.
 */
export function authorizationMatrix(platform: Pick<ResolvedPlatform, 'models'>): readonly MatrixCase[] {
  const routes = accessRoutes(platform);
  return [...routes, ...strangers(platform)].flatMap((route) => knocks(route).map((knock) => matrixCase(routes, route, knock)));
}

interface Knock {
  readonly credential: Credential;
  readonly roles: readonly string[];
  /** Told in the id, where several roles admit. */
  readonly by?: string;
}

/** What is tried at one door. */
function knocks(route: AccessRoute): readonly Knock[] {
  const groups = route.guard.kind === 'roles' ? route.guard.groups : [];
  const [callers = [], ...pin] = groups;
  const needed = groups.flatMap((group) => group.slice(0, 1));
  const isPin = route.id.endsWith('@pinned');
  return [
    { credential: 'no token', roles: [] },
    ...BAD_TOKENS.map((credential): Knock => ({ credential, roles: needed })),
    // At a pinned door the pin role alone does not do, and neither does everything else without it.
    ...(isPin ? [{ credential: 'pinned without its role', roles: pin.length > 0 ? callers : [] } as const] : []),
    ...(isPin && pin.length === 0 ? [] : [{ credential: 'role missing', roles: pin.flat() } as const]),
    ...(callers.length === 0
      ? [{ credential: 'role present', roles: needed } as const]
      : callers.map((role): Knock => ({
          credential: 'role present',
          roles: [role, ...pin.flat()],
          ...(callers.length > 1 ? { by: role } : {}),
        }))),
  ];
}

function matrixCase(routes: readonly AccessRoute[], route: AccessRoute, { credential, roles, by }: Knock): MatrixCase {
  const method = methodOf(route);
  const path = route.prefix ? below(route) : route.path;
  const caller =
    credential === 'no token'
      ? 'no-token'
      : (BAD_TOKENS as readonly string[]).includes(credential)
        ? 'bad-token'
        : { subject: 'somebody', roles };
  const verdict = accessVerdict(routes, { method, path, pinned: route.pinned, caller });
  return {
    id: `${route.id} · ${credential}${by === undefined ? '' : ` ${by}`}`,
    route: route.id,
    credential,
    roles,
    request: {
      method,
      path,
      headers: {
        ...(method === 'POST' ? { 'content-type': 'text/plain' } : { accept: 'application/json' }),
        ...(route.pinned ? { [Header.version]: '999999.0.0' } : {}),
      },
      ...(method === 'POST' ? { body: 'kea' } : {}),
    },
    expected: verdict.admitted ? opened(verdict.route) : { admitted: false, status: verdict.status, problem: verdict.problem },
  };
}

/** What follows an open door: the body that no method takes, or the page. */
function opened({ outcome }: AccessRoute): MatrixCase['expected'] {
  return outcome.kind === 'call'
    ? { admitted: true, status: Problem['unsupported-media-type'].status, problem: 'unsupported-media-type' }
    : { admitted: true, status: 200 };
}

function methodOf({ method, path, outcome }: AccessRoute): 'GET' | 'POST' {
  if (method !== undefined) return method;
  const wrong = outcome.kind === 'refusal' && outcome.problem === 'method-not-allowed';
  return wrong && !path.endsWith('.json') ? 'GET' : 'POST';
}

/** A path that only this route's prefix matches. */
function below({ path, outcome }: AccessRoute): string {
  if (outcome.kind === 'call') return `${path}999999.0.0/infer`;
  return outcome.kind === 'page'
    ? `${path}${path.includes('/models/') && path.startsWith('/v2') ? 'ready' : 'health/ready'}`
    : `${path}no-such-method`;
}

/** Doors that are not there: unknown models and contracts answer as forbidden ones do. */
function strangers({ models }: Pick<ResolvedPlatform, 'models'>): readonly AccessRoute[] {
  const names = new Set(models.map(({ name }) => name));
  let unknown = 'no-such-model';
  while (names.has(unknown)) unknown += '-x';
  const prefixes = [...models.slice(0, 1).map(({ name }) => contractPrefix(name, 'v999999')), contractPrefix(unknown, 'v1'), '/nowhere/'];
  return prefixes.map((prefix) => ({
    id: `nowhere${prefix}`,
    method: 'POST',
    path: `${prefix}predict`,
    prefix: false,
    pinned: false,
    guard: { kind: 'authenticated' },
    outcome: { kind: 'refusal', problem: 'forbidden' },
  }));
}
