import { makePart, WorkerFixture } from '../../support/worker-fixture';

const schema = (name: string) => ({
  [name]: { type: 'object', properties: { inner: { $ref: `#/components/schemas/${name}Inner` } } },
  [`${name}Inner`]: { type: 'string' },
});
const operation = (name: string) => ({
  post: {
    requestBody: { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
    responses: { 401: { $ref: '#/components/responses/P401' } },
  },
});
const document = {
  openapi: '3.1.0',
  tags: [{ name: 'platform' }, { name: 'credit-score' }, { name: 'grades' }],
  paths: {
    '/models': { get: {} },
    '/models/{model}/{contract}/openapi.json': { get: {} },
    '/models/credit-score/v1/score': operation('Score'),
    '/models/grades/v1/read': operation('Read'),
    '/models/grades/v1/write': operation('Write'),
  },
  components: {
    schemas: { ...schema('Score'), ...schema('Read'), ...schema('Write') },
    responses: { P401: {} },
    securitySchemes: { token: {} },
  },
};
const grades = makePart({
  model: 'grades',
  methods: [
    { method: 'read', roles: ['grades:read', 'student', 'teacher'] },
    { method: 'write', roles: ['grades:write', 'teacher'] },
  ],
  openapi: { ...document, paths: { '/models/grades/v1/read': operation('Read'), '/models/grades/v1/write': operation('Write') } },
});

let fixture: WorkerFixture;
beforeEach(async () => {
  fixture = await WorkerFixture.start();
  await fixture.load([makePart(), grades], {}, document);
});
afterEach(() => fixture.stop());

test('the catalogue shows what the roles admit to, and nothing else', async () => {
  const student = await fixture.get({ route: 'platform/models', path: '/models', roles: ['student'] });
  expect(student.status).toBe(200);
  expect(student.json).toEqual({
    models: [
      {
        model: 'grades',
        contract: 'v1',
        owner: 'risk-team',
        description: 'Probability that a loan will be repaid.',
        tags: ['risk'],
        methods: [{ method: 'read', summary: 'Score one application.', path: '/models/grades/v1/read' }],
        openapi: '/models/grades/v1/openapi.json',
      },
    ],
  });
  const nobody = await fixture.get({ route: 'platform/models', path: '/models', roles: [] });
  expect(nobody.json).toEqual({ models: [] });
  const all = await fixture.get({ route: 'platform/models', path: '/models', roles: ['teacher', 'credit-score:score'] });
  expect(all.json.models.map((entry: { model: string }) => entry.model)).toEqual(['credit-score', 'grades']);
});

test('the platform document has the operations, schemas and tags that the roles admit to', async () => {
  const { json } = await fixture.get({ route: 'platform/openapi', path: '/openapi.json', roles: ['student'] });
  expect(Object.keys(json.paths)).toEqual(['/models', '/models/grades/v1/read', '/models/{model}/{contract}/openapi.json']);
  expect(Object.keys(json.components.schemas)).toEqual(['Read', 'ReadInner']);
  expect(json.components.securitySchemes).toEqual({ token: {} });
  expect(json.tags).toEqual([{ name: 'platform' }, { name: 'grades' }]);
});

test('the document of a contract too', async () => {
  const { status, json } = await fixture.get({ model: 'grades', method: 'openapi.json', roles: ['teacher'] });
  expect(status).toBe(200);
  expect(Object.keys(json.paths)).toEqual(['/models/grades/v1/read', '/models/grades/v1/write']);
  const student = await fixture.get({ model: 'grades', method: 'openapi.json', roles: ['student'] });
  expect(Object.keys(student.json.paths)).toEqual(['/models/grades/v1/read']);
});

test('pages of an unknown bundle wait for it; without a caller there are none', async () => {
  expect((await fixture.get({ route: 'platform/models', part: 'f'.repeat(64) })).status).toBe(503);
  expect((await fixture.get({ route: 'platform/models', subject: '' })).status).toBe(503);
  expect((await fixture.get({ route: 'platform/other' })).status).toBe(404);
});

describe('loading', () => {
  test('a bundle is refused whole, with the reason, and the old one keeps serving', async () => {
    const before = fixture.index.digest;
    const broken = { ...makePart(), schemas: {} };
    expect(await fixture.load([broken])).toMatchObject({
      type: 'refused',
      reason: 'part credit-score-v1: the schema of method score is missing',
    });
    const { writeFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const file = join(fixture.folder, 'broken.gz');
    writeFileSync(file, 'not gzip');
    const files = [{ name: 'credit-score-v1', digest: 'f'.repeat(64), file }];
    for (const each of [files, [{ ...files[0]!, file: '/nowhere' }], []]) {
      const answer = await new Promise((resolve) =>
        fixture.worker.receive(
          {
            type: 'load',
            index: { ...fixture.index, digest: 'x', parts: [{ name: 'credit-score-v1', digest: 'f'.repeat(64) }] },
            files: each,
            openapi: '/nowhere',
          },
          resolve,
        ),
      );
      expect(answer).toMatchObject({ type: 'refused', digest: 'x' });
    }
    expect(fixture.worker.services.registry.bundleDigest).toBe(before);
    expect((await fixture.call({ body: { income: 1, age: 1, amount: 1 } })).status).toBe(200);
  });

  test('parts that are forgotten are answered 503, those in use are never forgotten', async () => {
    const old = fixture.envelope({ model: 'credit-score' }).headers['x-kea-part'] as string;
    await fixture.load([makePart({ contract: { description: 'new' } })]);
    const body = { income: 1, age: 1, amount: 1 };
    expect((await fixture.call({ body, part: old })).status).toBe(200);
    const current = fixture.envelope({}).headers['x-kea-part'] as string;
    fixture.worker.receive({ type: 'forget', digests: [old, current] }, () => undefined);
    expect((await fixture.call({ body, part: old })).status).toBe(503);
    expect((await fixture.call({ body })).status).toBe(200);
  });
});
