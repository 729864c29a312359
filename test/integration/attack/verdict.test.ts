import * as fc from 'fast-check';
import { accessRoutes } from '../../../schema/access/routes';
import { accessVerdict, type AccessRequest } from '../../../schema/access/verdict';
import { method, model, version } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

// Group 15, and the property: whatever is asked, the gateway's verdict is that of the pure functions.

const gateway = new LiveGateway();
const call = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 1], fields: ['x'] }],
  outputs: [{ field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1, 1] }],
} as const;
const models = [
  model('credit', {
    methods: [method('credit', 'score', { roles: ['credit:score', 'analyst'], call }), method('credit', 'explain')],
    versions: [version('1.0.0'), version('1.1.0')],
    fronts: { infer: 'score' },
  }),
  model('credit-x', { methods: [method('credit-x', 'score', { call })], fronts: { infer: 'score' } }),
  model('open', { methods: [method('open', 'look', { public: true, roles: [] })] }),
  model('old', { lifecycle: { retired: true } }),
];
const routes = accessRoutes({ models });
const ROLES = [
  'credit:score',
  'credit:explain',
  'credit:pin',
  'analyst',
  'credit-x:score',
  'open:pin',
  'old:score',
  'credit',
  '*',
  'Credit:score',
];
const tokens = new Map<string, string>();

beforeAll(() => gateway.start(models), 40_000);
afterAll(() => gateway.stop());

/** The bytes of one request; the path goes out as written. */
function bytesOf(path: string, httpMethod: string, pinned: boolean, token: string | undefined): string {
  return [
    `${httpMethod} ${path} HTTP/1.1`,
    'host: x',
    'connection: close',
    'content-type: application/json',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(pinned ? ['kea-version: 1.0.0'] : []),
    'content-length: 7',
    '',
    '{"x":1}',
  ].join('\r\n');
}

function tokenOf(caller: AccessRequest['caller']): string | undefined {
  if (caller === 'no-token') return undefined;
  if (caller === 'bad-token') return gateway.tokens.forged('otherKey', { roles: ROLES });
  const key = JSON.stringify(caller);
  const known = tokens.get(key) ?? gateway.tokens.token({ sub: caller.subject, roles: caller.roles });
  tokens.set(key, known);
  return known;
}

const callers: fc.Arbitrary<AccessRequest['caller']> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<'no-token'>('no-token') },
  { weight: 1, arbitrary: fc.constant<'bad-token'>('bad-token') },
  {
    weight: 6,
    arbitrary: fc.record({
      subject: fc.constantFrom('ada', 'ada', 'ada', ''),
      roles: fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 4 }),
    }),
  },
);
const words = [
  'models',
  'credit',
  'credit-x',
  'open',
  'old',
  'v1',
  'v2',
  'score',
  'explain',
  'look',
  'openapi.json',
  'infer',
  'versions',
  '1.0.0',
  'health',
  'ready',
  'openai',
  'nothing',
  'Credit',
];
const known = fc.constantFrom(...new Set(routes.map(({ path, prefix }) => (prefix ? `${path}infer` : path))));
const paths = fc.oneof(
  { weight: 4, arbitrary: known },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}`) },
  { weight: 1, arbitrary: fc.tuple(known, fc.constantFrom('/', 'x', '/x', '.json', '%20')).map(([path, end]) => path + end) },
);
const methods = fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');

/** Refusals are the edge's own; what it admits is answered by the worker behind it. */
const REFUSED = new Set([401, 403, 404, 405, 410]);

test('the verdict on random requests is that of the pure functions', async () => {
  await fc.assert(
    fc.asyncProperty(paths, methods, fc.boolean(), callers, async (path, httpMethod, pinned, caller) => {
      const verdict = accessVerdict(routes, { method: httpMethod, path, pinned, caller });
      const { status, text } = await gateway.raw(bytesOf(path, httpMethod, pinned, tokenOf(caller)));
      if (verdict.admitted) {
        expect([path, httpMethod, REFUSED.has(status)]).toEqual([path, httpMethod, false]);
        expect(text).toContain('"worker"');
      } else {
        expect([path, httpMethod, caller, status]).toEqual([path, httpMethod, caller, verdict.status]);
        expect(text).toContain(`problems/${verdict.problem}`);
      }
    }),
    { numRuns: 400 },
  );
}, 60_000);

/** Ways to write a path otherwise. Each is refused as malformed, or judged as some plain path that it stands for. */
const disguises: readonly ((path: string) => string)[] = [
  (path) => path.replace('/', '//'),
  (path) => path.replaceAll('/', '//'),
  (path) => path.replace(/\/([^/]*)$/, '/./$1'),
  (path) => `/x/..${path}`,
  (path) => `${path}/../${path.split('/').at(-1)}`,
  (path) => path.replace(/\/([^/]*)$/, '/x/../$1'),
  (path) => path.replace(/\/([^/]*)$/, ';a=b/$1'),
  (path) => path.replace(/\/([^/]*)$/, '/..;/$1'),
  (path) => path.replace(/\/([^/]*)$/, '%2f$1'),
  (path) => path.replace(/\/([^/]*)$/, '%5c$1'),
  (path) => path.replace(/\/([^/]*)$/, '\\$1'),
  (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
  (path) => path.replace('models', '%6dodels'),
  (path) => `${path}%00`,
  (path) => `${path}?x=/models/credit/v1/score`,
  (path) => `${path}#x`,
  (path) => `http://other.example.com${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replace('credit', 'Credit'),
  (path) => `${path}/`,
  (path) => `${path}%20`,
  (path) => path.replace('/models/', '/%2e%2e/models/'),
];

test('no spelling of a path opens what its owner could not call plainly', async () => {
  await fc.assert(
    fc.asyncProperty(known, fc.constantFrom(...disguises), callers, async (path, disguise, caller) => {
      const { status, text } = await gateway.raw(bytesOf(disguise(path), 'POST', false, tokenOf(caller)));
      expect([0, 200, 400, 401, 403, 404, 405, 410]).toContain(status);
      if (status !== 200) return;
      // It was admitted: then as a plain route that this caller may call, and no other.
      const route = /"x-kea-route":"([^"]+)"/.exec(text)?.[1];
      const admitted = accessVerdict(routes, { method: 'POST', path: /"path":"([^"?]+)/.exec(text)?.[1] ?? '', pinned: false, caller });
      expect([route !== undefined, admitted.admitted]).toEqual([true, true]);
    }),
    { numRuns: 400 },
  );
}, 60_000);
