import { contractOpenApi, platformOpenApi } from '../../../schema/openapi/index';
import { contract, embedded, method, model, platform } from './platform';
import { lint } from './redocly';

test('the linter sees what is wrong', () => {
  expect(lint({ wrong: { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { '/a': { post: {} } } } })).not.toEqual([]);
});

test('generated documents are clean under the recommended rules of an outside linter', () => {
  const rich = model({
    contracts: [
      contract({
        methods: [
          method('read', { cache: { scope: 'principal', ttlSeconds: 5 }, rateLimit: { requests: 1, per: 'hour', by: 'subject' } }),
          method('write', {
            public: true,
            roles: [],
            idempotent: false,
            examples: [],
            request: { $ref: '#/$defs/x', $defs: { x: { type: ['string', 'null'], maxLength: 3, 'x-kea-pii': true } } },
          }),
        ],
      }),
      contract({ contract: 'v2', lifecycle: { deprecated: '2027-01-01', sunset: '2027-06-30', retired: false } }),
    ],
  });
  const keycloak = { ...embedded, kind: 'keycloak', issuer: 'https://login.example.com/realms/kea' } as const;
  const whole = platform([rich, model({ name: 'iris' })]);
  const documents = {
    local: platformOpenApi(whole),
    keycloak: platformOpenApi(platform([rich], keycloak)),
    empty: platformOpenApi(platform([])),
    v1: contractOpenApi(whole, rich, rich.contracts[0]!),
    v2: contractOpenApi(whole, rich, rich.contracts[1]!),
  };
  expect(lint(documents)).toEqual([]);
});
