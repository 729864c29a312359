import { Problem, type ProblemName } from '../../core/contract/problems';
import type { AccessRoute, Guard } from './routes';

/** A request as far as the gateway's door looks at it. */
export interface AccessRequest {
  readonly method: string;
  /** Canonical, without a query. */
  readonly path: string;
  /** It carries `kea-version`. */
  readonly pinned: boolean;
  /** No token, one that does not verify, or the verified claims. */
  readonly caller: 'no-token' | 'bad-token' | { readonly subject: string; readonly roles: readonly string[] };
}

export type AccessVerdict =
  | { readonly admitted: true; readonly route: AccessRoute }
  | { readonly admitted: false; readonly status: number; readonly problem: ProblemName };

/**
 * The door's rule, pure: first who calls, then the first route that matches, then its guard. Who may not pass is told nothing of what
 * lies behind; 404, 405 and 410 are told only to those who pass.
 */
export function accessVerdict(routes: readonly AccessRoute[], request: AccessRequest): AccessVerdict {
  const { caller } = request;
  const route = routes.find((each) => matches(each, request));
  if (caller === 'bad-token') return refused('unauthenticated');
  if (caller === 'no-token') return route?.guard.kind === 'anybody' ? passed(route) : refused('unauthenticated');
  return route !== undefined && passes(route.guard, caller) ? passed(route) : refused('forbidden');
}

function matches(route: AccessRoute, { method, path, pinned }: AccessRequest): boolean {
  return (
    (route.method === undefined || route.method === method) &&
    (!route.pinned || pinned) &&
    (route.prefix ? path.startsWith(route.path) : path === route.path)
  );
}

/** Whether a verified caller passes. One without a subject is nobody. */
function passes(guard: Guard, { subject, roles }: { readonly subject: string; readonly roles: readonly string[] }): boolean {
  switch (guard.kind) {
    case 'anybody':
      return true;
    case 'authenticated':
      return subject !== '';
    case 'roles':
      return subject !== '' && guard.groups.every((group) => group.some((role) => roles.includes(role)));
  }
}

function passed(route: AccessRoute): AccessVerdict {
  return route.outcome.kind === 'refusal' ? refused(route.outcome.problem) : { admitted: true, route };
}

function refused(problem: ProblemName): AccessVerdict {
  return { admitted: false, status: Problem[problem].status, problem };
}
