import { Header } from '../../core/contract/headers';
import { problemType } from '../../core/contract/problems';
import { accessRoutes } from '../../schema/access/routes';
import { accessVerdict } from '../../schema/access/verdict';
import { authorizationMatrix, BAD_TOKENS, type BadToken, type MatrixCase } from '../../schema/access/matrix';
import type { ResolvedPlatform } from '../../schema/resolved';
import { tried, type Failure, type Section } from './report';
import { eachOf, type Question, type Reply, type Sender } from './send';
import type { RealToken } from './tokens';

/** One request, and what must be answered. */
export interface Attempt {
  readonly id: string;
  readonly question: Question;
  readonly expected: MatrixCase['expected'];
}

/**
 * The authorization matrix for the tokens at hand: each door without a token, with every bad one, and with every real one, whose own roles say what
 * must follow. Also names the doors that no real token opens. Pure.
 */
export function attempts(
  platform: Pick<ResolvedPlatform, 'models'>,
  real: readonly RealToken[],
  bad: ReadonlyMap<BadToken, string>,
): { readonly attempts: readonly Attempt[]; readonly unopened: readonly string[] } {
  const routes = accessRoutes(platform);
  const matrix = authorizationMatrix(platform);
  const opened = new Map(matrix.filter(({ expected }) => expected.admitted).map((each) => [each.route, each.expected]));
  const seen = new Set<string>();
  const openedHere = new Set<string>();
  const all = matrix.flatMap((each): readonly Attempt[] => {
    if (each.credential === 'no token') return [attempt(each, 'no token', undefined, each.expected)];
    if ((BAD_TOKENS as readonly string[]).includes(each.credential)) {
      const kind = each.credential as BadToken;
      return [attempt(each, kind, bad.get(kind), each.expected)];
    }
    // Real tokens carry the roles that they have, so each is tried once at each door.
    if (seen.has(each.route)) return [];
    seen.add(each.route);
    return real.map((token) => {
      const { method, path, headers } = each.request;
      const verdict = accessVerdict(routes, { method, path, pinned: Header.version in headers, caller: token });
      if (!verdict.admitted)
        return attempt(each, token.name, token.token, { admitted: false, status: verdict.status, problem: verdict.problem });
      openedHere.add(each.route);
      return attempt(each, token.name, token.token, opened.get(verdict.route.id) ?? each.expected);
    });
  });
  return { attempts: all, unopened: [...opened.keys()].filter((route) => !openedHere.has(route) && !isPublic(matrix, route)) };
}

function isPublic(matrix: readonly MatrixCase[], route: string): boolean {
  return matrix.some((each) => each.route === route && each.credential === 'no token' && each.expected.admitted);
}

function attempt({ route, request }: MatrixCase, who: string, token: string | undefined, expected: MatrixCase['expected']): Attempt {
  const { method, path, headers, body } = request;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    id: `${route} · ${who}`,
    question: { method, path, headers: { ...headers, ...authorization }, ...(body === undefined ? {} : { body }) },
    expected,
  };
}

export async function proveAuthorization(list: ReturnType<typeof attempts>, sender: Sender, notes: readonly string[]): Promise<Section> {
  const failures = await eachOf(list.attempts, async (each) => differs(each, await sender.send(each.question)));
  const { unopened } = list;
  const rest =
    unopened.length === 0
      ? []
      : [`no given token opens ${unopened.length} doors, such as ${unopened.slice(0, 3).join(', ')}: only their closing was tried`];
  return tried(
    'each door opens to the right role and to nobody else',
    list.attempts.length,
    failures.flatMap((each) => each ?? []),
    [...notes, ...rest],
  );
}

export function differs({ id, expected }: Attempt, reply: Reply): Failure | undefined {
  const wanted = expected.problem === undefined ? undefined : problemType(expected.problem);
  if (reply.status === expected.status && (wanted === undefined || reply.problem === wanted)) return undefined;
  return { what: id, expected: said({ status: expected.status, ...(wanted === undefined ? {} : { problem: wanted }) }), got: said(reply) };
}

export function said({ status, problem, error }: Reply): string {
  return status === 0
    ? `no answer (${error ?? 'connection lost'})`
    : `${status}${problem === undefined ? '' : ` ${problem.split('/').at(-1)}`}`;
}
