import { Problem } from '../../../core/contract/problems';
import { contractOpenApi, platformOpenApi } from '../../../schema/openapi/index';
import { visibleOpenApi } from '../../../services/shared/visible-openapi';
import { contract, embedded, method, model, platform } from './platform';
import type { JsonObject, JsonValue } from '../../../core/json';

function at(document: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, key) => (value as JsonObject | undefined)?.[key], document);
}

test('a contract has one operation a method, with its limits, roles and examples', () => {
  const scored = method('score', {
    roles: ['credit-analyst', 'credit-score:score'],
    cache: { scope: 'shared', ttlSeconds: 600 },
    rateLimit: { requests: 600, per: 'minute', by: 'client' },
  });
  const whole = platform([model({ contracts: [contract({ methods: [scored] })] })]);
  const document = contractOpenApi(whole, whole.models[0]!, whole.models[0]!.contracts[0]!);
  const operation = at(document, 'paths', '/models/credit-score/v1/score', 'post');

  expect(document['openapi']).toBe('3.1.0');
  expect(at(document, 'info', 'contact', 'name')).toBe('risk-team');
  expect(at(document, 'info', 'version')).toBe('1.5.0');
  expect(at(operation, 'operationId')).toBe('credit-score.score.v1');
  expect(at(operation, 'x-kea-roles')).toEqual(['credit-analyst', 'credit-score:score']);
  expect(at(operation, 'description')).toContain('one of the roles `credit-analyst`, `credit-score:score`');
  expect(at(operation, 'x-kea-max-body-bytes')).toBe(65536);
  expect(at(operation, 'x-kea-timeout-ms')).toBe(2000);
  expect(at(operation, 'x-kea-rate-limit')).toEqual({ requests: 600, per: 'minute', by: 'client' });
  expect(at(operation, 'requestBody', 'content', 'application/json', 'examples', 'typical', 'value')).toEqual({ income: 52000 });
  expect(Object.keys(at(operation, 'responses', '200', 'headers') as JsonObject)).toEqual([
    'kea-model-version',
    'cache-status',
    'age',
    'ratelimit',
    'ratelimit-policy',
  ]);
  expect(at(document, 'components', 'parameters', 'Version', 'schema', 'enum')).toEqual(['1.4.0', '1.5.0']);
});

test('addresses of the standards stand in the document of their contract, each with the roles of its method and its own schema', () => {
  const made = contract({
    methods: [
      method('score', {
        roles: ['credit-analyst'],
        call: { kind: 'tensors', inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 2], fields: ['a'] }], outputs: [] },
      }),
      method('talk', { roles: ['writer'], call: { kind: 'openai', operation: 'chat.completions' } }),
    ],
    fronts: { infer: 'score', chat: 'talk' },
  });
  const whole = platform([model({ contracts: [made] })]);
  const document = contractOpenApi(whole, whole.models[0]!, made);
  const infer = at(document, 'paths', '/models/credit-score/v1/v2/models/credit-score/infer', 'post');
  const chat = at(document, 'paths', '/models/credit-score/v1/openai/v1/chat/completions', 'post');
  expect([infer, chat].map((each) => [at(each, 'operationId'), at(each, 'x-kea-roles'), at(each, 'x-kea-stands-for')])).toEqual([
    ['credit-score.score.v1.infer', ['credit-analyst'], 'score'],
    ['credit-score.talk.v1.chat', ['writer'], 'talk'],
  ]);
  expect(at(infer, 'security')).toEqual(at(document, 'paths', '/models/credit-score/v1/score', 'post', 'security'));
  expect(Object.keys(at(chat, 'responses') as JsonObject)).toEqual(
    Object.keys(at(document, 'paths', '/models/credit-score/v1/talk', 'post', 'responses') as JsonObject),
  );
  expect(at(chat, 'requestBody', 'content', 'application/json', 'schema', 'properties', 'model', 'const')).toBe('credit-score');
  // Who may only talk does not learn how to infer.
  const bundled = { model: 'credit-score', contract: 'v1', fronts: made.fronts, methods: made.methods };
  const shown = visibleOpenApi(document, [{ contract: bundled as never }], ['writer']);
  expect(Object.keys(shown['paths'] as JsonObject)).toEqual([
    '/models/credit-score/v1/talk',
    '/models/credit-score/v1/openai/v1/chat/completions',
  ]);
});

test('every kind of problem is described with an example, and every operation points to them', () => {
  const whole = platform([
    model({ contracts: [contract({ lifecycle: { deprecated: '2027-01-01', sunset: '2027-06-30', retired: false } })] }),
  ]);
  const document = platformOpenApi(whole);
  const described = Object.values(at(document, 'components', 'responses') as JsonObject).flatMap((response) =>
    Object.keys(at(response, 'content', 'application/problem+json', 'examples') as JsonObject),
  );
  expect(described.sort()).toEqual(Object.keys(Problem).sort());
  const operation = at(document, 'paths', '/models/credit-score/v1/score', 'post');
  expect(at(operation, 'responses', '422')).toEqual({ $ref: '#/components/responses/Problem422' });
  expect(at(operation, 'responses', '410')).toEqual({ $ref: '#/components/responses/Problem410' });
  expect(at(operation, 'deprecated')).toBe(true);
  expect(at(operation, 'x-sunset')).toBe('2027-06-30');
});

test('a retired contract is not in the document of the platform', () => {
  const document = platformOpenApi(platform([model({ contracts: [contract({ lifecycle: { retired: true } })] })]));
  expect(Object.keys(at(document, 'paths') as JsonObject)).toEqual(['/models', '/models/{model}/{contract}/openapi.json', '/openapi.json']);
});

test('people can log in where the endpoints are known; other providers say it themselves', () => {
  const keycloak = platformOpenApi(platform([], { ...embedded, kind: 'keycloak', issuer: 'https://login.example.com/realms/kea' }));
  expect(at(keycloak, 'components', 'securitySchemes', 'oauth2', 'flows', 'clientCredentials', 'tokenUrl')).toBe(
    'https://login.example.com/realms/kea/protocol/openid-connect/token',
  );
  const brought = platformOpenApi(platform([], { ...embedded, kind: 'oidc', issuer: 'https://login.example.com/x' }));
  expect(Object.keys(at(brought, 'components', 'securitySchemes') as JsonObject)).toEqual(['openId', 'bearer']);
  expect(at(brought, 'servers')).toEqual([{ url: 'https://models.risk.internal', description: 'local' }]);
});

test('a public method needs no token and says so', () => {
  const whole = platform([model({ contracts: [contract({ methods: [method('score', { public: true, roles: [] })] })] })]);
  const operation = at(platformOpenApi(whole), 'paths', '/models/credit-score/v1/score', 'post');
  expect(at(operation, 'security')).toEqual([]);
  expect(at(operation, 'description')).toContain('without a token');
});

test('the same platform gives the same bytes', () => {
  const make = () => JSON.stringify(platformOpenApi(platform([model(), model({ name: 'iris' })])));
  expect(make()).toBe(make());
});

test('adding a model changes no component of another', () => {
  const before = at(platformOpenApi(platform([model()])), 'components', 'schemas') as JsonObject;
  const after = at(platformOpenApi(platform([model({ name: 'a' }), model()])), 'components', 'schemas') as JsonObject;
  expect(after).toMatchObject(before);
});
