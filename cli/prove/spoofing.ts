import { EnvoyHeader, Header } from '../../core/contract/headers';
import { said, type Attempt } from './authorization';
import { tried, type Failure, type Section } from './report';
import { eachOf, type Sender } from './send';

/** One header of each kind by which somebody could try to be somebody else, or to be somewhere else. */
const ROLES = Buffer.from(JSON.stringify(['admin', 'kea:admin'])).toString('base64');
export const SPOOFS: readonly (readonly [name: string, value: string])[] = [
  [Header.roles, ROLES],
  [Header.subject, 'root'],
  [Header.issuer, 'https://elsewhere.invalid'],
  [Header.client, 'admin'],
  [Header.route, 'platform/models'],
  [Header.part, '0000000000000000'],
  [Header.pinned, 'true'],
  [Header.cluster, 'processor'],
  [Header.front, 'openai'],
  [EnvoyHeader.timeoutMs, '1'],
  [EnvoyHeader.retryOn, '5xx'],
  ['x-envoy-original-path', '/models'],
  ['x-envoy-internal', 'true'],
  ['x-jwt-payload', ROLES],
  ['x-original-url', '/models'],
  ['x-rewrite-url', '/models'],
  ['x-http-method-override', 'GET'],
  ['x-forwarded-client-cert', 'By=spiffe://kea;URI=spiffe://admin'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-forwarded-host', 'localhost'],
  ['x-forwarded-user', 'root'],
  ['x-real-ip', '127.0.0.1'],
  ['forwarded', 'for=127.0.0.1;host=localhost'],
];

/** Each header at a few doors, open and closed: the answer must be the one without it. */
export async function proveSpoofing(all: readonly Attempt[], sender: Sender): Promise<Section> {
  const doors = oneOfEach(all, ({ expected }) => `${expected.status} ${expected.problem ?? ''}`);
  const list = doors.flatMap((door) => SPOOFS.map(([name, value]) => ({ door, name, value })));
  const failures = await eachOf(list, async ({ door, name, value }): Promise<Failure | undefined> => {
    const { status, problem } = door.expected;
    const reply = await sender.send({ ...door.question, headers: { ...door.question.headers, [name]: value } });
    const same = reply.status === status && (problem === undefined || reply.problem?.endsWith(`/${problem}`) === true);
    return same ? undefined : { what: `${door.id} with ${name}`, expected: `${status} ${problem ?? ''}`.trim(), got: said(reply) };
  });
  return tried(
    'a header that a client makes up changes nothing',
    list.length,
    failures.flatMap((each) => each ?? []),
  );
}

function oneOfEach<T>(items: readonly T[], kind: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [kind(item), item])).values()];
}
