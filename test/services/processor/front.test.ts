import * as fc from 'fast-check';
import type { Datatype } from '../../../core/contract/bundle';
import type { JsonObject, JsonValue } from '../../../core/json';
import { parseStrictJson } from '../../../core/strict-json';
import { encodeCall } from '../../../services/processor/codec';
import { CodecError } from '../../../services/processor/codec/types';
import { readBinary, writeBinary } from '../../../services/processor/front/binary';
import { writeOipAnswer } from '../../../services/processor/front/oip-answer';
import { readOipRequest } from '../../../services/processor/front/oip-request';

const call = {
  kind: 'tensors',
  inputs: [
    { tensor: 'X', datatype: 'FP64', shape: [-1, 2], fields: ['a', 'b'] },
    { tensor: 'I', datatype: 'INT64', shape: [-1, 1], fields: ['i'] },
    { tensor: 'V', datatype: 'FP64', shape: [-1, 3], fields: ['v'] },
    { tensor: 'T', datatype: 'BYTES', shape: [-1], fields: ['t'] },
    { tensor: 'B', datatype: 'BOOL', shape: [-1, 1], fields: ['f'] },
  ],
  outputs: [
    { field: 'y', tensor: 'Y', datatype: 'FP64', shape: [-1, 3] },
    { field: 'p', tensor: 'P', datatype: 'FP64', shape: [-1, 2], column: 1 },
    { field: 'n', tensor: 'N', datatype: 'INT64', shape: [-1] },
  ],
} as const;
const list = { type: 'array', items: { type: 'number' } };
const number = { type: 'number' };
const schema = {
  type: 'object',
  properties: { a: number, b: number, i: { type: 'integer' }, v: list, t: { type: 'string' }, f: { type: 'boolean' } },
};
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));

function parsed(text: string): { readonly value: JsonValue; readonly inexact: ReadonlyMap<string, string>; readonly rest: Buffer } {
  const result = parseStrictJson(text);
  if (!result.ok) throw new Error(result.reason);
  return { value: result.value, inexact: result.inexact, rest: Buffer.alloc(0) };
}

test('what the codec writes for a runtime is read back as the same fields', () => {
  fc.assert(
    fc.property(
      fc.record({ a: double, b: double, i: fc.maxSafeInteger(), v: fc.tuple(double, double, double), t: fc.string(), f: fc.boolean() }),
      (value) => {
        const encoded = encodeCall(call, { protocol: 'oip', runtimeModel: 'm' }, { value: value as unknown as JsonObject });
        if (!encoded.ok) throw new Error(encoded.reason);
        const { outputs: _, ...body } = JSON.parse(encoded.body.toString()) as JsonObject;
        expect(readOipRequest(call, schema, parsed(JSON.stringify(body))).value).toEqual(value);
      },
    ),
  );
});

test('64-bit integers pass with every digit, in JSON and as raw bytes', () => {
  const only = { ...call, inputs: [call.inputs[1]] };
  const text = '{"inputs":[{"name":"I","datatype":"INT64","shape":[1,1],"data":[9007199254740993]}]}';
  expect([...readOipRequest(only, schema, parsed(text)).inexact]).toEqual([['/i', '9007199254740993']]);
  const raw = Buffer.alloc(8);
  raw.writeBigInt64LE(-9007199254740993n);
  const binary = parsed('{"inputs":[{"name":"I","datatype":"INT64","shape":[1,1],"parameters":{"binary_data_size":8}}]}');
  expect([...readOipRequest(only, schema, { ...binary, rest: raw }).inexact]).toEqual([['/i', '-9007199254740993']]);
  const wide = { type: 'object', properties: { i: { type: 'string' } } };
  expect(readOipRequest(only, wide, parsed(text)).value).toEqual({ i: '9007199254740993' });
});

test.each<[Datatype, fc.Arbitrary<number | boolean | string>]>([
  ['BOOL', fc.boolean()],
  ['UINT8', fc.integer({ min: 0, max: 255 })],
  ['INT8', fc.integer({ min: -128, max: 127 })],
  ['UINT16', fc.integer({ min: 0, max: 65_535 })],
  ['INT16', fc.integer({ min: -32_768, max: 32_767 })],
  ['UINT32', fc.integer({ min: 0, max: 4_294_967_295 })],
  ['INT32', fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })],
  ['FP64', double],
  ['BYTES', fc.string()],
])('raw %s is written and read the same', (datatype, element) => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 8 }), (elements) => {
      const bytes = writeBinary(
        elements.map((each) => JSON.stringify(each)),
        datatype,
      );
      expect(readBinary(bytes, datatype, '')).toEqual(elements);
    }),
  );
});

test('every half-precision number survives, and others become the nearest', () => {
  // All but infinities, NaNs and minus zero, which JSON cannot say.
  const all = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00 && bits !== 0x8000);
  const bytes = Buffer.from(Uint16Array.from(all).buffer);
  expect(writeBinary(readBinary(bytes, 'FP16', '').map(String), 'FP16').equals(bytes)).toBe(true);
  expect([1 / 3, 65_519, 1e-8, 2049].map((value) => readBinary(writeBinary([String(value)], 'FP16'), 'FP16', '')[0])).toEqual([
    0.333251953125, 65_504, 0, 2048,
  ]);
});

test('a 32-bit float is read as the shortest number that it is', () => {
  fc.assert(
    fc.property(
      fc.float({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
      (value) => {
        const [read] = readBinary(writeBinary([String(value)], 'FP32'), 'FP32', '');
        expect(Math.fround(read as number)).toBe(Math.fround(value));
      },
    ),
  );
  expect(readBinary(writeBinary(['0.1'], 'FP32'), 'FP32', '')).toEqual([0.1]);
});

test.each([
  ['not whole elements', 'FP32', Buffer.alloc(5)],
  ['infinity', 'FP32', Buffer.from([0, 0, 0x80, 0x7f])],
  ['a text beyond its end', 'BYTES', Buffer.from([255, 0, 0, 0, 65])],
  ['half a length', 'BYTES', Buffer.from([1, 0])],
  ['text that is none', 'BYTES', Buffer.from([1, 0, 0, 0, 255])],
] as const)('raw bytes with %s are refused', (_what, datatype, bytes) => {
  expect(() => readBinary(bytes, datatype, '/x')).toThrow(CodecError);
});

test('whatever comes as a body is read or refused, and never fails otherwise', () => {
  const part = fc.record(
    {
      name: fc.constantFrom('X', 'I', 'Z'),
      datatype: fc.constantFrom('FP64', 'INT64', 'x'),
      shape: fc.jsonValue(),
      data: fc.jsonValue(),
      parameters: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ inputs: fc.array(fc.oneof(part, fc.jsonValue()), { maxLength: 3 }), outputs: fc.jsonValue() })),
      (value) => {
        try {
          readOipRequest(call, schema, { value: value as JsonValue, inexact: new Map(), rest: Buffer.alloc(8) });
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('an answer has its outputs by tensor, a column by its field, and only those that were asked for', () => {
  const answer = Buffer.from('{"y":[1,2,3],"p":0.5,"n":9007199254740993}');
  const { body } = writeOipAnswer(call, 'm', '1.0.0', answer, { binary: new Set() });
  expect(String(body)).toBe(
    '{"model_name":"m","model_version":"1.0.0","outputs":[{"name":"Y","datatype":"FP64","shape":[1,3],"data":[1,2,3]},{"name":"p","datatype":"FP64","shape":[1],"data":[0.5]},{"name":"N","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}',
  );
  expect(JSON.parse(String(writeOipAnswer(call, 'm', '1.0.0', answer, { outputs: ['p'], binary: new Set() }).body))).toMatchObject({
    outputs: [{ name: 'p' }],
  });
});

test('bytes of the binary form are base64 in a field that says so, and the same bytes on the way back', () => {
  const bytes = Buffer.from('03000000ff00fe00000000', 'hex');
  expect(readBinary(bytes, 'BYTES', '', 'base64')).toEqual(['/wD+', '']);
  expect(writeBinary(['"/wD+"', '""'], 'BYTES', 'base64').equals(bytes)).toBe(true);
  expect(() => readBinary(bytes, 'BYTES', '/inputs/0')).toThrow('a text is not valid UTF-8');
});
