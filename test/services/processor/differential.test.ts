import fc from 'fast-check';
import { canonicalJson } from '../../../core/canonical';
import type { JsonSchema, JsonValue } from '../../../core/json';
import { json } from '../../support/stand-in-inner';
import { makePart, WorkerFixture } from '../../support/worker-fixture';

// What was validated is what the model gets and what the key is made of. The model's parser is `JSON.parse`, an independent one.
const request = { type: 'object', additionalProperties: { type: ['number', 'string', 'array', 'object', 'boolean', 'null'] } };
const part = (scope: 'none' | 'shared') =>
  makePart({
    methods: [
      {
        method: 'score',
        request,
        response: {},
        responseCheck: 'none',
        maxBodyBytes: 100_000,
        cache: scope === 'none' ? { scope } : { scope, ttlSeconds: 600 },
      },
    ],
  });

/** Texts of objects, with the liberties that JSON leaves: spaces, escapes, ways to write a number; and some that are not JSON. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('1.0', '1e2', '-0', '0.10', '9007199254740993', '1e-400', '123456789012345678901234567890', '0.1000000000000000055'),
);
const string = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0061"', '"\\/"', '"\\ud83d\\ude00"'),
);
const scalar = fc.oneof(number, string, fc.constantFrom('true', 'false', 'null', 'NaN', '01', '"\\ud800"'));
const space = fc.constantFrom('', ' ', '\n', '\t ');
const list = fc.tuple(fc.array(scalar, { maxLength: 3 }), space).map(([items, gap]) => `[${items.join(`${gap},`)}]`);
const key = fc.constantFrom('"a"', '"b"', '"\\u0061"', '"c d"', '"toString"', '"é"');
const text = fc
  .tuple(fc.array(fc.tuple(key, space, fc.oneof(scalar, list)), { maxLength: 4 }), space)
  .map(([pairs, gap]) => `{${pairs.map(([name, inner, value]) => `${name}${inner}:${gap}${value}`).join(`,${gap}`)}}`);

let fixture: WorkerFixture;
afterEach(() => fixture.stop());

test.each(['none', 'shared'] as const)('cache %s: the model reads the value that was validated', async (scope) => {
  fixture = await WorkerFixture.start([part(scope)]);
  fixture.inner.answer = (call, response) => json(response, 200, { heard: call.body });
  const answers = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(text, async (raw) => {
      const before = fixture.inner.calls.length;
      const reply = await fixture.call({ raw });
      const heard = fixture.inner.calls[before]?.body;
      let value: JsonValue | undefined;
      try {
        value = JSON.parse(raw) as JsonValue;
      } catch {
        value = undefined;
      }
      if (value === undefined) expect(reply.status).toBe(400);
      if (reply.status !== 200) return expect(heard).toBeUndefined();
      const canonical = canonicalJson(value as JsonValue);
      if (heard !== undefined) {
        // Either the very bytes, or the canonical form of the same value.
        expect([raw, canonical]).toContain(heard);
        expect(JSON.parse(heard)).toEqual(JSON.parse(canonical === heard ? canonical : raw));
      }
      if (scope === 'none') return expect(heard).toBe(raw);
      // A shared answer was made from exactly the bytes that form the key.
      const cached = String(reply.headers['cache-status']);
      if (cached.includes('bypass')) return expect(heard).toBe(raw);
      expect(reply.json.heard).toBe(canonical);
      expect(answers.get(canonical) ?? reply.json.heard).toBe(reply.json.heard);
      answers.set(canonical, reply.json.heard as string);
    }),
    { numRuns: 400 },
  );
});

test('a body that came before is judged as it was the first time, and only by its own schema', async () => {
  const strict = { type: 'object', additionalProperties: false, properties: { a: { type: 'number' }, b: { type: 'string' } } };
  const method = (name: string, schema: JsonSchema) => ({
    method: name,
    request: schema,
    response: {},
    responseCheck: 'none' as const,
    maxBodyBytes: 100_000,
    cache: { scope: 'shared' as const, ttlSeconds: 600 },
  });
  fixture = await WorkerFixture.start([makePart({ methods: [method('score', request), method('strict', strict)] })]);
  fixture.inner.answer = (call, response) => json(response, 200, { heard: call.body });
  const { bodies } = fixture.worker.services;
  const verdict = async (name: string, raw: string) => {
    const { status, json: answer } = await fixture.call({ method: name, raw });
    return {
      status,
      heard: status === 200 ? (answer as { heard: unknown }).heard : undefined,
      rules: (answer as { errors?: unknown }).errors,
    };
  };
  await fc.assert(
    fc.asyncProperty(text, async (raw) => {
      for (const name of ['score', 'strict']) {
        const first = await verdict(name, raw);
        // The second answer comes from the cache and has the bytes remembered; the third is by what was remembered.
        expect(await verdict(name, raw)).toEqual(first);
        expect(await verdict(name, raw)).toEqual(first);
      }
    }),
    { numRuns: 100 },
  );
  expect(bodies.size).toBeGreaterThan(20);
}, 60_000);
