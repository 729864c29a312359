import { connect } from 'node:net';
import { json, text } from '../../support/stand-in-inner';
import { until } from '../../support/until';
import { makePart, SCORE_REQUEST, WorkerFixture, type CallOptions } from '../../support/worker-fixture';

const GOOD = { income: 52000, age: 41, amount: 9000 };
const ID = '11111111-2222-4333-8444-555555555555';

let fixture: WorkerFixture;
afterEach(() => fixture.stop());

const problem = (name: string, status: number, title: string, more: object = {}) => ({
  type: `https://kea.dev/problems/${name}`,
  title,
  status,
  instance: `urn:uuid:${ID}`,
  ...more,
});

describe('route headers', () => {
  test.each<[string, CallOptions, number, string]>([
    ['no route', { headers: { 'x-kea-route': undefined } }, 503, 'processor-unavailable'],
    ['no part', { headers: { 'x-kea-part': undefined } }, 503, 'configuration-pending'],
    ['unknown part', { part: 'f'.repeat(64) }, 503, 'configuration-pending'],
    ['route of another contract than the part', { route: 'iris/v1/predict' }, 503, 'configuration-pending'],
    ['unknown method', { route: 'credit-score/v1/other' }, 503, 'configuration-pending'],
    ['no subject', { headers: { 'x-kea-subject': undefined } }, 503, 'processor-unavailable'],
    ['empty subject', { subject: '' }, 503, 'processor-unavailable'],
    ['no issuer', { headers: { 'x-kea-issuer': undefined } }, 503, 'processor-unavailable'],
    ['roles that do not admit', { roles: ['iris:predict'] }, 403, 'forbidden'],
    ['a pin that the edge did not judge', { headers: { 'kea-version': '1.4.0' } }, 403, 'forbidden'],
    ['an unknown pinned version', { headers: { 'kea-version': '9.9.9', 'x-kea-pinned': 'true' } }, 404, 'not-found'],
    ['another verb', { verb: 'PUT', headers: { 'content-type': 'application/json' } }, 405, 'method-not-allowed'],
  ])('%s', async (_name, options, status, name) => {
    fixture = await WorkerFixture.start();
    const reply = await fixture.call({ body: GOOD, ...options });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json).toMatchObject({ type: `https://kea.dev/problems/${name}`, status, instance: `urn:uuid:${ID}` });
    expect(fixture.inner.calls).toHaveLength(0);
  });

  test('a pin that the edge judged reaches its version', async () => {
    fixture = await WorkerFixture.start([makePart({ versions: [{ version: '1.4.0' }, { version: '1.5.0' }] })]);
    const reply = await fixture.call({ body: GOOD, headers: { 'kea-version': '1.5.0', 'x-kea-pinned': 'true' } });
    expect(reply.status).toBe(200);
    expect(reply.headers['kea-model-version']).toBe('1.5.0');
    expect(fixture.inner.calls[0]?.headers['x-kea-cluster']).toBe('credit-score-v1-5-0');
  });

  test('below a contract: 405 with Allow for what the caller may call, 404 for the rest', async () => {
    fixture = await WorkerFixture.start();
    const rest = { route: 'credit-score/v1/*' };
    const wrongVerb = await fixture.get({ ...rest });
    expect([wrongVerb.status, wrongVerb.headers['allow']]).toEqual([405, 'POST']);
    expect((await fixture.get({ ...rest, roles: ['credit-score:other'] })).status).toBe(404);
    expect((await fixture.get({ ...rest, path: '/models/credit-score/v1/nothing' })).status).toBe(404);
    const document = await fixture.call({ ...rest, path: '/models/credit-score/v1/openapi.json', body: {} });
    expect([document.status, document.headers['allow']]).toEqual([405, 'GET']);
  });

  test('a public method needs no caller, and an empty caller never forms a key', async () => {
    fixture = await WorkerFixture.start([
      makePart({ methods: [{ method: 'score', public: true, roles: [], cache: { scope: 'principal', ttlSeconds: 60 } }] }),
    ]);
    const anonymous = { body: GOOD, headers: { 'x-kea-subject': undefined, 'x-kea-issuer': undefined, 'x-kea-roles': undefined } };
    for (let call = 0; call < 2; call++) {
      const reply = await fixture.call(anonymous);
      expect([reply.status, reply.headers['cache-status']]).toEqual([200, 'kea; fwd=bypass']);
    }
    expect(fixture.inner.calls).toHaveLength(2);
  });
});

describe('media type', () => {
  test.each<[string, CallOptions['headers'], number]>([
    ['JSON', { 'content-type': 'application/json' }, 200],
    ['JSON with charset', { 'content-type': 'application/json; charset=utf-8' }, 200],
    ['JSON with quoted charset, upper case', { 'content-type': 'Application/JSON;charset="UTF-8"' }, 200],
    ['identity encoding', { 'content-type': 'application/json', 'content-encoding': 'identity' }, 200],
    ['none', { 'content-type': undefined }, 415],
    ['text', { 'content-type': 'text/plain' }, 415],
    ['form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['a suffix type', { 'content-type': 'application/vnd.api+json' }, 415],
    ['two in one', { 'content-type': 'application/json, text/plain' }, 415],
    ['two headers', { 'content-type': ['application/json', 'text/plain'] }, 415],
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ['br', { 'content-type': 'application/json', 'content-encoding': 'br' }, 415],
    ['identity and gzip', { 'content-type': 'application/json', 'content-encoding': 'identity, gzip' }, 415],
  ])('%s', async (_name, headers, status) => {
    fixture = await WorkerFixture.start();
    const reply = await fixture.call({ body: GOOD, headers: headers ?? {} });
    expect(reply.status).toBe(status);
    expect(fixture.inner.calls).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('body', () => {
  test.each<[string, string | Buffer, string]>([
    ['empty', '', 'the body is empty'],
    ['byte-order mark', Buffer.from('efbbbf7b7d', 'hex'), 'the text starts with a byte-order mark'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'something follows after the JSON value'],
    ['invalid UTF-8', Buffer.from('7b2261223a22ff227d', 'hex'), 'the text is not valid UTF-8'],
    ['NaN', '{"income":NaN}', 'the text is not JSON (RFC 8259)'],
    ['trailing bytes', '{} x', 'something follows after the JSON value'],
    ['two lines', '{}\n{}', 'something follows after the JSON value'],
    ['duplicate keys', '{"age":1,"age":2}', 'an object has the same key twice'],
    ['__proto__', '{"__proto__":{"age":1}}', 'the keys __proto__, constructor and prototype are not taken'],
    ['1e400', '{"income":1e400}', 'a number is too large for a double'],
    ['lone surrogate', '{"a":"\\ud800"}', 'a string holds half of a surrogate pair'],
    ['10,000 levels', `${'['.repeat(2000)}1`, 'arrays and objects are nested too deeply'],
  ])('400: %s', async (_name, raw, reason) => {
    fixture = await WorkerFixture.start();
    const reply = await fixture.call({ raw });
    if (_name === 'UTF-16') return expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject(
      problem('malformed-request', 400, 'The request body is not the JSON that it must be', { detail: reason }),
    );
    expect(fixture.inner.calls).toHaveLength(0);
  });

  test('exactly at the limit is taken, one byte more is 413, with and without a length', async () => {
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', maxBodyBytes: 100 }] })]);
    const body = JSON.stringify(GOOD);
    const padded = (size: number): string => body + ' '.repeat(size - body.length);
    expect((await fixture.call({ raw: padded(100) })).status).toBe(200);
    const large = await fixture.call({ raw: padded(101) });
    expect(large.json).toEqual(
      problem('body-too-large', 413, 'The request body is larger than the method takes', {
        detail: 'the method takes bodies up to 100 bytes',
      }),
    );
    expect((await fixture.call({ raw: padded(101), headers: { 'transfer-encoding': 'chunked' } })).status).toBe(413);
    expect((await fixture.call({ raw: padded(100), headers: { 'transfer-encoding': 'chunked' } })).status).toBe(200);
    expect(fixture.inner.calls).toHaveLength(2);
  });

  test('422 names pointer and rule of what does not fit, never a value', async () => {
    fixture = await WorkerFixture.start();
    const reply = await fixture.call({ body: { income: 'secret-value', age: 999, extra: 'secret-value' } });
    expect(reply.status).toBe(422);
    expect(reply.json).toEqual(
      problem('invalid-request', 422, 'The request does not fit the schema', {
        errors: expect.arrayContaining([
          { pointer: '/income', rule: 'type', detail: 'must be number' },
          { pointer: '/age', rule: 'maximum', detail: 'must be <= 150' },
          { pointer: '/extra', rule: 'additionalProperties', detail: 'is not a known field' },
          { pointer: '/amount', rule: 'required', detail: 'is required' },
        ]),
      }),
    );
    expect(reply.text).not.toContain('secret-value');
    expect(reply.json.errors).toHaveLength(4);
  });

  test('at most 20 errors are told', async () => {
    const schema = { type: 'array', items: { type: 'integer' }, maxItems: 1000 };
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', request: schema }] })]);
    const reply = await fixture.call({ body: Array.from({ length: 300 }, () => 'x') });
    expect(reply.status).toBe(422);
    expect(reply.json.errors).toHaveLength(20);
    expect(reply.json.errors[19].pointer).toBe('/19');
  });

  test('a field named like an inherited method is not there', async () => {
    const schema = { type: 'object', required: ['toString'], properties: { toString: { type: 'string' } } };
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', request: schema }] })]);
    expect((await fixture.call({ body: {} })).status).toBe(422);
    expect((await fixture.call({ body: { toString: 'here' } })).status).toBe(200);
  });

  test('a body that never arrives ends with 408 at the deadline', async () => {
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', timeoutMs: 150 }] })]);
    const { path, headers } = fixture.envelope({});
    const socket = connect(fixture.worker.socketPath);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\ncontent-length: 50\r\n\r\n{"income":`);
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('the model fails', () => {
  const cases: [string, (fixture: WorkerFixture) => void, number, string][] = [
    ['500', (f) => (f.inner.answer = (_c, r) => text(r, 500, 'secret-trace')), 502, 'model-failed'],
    ['503', (f) => (f.inner.answer = (_c, r) => text(r, 503, 'secret-trace')), 502, 'model-failed'],
    ['404', (f) => (f.inner.answer = (_c, r) => text(r, 404, 'secret-trace')), 502, 'invalid-response'],
    ['400', (f) => (f.inner.answer = (_c, r) => json(r, 400, { detail: 'secret-trace' })), 422, 'invalid-request'],
    ['422', (f) => (f.inner.answer = (_c, r) => json(r, 422, { detail: 'secret-trace' })), 422, 'invalid-request'],
    ['429', (f) => (f.inner.answer = (_c, r) => text(r, 429, 'secret-trace')), 503, 'overloaded'],
    ['302', (f) => (f.inner.answer = (_c, r) => text(r, 302, '', { location: 'http://secret-trace/' })), 502, 'invalid-response'],
    ['200 without JSON', (f) => (f.inner.answer = (_c, r) => text(r, 200, '<secret-trace>')), 502, 'invalid-response'],
    [
      '200 outside the schema',
      (f) => (f.inner.answer = (_c, r) => json(r, 200, { score: 7, note: 'secret-trace' })),
      502,
      'invalid-response',
    ],
    ['a broken connection', (f) => (f.inner.answer = (_c, r) => void r.destroy()), 502, 'model-failed'],
    [
      'a truncated answer',
      (f) => (f.inner.answer = (_c, r) => void r.writeHead(200, { 'content-length': '50' }).write('{"score":', () => r.destroy())),
      502,
      'model-failed',
    ],
    ['nothing in time', (f) => (f.inner.answer = () => undefined), 504, 'timeout'],
    [
      'inner: no host',
      (f) => (f.inner.answer = (_c, r) => text(r, 503, 'no healthy upstream', { 'x-kea-inner': 'UH;no_healthy_upstream' })),
      503,
      'no-instance',
    ],
    [
      'inner: no cluster',
      (f) => (f.inner.answer = (_c, r) => text(r, 503, '', { 'x-kea-inner': 'NC;cluster_not_found' })),
      503,
      'no-instance',
    ],
    [
      'inner: connection failed',
      (f) => (f.inner.answer = (_c, r) => text(r, 503, '', { 'x-kea-inner': 'UF,URX;upstream_reset' })),
      503,
      'no-instance',
    ],
    ['inner: overflow', (f) => (f.inner.answer = (_c, r) => text(r, 503, '', { 'x-kea-inner': 'UO;overflow' })), 503, 'overloaded'],
    ['inner: timeout', (f) => (f.inner.answer = (_c, r) => text(r, 504, '', { 'x-kea-inner': 'UT;response_timeout' })), 504, 'timeout'],
    [
      'inner: model hung up',
      (f) => (f.inner.answer = (_c, r) => text(r, 503, '', { 'x-kea-inner': 'UC;upstream_reset_before_response' })),
      502,
      'model-failed',
    ],
  ];
  test.each(cases)('%s', async (_name, arrange, status, name) => {
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', timeoutMs: 200 }] })]);
    arrange(fixture);
    const reply = await fixture.call({ body: GOOD });
    expect([reply.status, reply.json.type]).toEqual([status, `https://kea.dev/problems/${name}`]);
    expect(reply.text).not.toContain('secret-trace');
    if (status === 503) expect(reply.headers['retry-after']).toMatch(/^[1-9]/);
  });

  test('a tensor server that refuses what KEA wrote is outside its contract', async () => {
    fixture = await WorkerFixture.start([
      makePart({
        versions: [{ version: '1.4.0', protocol: 'oip' }],
        methods: [
          {
            method: 'score',
            call: {
              kind: 'tensors',
              inputs: [{ tensor: 'X', datatype: 'FP32', shape: [-1, 3], fields: ['income', 'age', 'amount'] }],
              outputs: [{ field: 'score', tensor: 'p', datatype: 'FP32', shape: [-1, 2], column: 1 }],
            },
          },
        ],
      }),
    ]);
    fixture.inner.answer = (_call, response) => json(response, 400, { error: 'x' });
    expect((await fixture.call({ body: GOOD })).status).toBe(502);
    fixture.inner.answer = (_call, response) =>
      json(response, 200, { outputs: [{ name: 'p', datatype: 'FP32', shape: [1, 2], data: [0.13, 0.87] }] });
    const reply = await fixture.call({ body: GOOD });
    expect([reply.status, reply.text]).toEqual([200, '{"score":0.87}']);
    expect(fixture.inner.calls[1]).toMatchObject({
      path: '/v2/models/credit-score/infer',
      body: '{"inputs":[{"name":"X","shape":[1,3],"datatype":"FP32","data":[52000,41,9000]}],"outputs":[{"name":"p"}]}',
    });
  });

  test('the inner listener is gone: 503', async () => {
    fixture = await WorkerFixture.start();
    await fixture.inner.stop();
    const reply = await fixture.call({ body: GOOD });
    expect([reply.status, reply.json.type]).toEqual([503, 'https://kea.dev/problems/processor-unavailable']);
  });

  test('responseCheck report passes the answer on, records it and does not store it; none does not look', async () => {
    fixture = await WorkerFixture.start([
      makePart({ methods: [{ method: 'score', responseCheck: 'report', cache: { scope: 'shared', ttlSeconds: 60 } }] }),
    ]);
    fixture.inner.answer = (_call, response) => json(response, 200, { score: 7 });
    for (let call = 0; call < 2; call++) expect((await fixture.call({ body: GOOD })).json).toEqual({ score: 7 });
    expect(fixture.inner.calls).toHaveLength(2);
    expect((await fixture.records()).map((record) => record.outsideContract)).toEqual([true, true]);
  });
});

describe('rate limit', () => {
  const limited = (by: 'client' | 'subject') =>
    makePart({ methods: [{ method: 'score', rateLimit: { requests: 2, per: 'minute', by }, cache: { scope: 'shared', ttlSeconds: 60 } }] });

  test('counts hits too, says what is left, and 429 when nothing is', async () => {
    fixture = await WorkerFixture.start([limited('client')]);
    const first = await fixture.call({ body: GOOD });
    expect(first.headers).toMatchObject({ ratelimit: '"default";r=1;t=30', 'ratelimit-policy': '"default";q=2;w=60' });
    const hit = await fixture.call({ body: GOOD });
    expect(hit.headers['cache-status']).toContain('hit');
    const over = await fixture.call({ body: GOOD });
    expect(over.json).toEqual(problem('too-many-requests', 429, 'The limit of requests is used up'));
    expect(over.headers).toMatchObject({ 'retry-after': '30', ratelimit: '"default";r=0;t=60' });
    expect((await fixture.call({ body: GOOD, headers: { 'x-kea-client': 'another' } })).status).toBe(200);
  });

  test('by subject counts people apart, also with one client', async () => {
    fixture = await WorkerFixture.start([limited('subject')]);
    for (const subject of ['ada', 'ada', 'bob', 'bob']) expect((await fixture.call({ body: GOOD, subject })).status).toBe(200);
    expect((await fixture.call({ body: GOOD, subject: 'ada' })).status).toBe(429);
    expect((await fixture.call({ body: GOOD, subject: 'ada', headers: { 'x-kea-issuer': 'https://other' } })).status).toBe(200);
  });
});

describe('what the model sees', () => {
  test('an allow-list of headers and nothing of the caller', async () => {
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', retries: 2 }] })]);
    await fixture.call({
      body: GOOD,
      headers: {
        authorization: 'Bearer x',
        cookie: 'a=b',
        forwarded: 'for=x',
        'x-http-method-override': 'DELETE',
        'x-custom': '1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    const { headers } = fixture.inner.calls[0]!;
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
      'x-envoy-max-retries',
      'x-envoy-retry-on',
      'x-envoy-upstream-rq-timeout-ms',
      'x-kea-cluster',
      'x-request-id',
    ]);
    expect(headers).toMatchObject({
      'x-kea-cluster': 'credit-score-v1-4-0',
      'x-envoy-max-retries': '2',
      'x-request-id': ID,
      host: 'credit-score-v1-4-0',
    });
    expect(Number(headers['x-envoy-upstream-rq-timeout-ms'])).toBeGreaterThan(1900);
    expect(Number(headers['x-envoy-upstream-rq-timeout-ms'])).toBeLessThanOrEqual(2000);
  });

  test('a method that is not idempotent is never sent again nor cached', async () => {
    fixture = await WorkerFixture.start([
      makePart({ methods: [{ method: 'score', idempotent: false, retries: 1, cache: { scope: 'shared', ttlSeconds: 60 } }] }),
    ]);
    for (let call = 0; call < 2; call++) await fixture.call({ body: GOOD });
    expect(fixture.inner.calls).toHaveLength(2);
    expect(fixture.inner.calls[0]?.headers['x-envoy-max-retries']).toBeUndefined();
  });
});

describe('versions', () => {
  const canary = (weights: { [version: string]: number }) =>
    makePart({
      versions: [{ version: '1.4.0' }, { version: '1.5.0' }],
      contract: { routing: { weights, sticky: 'principal', match: [{ header: 'x-ring', equals: 'beta', version: '1.5.0' }], shadow: {} } },
    });

  test('a header match and a version without instances', async () => {
    fixture = await WorkerFixture.start([canary({ '1.4.0': 100, '1.5.0': 0 })]);
    expect((await fixture.call({ body: GOOD })).headers['kea-model-version']).toBe('1.4.0');
    expect((await fixture.call({ body: GOOD, headers: { 'x-ring': 'beta' } })).headers['kea-model-version']).toBe('1.5.0');
    fixture.worker.receive({ type: 'endpoints', ready: ['credit-score-v1-4-0'] }, () => undefined);
    expect((await fixture.call({ body: GOOD, headers: { 'x-ring': 'beta' } })).headers['kea-model-version']).toBe('1.4.0');
    const records = await fixture.records();
    expect(records[2]).toMatchObject({ insteadOf: '1.5.0', result: { version: '1.4.0' } });
  });

  test('when no instance of the version was reached its sibling answers, and that is recorded', async () => {
    fixture = await WorkerFixture.start([canary({ '1.4.0': 50, '1.5.0': 50 })]);
    fixture.inner.answer = (call, response) =>
      call.headers['x-kea-cluster'] === 'credit-score-v1-5-0'
        ? text(response, 503, '', { 'x-kea-inner': 'UH;no_healthy_upstream' })
        : json(response, 200, { score: 0.5 });
    for (const subject of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const reply = await fixture.call({ body: GOOD, subject });
      expect([reply.status, reply.headers['kea-model-version']]).toEqual([200, '1.4.0']);
    }
    const pinned = await fixture.call({ body: GOOD, headers: { 'kea-version': '1.5.0', 'x-kea-pinned': 'true' } });
    expect(pinned.status).toBe(503);
    const records = await fixture.records();
    expect(records.some((record) => record.insteadOf === '1.5.0')).toBe(true);
  });
});

describe('pressure and departure', () => {
  test('bodies beyond the budget are shed with 503, and the budget is given back', async () => {
    fixture = await WorkerFixture.start([makePart({ methods: [{ method: 'score', maxBodyBytes: 100_000 }] })], {
      maxBufferedBytes: 20_000,
    });
    const big = JSON.stringify(GOOD) + ' '.repeat(30_000);
    const shed = await fixture.call({ raw: big });
    expect([shed.status, shed.json.type, shed.headers['retry-after']]).toEqual([503, 'https://kea.dev/problems/overloaded', '1']);
    expect((await fixture.call({ body: GOOD })).status).toBe(200);
    expect(fixture.worker.services.memory.bytes).toBe(0);
  });

  test('a caller that leaves ends the call at the model', async () => {
    fixture = await WorkerFixture.start();
    const arrived = new Promise<void>((resolve) => (fixture.inner.answer = () => resolve()));
    const { path, headers } = fixture.envelope({});
    const body = JSON.stringify(GOOD);
    const socket = connect(fixture.worker.socketPath);
    socket.on('error', () => undefined);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await arrived;
    socket.destroy();
    await until(() => fixture.inner.calls[0]?.aborted === true);
    await until(() => fixture.worker.services.memory.bytes === 0);
    expect((await fixture.records())[0]).toMatchObject({ aborted: true, result: { status: 499 } });
  });

  test('many callers at once all get their answer', async () => {
    fixture = await WorkerFixture.start();
    const replies = await Promise.all(Array.from({ length: 500 }, () => fixture.call({ body: GOOD })));
    expect(replies.every((reply) => reply.status === 200)).toBe(true);
  });
});

test('a request schema that changes is judged anew', async () => {
  fixture = await WorkerFixture.start();
  expect((await fixture.call({ body: { ...GOOD, age: 151 } })).status).toBe(422);
  await fixture.load([
    makePart({ methods: [{ method: 'score', request: { ...SCORE_REQUEST, properties: { income: {}, age: {}, amount: {} } } }] }),
  ]);
  expect((await fixture.call({ body: { ...GOOD, age: 151 } })).status).toBe(200);
});
