import fc from 'fast-check';
import type { BundleCall, Datatype, TensorInput, TensorOutput } from '../../../core/contract/bundle';
import { parseStrictJson } from '../../../core/strict-json';
import { decodeCall, encodeCall, type CodecRequest } from '../../../services/processor/codec';

const OIP = { protocol: 'oip', runtimeModel: 'iris' } as const;
const TFS = { protocol: 'tfserving', runtimeModel: 'iris' } as const;

const tensors = (inputs: readonly TensorInput[], outputs: readonly TensorOutput[] = [], signature?: string): BundleCall => ({
  kind: 'tensors',
  inputs,
  outputs,
  ...(signature === undefined ? {} : { signature }),
});
const input = (datatype: Datatype, shape: readonly number[], ...fields: string[]): TensorInput => ({
  tensor: 'X',
  datatype,
  shape,
  fields,
});
const output = (datatype: Datatype, shape: readonly number[], column?: number): TensorOutput => ({
  field: 'y',
  tensor: 'Y',
  datatype,
  shape,
  ...(column === undefined ? {} : { column }),
});

/** Text → request, numbers kept as the worker keeps them. */
function parsed(text: string): CodecRequest {
  const result = parseStrictJson(text);
  if (!result.ok) throw new Error(result.reason);
  return { value: result.value, inexact: result.inexact, body: text };
}

/** The first input tensor as text: `<shape> <data>`, or the refusal. */
function encoded(tensor: TensorInput, text: string): string {
  const result = encodeCall(tensors([tensor]), OIP, parsed(text));
  if (!result.ok) return `${result.pointer} ${result.rule}`;
  const match = /"shape":(\[[^\]]*\]),"datatype":"[A-Z0-9]+","data":(\[.*?\])\}/.exec(String(result.body));
  return `${match?.[1]} ${match?.[2]}`;
}

describe('fields → tensors', () => {
  test.each<[string, TensorInput, string, string]>([
    ['a row in column order', input('FP32', [-1, 3], 'c', 'a', 'b'), '{"a":1,"b":2.5,"c":-3}', '[1,3] [-3,1,2.5]'],
    ['columns as arrays make rows', input('FP32', [-1, 2], 'a', 'b'), '{"a":[1,2,3],"b":[4,5,6]}', '[3,2] [1,4,2,5,3,6]'],
    ['a scalar', input('FP64', [-1, 1], 'a'), '{"a":7}', '[1,1] [7]'],
    ['a scalar into a vector', input('FP64', [-1], 'a'), '{"a":7}', '[1] [7]'],
    ['a scalar into a scalar', input('FP64', [], 'a'), '{"a":7}', '[] [7]'],
    ['a vector gets its batch dimension', input('FP32', [-1, 4], 'a'), '{"a":[5.1,3.5,1.4,0.2]}', '[1,4] [5.1,3.5,1.4,0.2]'],
    ['a matrix is a batch', input('FP32', [-1, 2], 'a'), '{"a":[[1,2],[3,4],[5,6]]}', '[3,2] [1,2,3,4,5,6]'],
    ['deep arrays', input('INT32', [1, 2, 2, 1], 'a'), '{"a":[[[1],[2]],[[3],[4]]]}', '[1,2,2,1] [1,2,3,4]'],
    ['an empty batch', input('FP32', [-1], 'a'), '{"a":[]}', '[0] []'],
    ['booleans in numbers', input('FP32', [-1, 2], 'a', 'b'), '{"a":true,"b":false}', '[1,2] [1,0]'],
    ['booleans', input('BOOL', [-1], 'a'), '{"a":true}', '[1] [true]'],
    ['strings', input('BYTES', [-1, 1], 'a'), '{"a":"d\\u00e9j\\u00e0 \\"vu\\""}', '[1,1] ["déjà \\"vu\\""]'],
    ['2^53+1', input('INT64', [-1], 'a'), '{"a":9007199254740993}', '[1] [9007199254740993]'],
    ['the least INT64', input('INT64', [-1], 'a'), '{"a":-9223372036854775808}', '[1] [-9223372036854775808]'],
    ['the greatest UINT64', input('UINT64', [-1], 'a'), '{"a":18446744073709551615}', '[1] [18446744073709551615]'],
    ['INT64 as a string', input('INT64', [-1], 'a'), '{"a":"9223372036854775807"}', '[1] [9223372036854775807]'],
    ['INT64 inside an array', input('INT64', [-1, 2], 'a'), '{"a":[[1,9007199254740993],[3,4]]}', '[2,2] [1,9007199254740993,3,4]'],
    ['a whole number written with an exponent', input('INT64', [-1], 'a'), '{"a":1.2e3}', '[1] [1200]'],
    ['a long decimal keeps its text', input('FP64', [-1], 'a'), '{"a":0.10000000000000000555}', '[1] [0.10000000000000000555]'],
    ['negative zero', input('INT32', [-1], 'a'), '{"a":-0}', '[1] [0]'],
    ['an inherited name is no field', input('FP32', [-1], 'toString'), '{"a":1}', '/toString missing'],
    ['a missing field', input('FP32', [-1, 2], 'a', 'b'), '{"a":1}', '/b missing'],
    ['null', input('FP32', [-1, 2], 'a'), '{"a":[1,null]}', '/a/1 missing'],
    ['text for a number', input('FP32', [-1], 'a'), '{"a":"1"}', '/a datatype'],
    ['a fraction for an integer', input('INT64', [-1], 'a'), '{"a":1.5}', '/a datatype'],
    ['beyond INT8', input('INT8', [-1], 'a'), '{"a":128}', '/a range'],
    ['beyond INT64', input('INT64', [-1], 'a'), '{"a":9223372036854775808}', '/a range'],
    ['negative for UINT32', input('UINT32', [-1], 'a'), '{"a":-1}', '/a range'],
    ['beyond FP32', input('FP32', [-1], 'a'), '{"a":1e39}', '/a range'],
    ['an object', input('FP32', [-1], 'a'), '{"a":{}}', '/a datatype'],
    ['ragged rows', input('FP32', [-1, -1], 'a'), '{"a":[[1,2],[3]]}', '/a/1 shape'],
    ['a scalar among rows', input('FP32', [-1, -1], 'a'), '{"a":[[1],2]}', '/a/1 shape'],
    ['rows among scalars', input('FP32', [-1, -1], 'a'), '{"a":[1,[2]]}', '/a/1 shape'],
    ['another width', input('FP32', [-1, 4], 'a'), '{"a":[1,2,3]}', '/a shape'],
    ['too deep', input('FP32', [-1], 'a'), '{"a":[[1]]}', '/a shape'],
    ['columns of other lengths', input('FP32', [-1, 2], 'a', 'b'), '{"a":[1,2],"b":[1]}', '/b shape'],
  ])('%s', (_name, tensor, text, expected) => {
    expect(encoded(tensor, text)).toBe(expected);
  });

  test('any 64-bit integer arrives as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(encoded(input('INT64', [-1], 'a'), `{"a":${value}}`)).toBe(`[1] [${value}]`);
      }),
    );
  });
});

describe('tensors → fields', () => {
  const decode = (declared: TensorOutput, body: string, batched = false, type?: string): string => {
    const schema = type === undefined ? undefined : { properties: { y: { type } } };
    const result = decodeCall(tensors([], [declared]), OIP, Buffer.from(body), { batched }, schema);
    return result.ok ? String(result.body) : result.reason;
  };
  const answer = (shape: readonly number[], data: string): string =>
    `{"model_name":"m","outputs":[{"name":"Y","datatype":"?","shape":${JSON.stringify(shape)},"data":${data}}]}`;

  test.each<[string, TensorOutput, string, boolean, string | undefined, string]>([
    ['a column of one row', output('FP32', [-1, 2], 1), answer([1, 2], '[0.13,0.87]'), false, undefined, '{"y":0.87}'],
    ['a column of a batch', output('FP32', [-1, 2], 1), answer([2, 2], '[0.1,0.9,0.3,0.7]'), true, undefined, '{"y":[0.9,0.7]}'],
    ['nested data', output('FP32', [-1, 2], 0), answer([2, 2], '[[0.1,0.9],[0.3,0.7]]'), true, undefined, '{"y":[0.1,0.3]}'],
    ['a row', output('FP32', [-1, 2]), answer([1, 2], '[0.1,0.9]'), false, undefined, '{"y":[0.1,0.9]}'],
    ['a label', output('BYTES', [-1]), answer([1], '["setosa"]'), false, undefined, '{"y":"setosa"}'],
    ['labels', output('BYTES', [-1]), answer([2], '["a","b"]'), true, undefined, '{"y":["a","b"]}'],
    ['a batch of one stays a batch', output('INT64', [-1]), answer([1], '[3]'), true, undefined, '{"y":[3]}'],
    ['one element where the schema has one value', output('FP32', [-1, 1]), answer([1, 1], '[12.5]'), false, 'number', '{"y":12.5}'],
    ['one element where the schema has an array', output('FP32', [-1, 1]), answer([1, 1], '[12.5]'), false, 'array', '{"y":[12.5]}'],
    ['2^53+1', output('INT64', [-1]), answer([1], '[9007199254740993]'), false, 'integer', '{"y":9007199254740993}'],
    ['2^53+1 as a string', output('INT64', [-1]), answer([1], '[9007199254740993]'), false, 'string', '{"y":"9007199254740993"}'],
    [
      'UINT64 in a batch',
      output('UINT64', [-1]),
      answer([2], '[1,18446744073709551615]'),
      true,
      undefined,
      '{"y":[1,18446744073709551615]}',
    ],
    ['booleans as numbers', output('BOOL', [-1]), answer([1], '[1]'), false, undefined, '{"y":true}'],
    ['missing tensor', output('FP32', [-1]), '{"outputs":[]}', false, undefined, 'tensor "Y" is missing'],
    ['no outputs', output('FP32', [-1]), '{"error":"x"}', false, undefined, 'the answer has no "outputs"'],
    ['outputs that are none', output('FP32', [-1]), '{"outputs":[null,3]}', false, undefined, 'tensor "Y" is missing'],
    ['no JSON', output('FP32', [-1]), 'oops', false, undefined, 'the answer is not JSON'],
    ['NaN', output('FP32', [-1]), answer([1], '[NaN]'), false, undefined, 'the answer is not JSON'],
    ['null elements', output('FP32', [-1]), answer([1], '[null]'), false, undefined, 'tensor "Y" holds an element that is not FP32'],
    ['text for a number', output('FP32', [-1]), answer([1], '["1"]'), false, undefined, 'tensor "Y" holds an element that is not FP32'],
    [
      'a fraction for an integer',
      output('INT32', [-1]),
      answer([1], '[1.5]'),
      false,
      undefined,
      'tensor "Y" holds an element that is not INT32',
    ],
    [
      'less data than shape',
      output('FP32', [-1, 2]),
      answer([1, 2], '[1]'),
      false,
      undefined,
      'the data of tensor "Y" does not fill its shape',
    ],
    ['another rank', output('FP32', [-1, 2]), answer([2], '[1,2]'), false, undefined, 'tensor "Y" has another shape than declared'],
    ['another width', output('FP32', [-1, 2]), answer([1, 3], '[1,2,3]'), false, undefined, 'tensor "Y" has another shape than declared'],
    ['no such column', output('FP32', [-1, -1], 5), answer([1, 3], '[1,2,3]'), false, undefined, 'tensor "Y" has no column 5'],
    [
      'shape of text',
      output('FP32', [-1]),
      '{"outputs":[{"name":"Y","shape":["1"],"data":[1]}]}',
      false,
      undefined,
      'tensor "Y" has no shape',
    ],
    ['huge shape', output('FP32', [-1]), answer([1e15], '[1]'), false, undefined, 'the data of tensor "Y" does not fill its shape'],
  ])('%s', (_name, declared, body, batched, type, expected) => {
    expect(decode(declared, body, batched, type)).toBe(expected);
  });

  test('never throws, whatever the runtime answers', () => {
    const calls: [BundleCall, typeof OIP | typeof TFS][] = [
      [tensors([], [output('INT64', [-1, 2], 1)]), OIP],
      [tensors([], [output('BYTES', [-1])]), TFS],
      [{ kind: 'json', path: '/x' }, OIP],
    ];
    const shaped = fc.oneof(
      fc.jsonValue(),
      fc.record({
        outputs: fc.oneof(fc.jsonValue(), fc.array(fc.record({ name: fc.constant('Y'), shape: fc.jsonValue(), data: fc.jsonValue() }))),
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          shaped.map((value) => Buffer.from(JSON.stringify(value))),
          fc.uint8Array({ maxLength: 50 }),
        ),
        fc.boolean(),
        (bytes, batched) => {
          for (const [call, version] of calls) expect(typeof decodeCall(call, version, bytes, { batched }).ok).toBe('boolean');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what goes in as an identity model comes out the same, batched or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (values, asBatch) => {
          const call = tensors([input('INT64', [-1], 'y')], [{ ...output('INT64', [-1]), tensor: 'X' }]);
          const text = asBatch ? `{"y":[${values.join(',')}]}` : `{"y":${values[0]}}`;
          const sent = encodeCall(call, OIP, parsed(text));
          if (!sent.ok) throw new Error(sent.reason);
          const echoed = String(sent.body).replace(/"inputs"(.*),"outputs".*$/, '"outputs"$1}');
          const back = decodeCall(call, OIP, Buffer.from(echoed), sent);
          expect(back.ok && String(back.body)).toBe(text);
        },
      ),
    );
  });
});

describe('TensorFlow Serving', () => {
  test('column format with signature, nested arrays and base64 for *_bytes', () => {
    const call = tensors(
      [
        { tensor: 'X', datatype: 'FP32', shape: [-1, 2], fields: ['a', 'b'] },
        { tensor: 'image_bytes', datatype: 'BYTES', shape: [-1], fields: ['image'] },
        { tensor: 'id', datatype: 'INT64', shape: [], fields: ['id'] },
      ],
      [],
      'serving_default',
    );
    expect(encodeCall(call, TFS, parsed('{"a":1,"b":2,"image":"hé","id":9007199254740993}'))).toEqual({
      ok: true,
      path: '/v1/models/iris:predict',
      body: '{"signature_name":"serving_default","inputs":{"X":[[1,2]],"image_bytes":[{"b64":"aMOp"}],"id":9007199254740993}}',
      batched: false,
      stream: false,
    });
  });

  test.each<[string, string, TensorOutput, string]>([
    ['named outputs', '{"outputs":{"Y":[[0.1,0.9]],"Z":[1]}}', output('FP32', [-1, 2], 1), '{"y":0.9}'],
    ['a single output without its name', '{"outputs":[[0.1,0.9]]}', output('FP32', [-1, 2], 0), '{"y":0.1}'],
    ['base64', '{"outputs":[{"b64":"aMOp"}]}', output('BYTES', [-1]), '{"y":"hé"}'],
    ['INT64', '{"outputs":{"Y":[9007199254740993]}}', output('INT64', [-1]), '{"y":9007199254740993}'],
    ['an error', '{"error":"secret"}', output('INT64', [-1]), 'the answer has no "outputs"'],
    ['ragged', '{"outputs":[[1,2],[3]]}', output('FP32', [-1, -1]), 'the data is ragged'],
  ])('%s', (_name, body, declared, expected) => {
    const result = decodeCall(tensors([], [declared]), TFS, Buffer.from(body), { batched: false });
    expect(result.ok ? String(result.body) : result.reason).toBe(expected);
  });
});

describe('bytes whose fields are base64', () => {
  const image: TensorInput = { tensor: 'image_bytes', datatype: 'BYTES', encoding: 'base64', shape: [-1], fields: ['image'] };

  // 0xFF 0x00 0xFE is no UTF-8.
  test('TensorFlow Serving gets the bytes, encoded once, whatever the tensor is called', () => {
    const call = tensors([image, { ...image, tensor: 'raw', fields: ['raw'] }], []);
    expect(encodeCall(call, TFS, parsed('{"image":"/wD+","raw":["/wD+",""]}'))).toMatchObject({
      ok: true,
      body: '{"inputs":{"image_bytes":[{"b64":"/wD+"}],"raw":[{"b64":"/wD+"},{"b64":""}]}}',
    });
  });

  test('the Open Inference Protocol’s JSON carries the base64 text', () => {
    expect(encoded({ ...image, shape: [-1, 1] }, '{"image":"/wD+"}')).toBe('[1,1] ["/wD+"]');
  });

  test.each([
    ['no base64', '"image":"no!"', '/image'],
    ['no padding', '"image":"/wA"', '/image'],
    ['the alphabet of addresses', '"image":"_wD-"', '/image'],
    ['bits that say nothing', '"image":"/x=="', '/image'],
    ['a line break', '"image":"/w\\nD+"', '/image'],
    ['one of several', '"image":["/wD+","?"]', '/image/1'],
  ])('%s is refused with its place', (_name, member, pointer) => {
    for (const protocol of [TFS, OIP])
      expect(encodeCall(tensors([image], []), protocol, parsed(`{${member}}`))).toMatchObject({
        ok: false,
        pointer,
        rule: 'contentEncoding',
        reason: 'the value must be base64 of RFC 4648 with its padding, without line breaks',
      });
  });

  test.each([
    ['bytes', '{"outputs":[{"b64":"/wD+"}]}', '{"y":"/wD+"}'],
    ['a text, which the runtime wrote as it is', '{"outputs":["hé"]}', '{"y":"aMOp"}'],
  ])('an answer of %s becomes base64', (_name, body, expected) => {
    const declared: TensorOutput = { ...output('BYTES', [-1]), encoding: 'base64' };
    const result = decodeCall(tensors([], [declared]), TFS, Buffer.from(body), { batched: false });
    expect(result.ok ? String(result.body) : result.reason).toBe(expected);
  });
});

describe('JSON and OpenAI', () => {
  test('JSON passes the very bytes both ways', () => {
    const body = Buffer.from('{ "a" : 1.0 }');
    expect(encodeCall({ kind: 'json', path: '/score' }, OIP, { ...parsed('{"a":1}'), body })).toMatchObject({ path: '/score', body });
    const answered = Buffer.from('{ "y" : 9007199254740993 }');
    expect(decodeCall({ kind: 'json', path: '/score' }, OIP, answered, { batched: false })).toMatchObject({ ok: true, body: answered });
  });

  test.each<[string, string, object]>([
    [
      'the model is filled in',
      '{"messages":[]}',
      { ok: true, path: '/v1/chat/completions', body: '{"messages":[],"model":"iris"}', stream: false },
    ],
    ['numbers stay', '{"seed":9007199254740993}', { ok: true, body: '{"seed":9007199254740993,"model":"iris"}' }],
    ['the same model passes', '{"model":"iris","stream":true}', { ok: true, body: '{"model":"iris","stream":true}', stream: true }],
    ['another model is refused', '{"model":"gpt"}', { ok: false, pointer: '/model' }],
  ])('%s', (_name, text, expected) => {
    expect(
      encodeCall({ kind: 'openai', operation: 'chat.completions' }, { protocol: 'openai', runtimeModel: 'iris' }, parsed(text)),
    ).toMatchObject(expected);
  });
});
