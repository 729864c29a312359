import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localToken } from '../../../cli/run/token';
import { tryExample } from '../../../cli/run/try';
import { startTestPlatform, type TestPlatform } from '../../support/local';
import type { JsonValue } from '../../../core/json';

const TYPICAL = { income: 52000, age: 41, amount: 9000 };

let kea: TestPlatform;
beforeAll(async () => (kea = await startTestPlatform()), 60_000);
afterAll(() => kea.stop(), 30_000);

function problem(answer: { readonly body: { readonly type: string } }): string {
  return answer.body.type.replace('https://kea.dev/problems/', '');
}

test('every sample model answers each of its examples through the gateway', async () => {
  const called: string[] = [];
  for (const model of kea.platform().models)
    for (const contract of model.contracts)
      for (const method of contract.methods)
        for (const example of method.examples) {
          const path = `${model.name}/${contract.contract}/${method.method}`;
          const answer = await kea.call(path, example.request);
          expect([path, example.name, answer.status]).toEqual([path, example.name, 200]);
          expect(answer.headers.get('kea-model-version')).toMatch(/^\d+\.\d+\.\d+$/);
          called.push(path);
        }
  expect(new Set(called)).toEqual(
    new Set([
      'credit-score/v1/score',
      'iris/v1/predict',
      'student-grades/v1/read',
      'student-grades/v1/write',
      'text-sentiment/v1/classify',
    ]),
  );
});

test('without a token 401, with a forged one 401', async () => {
  const none = await kea.call('credit-score/v1/score', TYPICAL, { as: null });
  expect([none.status, problem(none)]).toEqual([401, 'unauthenticated']);
  const [head, , signature] = (await kea.token('sam')).split('.');
  const forged = Buffer.from(JSON.stringify({ iss: kea.issuer, sub: 'sam', aud: 'kea', exp: 4e9, roles: ['credit-analyst'] })).toString(
    'base64url',
  );
  const answer = await kea.call('credit-score/v1/score', TYPICAL, {
    as: null,
    headers: { authorization: `Bearer ${head}.${forged}.${signature}` },
  });
  expect(answer.status).toBe(401);
});

test('a role that does not admit is 403, and so is a model that does not exist', async () => {
  const wrong = await kea.call('student-grades/v1/write', { student: 's-1', course: 'art', grade: 1 }, { as: 'sam' });
  const unknown = await kea.call('nobody/v1/knows', {}, { as: 'sam' });
  expect([wrong.status, unknown.status]).toEqual([403, 403]);
  expect({ ...unknown.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
});

test('students read, teachers read and write, machines call what their roles admit to', async () => {
  const read = { student: 's-1001' };
  const write = { student: 's-2000', course: 'art', grade: 77 };
  expect((await kea.call('student-grades/v1/read', read, { as: 'sam' })).status).toBe(200);
  expect((await kea.call('student-grades/v1/write', write, { as: 'tina' })).body).toEqual(write);
  expect((await kea.call('student-grades/v1/read', { student: 's-2000' }, { as: 'tina' })).body.average).toBe(77);
  expect((await kea.call('credit-score/v1/score', TYPICAL, { as: 'batch' })).status).toBe(200);
});

test.each<[string, unknown, { readonly [name: string]: string }, number, string]>([
  ['not JSON', '{"income":', {}, 400, 'malformed-request'],
  ['a key twice', '{"age":1,"age":2}', {}, 400, 'malformed-request'],
  ['outside the schema', { income: 'much', age: 41, amount: 9000 }, {}, 422, 'invalid-request'],
  ['another media type', 'income=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
  ['too many bytes', ' '.repeat(5000), {}, 413, 'body-too-large'],
  ['a version that is not there', TYPICAL, { 'kea-version': '9.9.9' }, 404, 'not-found'],
])('%s', async (_what, body, headers, status, name) => {
  const answer = await kea.call('credit-score/v1/score', body, { headers });
  expect([answer.status, problem(answer)]).toEqual([status, name]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
});

test('validation errors point into the body and repeat nothing of it', async () => {
  const { body } = await kea.call('credit-score/v1/score', { income: 'a-secret', age: 41, amount: 9000 });
  expect(body.errors).toEqual([{ pointer: '/income', rule: 'type', detail: 'must be number' }]);
  expect(JSON.stringify(body)).not.toContain('a-secret');
});

test('a body far beyond every limit does not reach the processor', async () => {
  const answer = await kea.call('credit-score/v1/score', 'x'.repeat(1 << 20));
  expect(answer.status).toBe(413);
});

test('the same question twice is answered from the cache, whatever the order of its keys', async () => {
  const question = { income: 61234, age: 33, amount: 4321 };
  const first = await kea.call('credit-score/v1/score', question);
  const second = await kea.call('credit-score/v1/score', '{ "amount": 4321, "age": 33, "income": 61234.0 }');
  expect(first.headers.get('cache-status')).toContain('fwd=miss');
  expect(second.headers.get('cache-status')).toMatch(/^kea; hit/);
  expect(second.body).toEqual(first.body);
});

test('what is cached for one caller is not answered to another', async () => {
  const question = { text: 'The soup was cold and nobody cared.' };
  await kea.call('text-sentiment/v1/classify', question);
  const same = await kea.call('text-sentiment/v1/classify', question);
  const other = await kea.call('text-sentiment/v1/classify', question, { as: 'batch' });
  expect(same.headers.get('cache-status')).toMatch(/^kea; hit/);
  expect(other.headers.get('cache-status')).toContain('fwd=miss');
});

test('a pinned version answers whom the pin role admits', async () => {
  const pinned = await kea.call('credit-score/v1/score', TYPICAL, { headers: { 'kea-version': '1.5.0' } });
  expect([pinned.status, pinned.headers.get('kea-model-version')]).toEqual([200, '1.5.0']);
  const refused = await kea.call('credit-score/v1/score', TYPICAL, { as: 'batch', headers: { 'kea-version': '1.5.0' } });
  expect(refused.status).toBe(403);
});

test('headers that only the platform may set are worth nothing from a client', async () => {
  const roles = Buffer.from('["teacher"]').toString('base64');
  const answer = await kea.call(
    'student-grades/v1/write',
    { student: 's-1', course: 'art', grade: 1 },
    { as: 'sam', headers: { 'x-kea-roles': roles, 'x-kea-subject': 'tina', 'x-kea-route': 'student-grades/v1/write' } },
  );
  expect(answer.status).toBe(403);
});

test('catalogue and OpenAPI show each caller what it may call', async () => {
  const get = async (path: string, as: string): Promise<{ readonly [key: string]: JsonValue }> => {
    const answer = await fetch(`${kea.url}${path}`, { headers: { authorization: `Bearer ${await kea.token(as)}` } });
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as { readonly [key: string]: JsonValue };
  };
  const names = (list: JsonValue | undefined): string[] => (list as { model: string }[]).map(({ model }) => model);
  expect(names((await get('/models', 'ada'))['models'])).toEqual(['credit-score', 'iris', 'student-grades', 'text-sentiment']);
  expect(names((await get('/models', 'sam'))['models'])).toEqual(['student-grades']);
  const paths = (document: { readonly [key: string]: JsonValue }): string[] =>
    Object.keys(document['paths'] as object).filter((path) => path.startsWith('/models/student-grades'));
  expect(paths(await get('/openapi.json', 'sam'))).toEqual(['/models/student-grades/v1/read']);
  expect(paths(await get('/models/student-grades/v1/openapi.json', 'tina'))).toEqual([
    '/models/student-grades/v1/read',
    '/models/student-grades/v1/write',
  ]);
});

test('wrong verb below a model that the caller may call is 405', async () => {
  const answer = await kea.call('credit-score/v1/score', '', { verb: 'PUT' });
  expect([answer.status, problem(answer)]).toEqual([405, 'method-not-allowed']);
});

test('every call leaves a record under the id that the caller sees', async () => {
  const answer = await kea.call('credit-score/v1/score', { income: 1, age: 18 });
  const id = answer.headers.get('x-request-id');
  const records = (): { id: string; decision: { problem?: string } }[] =>
    (readdirSync(kea.state.audit, { recursive: true, encoding: 'utf8' }) as string[])
      .filter((file) => file.endsWith('.jsonl') || file.endsWith('.log') || file.endsWith('.ndjson'))
      .flatMap((file) => readFileSync(join(kea.state.audit, file), 'utf8').trim().split('\n'))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { id: string; decision: { problem?: string } });
  const deadline = Date.now() + 5000;
  while (!records().some((record) => record.id === id) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(records().find((record) => record.id === id)?.decision.problem).toBe('invalid-request');
});

test('kea token and kea try name who and what is unknown', async () => {
  const { root } = kea;
  await expect(localToken({ root, person: 'mallory' })).rejects.toThrow(
    expect.objectContaining({ findings: [expect.objectContaining({ code: 'KEA4010' })] }),
  );
  await expect(tryExample({ root, model: 'iris', method: 'score' })).rejects.toThrow(
    expect.objectContaining({ findings: [expect.objectContaining({ code: 'KEA4011' })] }),
  );
});
