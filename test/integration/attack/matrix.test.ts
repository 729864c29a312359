import { authorizationMatrix, type MatrixCase } from '../../../schema/access/matrix';
import { method, model, version } from '../../constructs/gateway/platform';
import { LiveGateway } from '../envoy/gateway';

const gateway = new LiveGateway('real');
const two = [version('1.0.0'), version('1.1.0')];
const tensors = {
  kind: 'tensors',
  inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 1], fields: ['x'] }],
  outputs: [{ field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1, 1] }],
} as const;
const chat = { kind: 'openai', operation: 'chat.completions' } as const;
const models = [
  model('credit', {
    methods: [method('credit', 'score', { roles: ['credit:score', 'analyst'], call: tensors }), method('credit', 'explain')],
    versions: two,
    routing: { weights: { '1.0.0': 50, '1.1.0': 50 }, sticky: 'principal', match: [], shadow: {} },
    fronts: { infer: 'score' },
  }),
  model('open', { methods: [method('open', 'look', { public: true, roles: [], call: tensors })], fronts: { infer: 'look' } }),
  model('writer', { methods: [method('writer', 'chat', { call: chat })], fronts: { chat: 'chat' } }),
  model('old', { lifecycle: { retired: true } }),
  model('pages', {}, { cors: { origins: ['https://app.example.com'] } }),
];
const matrix = authorizationMatrix(gateway.platformOf(models));

beforeAll(() => gateway.start(models), 40_000);
afterAll(() => gateway.stop());

const now = Math.floor(Date.now() / 1000);
function tokenOf({ credential, roles }: MatrixCase): string | undefined {
  const { tokens } = gateway;
  switch (credential) {
    case 'no token':
      return undefined;
    case 'expired':
      return tokens.token({ roles, exp: now - 300 });
    case 'wrong issuer':
      return tokens.token({ roles, iss: 'https://other.example.com' });
    case 'wrong audience':
      return tokens.token({ roles, aud: 'account' });
    case 'none algorithm':
      return tokens.forged('none', { roles });
    case 'other key':
      return tokens.forged('otherKey', { roles });
    default:
      return tokens.token({ roles });
  }
}

test('every route answers every credential as the models folder says', async () => {
  const wrong: unknown[] = [];
  for (const each of matrix) {
    const token = tokenOf(each);
    const { request, expected } = each;
    const answer = await gateway.call(request.method, request.path, {
      ...(token === undefined ? {} : { token }),
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const problem = typeof answer.json['type'] === 'string' ? answer.json['type'].replace('https://kea.dev/problems/', '') : undefined;
    if (answer.status !== expected.status || (expected.problem ?? undefined) !== problem)
      wrong.push({ id: each.id, expected, status: answer.status, problem });
  }
  expect(wrong).toEqual([]);
  expect(matrix.length).toBeGreaterThan(300);
}, 60_000);
