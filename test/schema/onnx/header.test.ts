import { mkdtempSync, openSync, writeSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../../core/package-root';
import { readOnnxBytes, readOnnxFile } from '../../../schema/onnx/header';
import { Malformed } from '../../../schema/onnx/protobuf';
import { deriveContract } from '../../../schema/onnx/schemas';

// Protobuf by hand: enough of it to build what exporters build.
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
const bytes = (field: number, content: readonly number[]): number[] => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const text = (field: number, value: string): number[] => bytes(field, [...Buffer.from(value)]);
const int = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const dim = (size: number | string): number[] => bytes(1, typeof size === 'number' ? int(1, size) : text(2, size));
const tensor = (name: string, element: number, shape: readonly (number | string)[]): number[] => [
  ...text(1, name),
  ...bytes(2, bytes(1, [...int(1, element), ...bytes(2, shape.flatMap(dim))])),
];
const model = (graph: readonly number[]): Uint8Array => Uint8Array.from([...int(1, 8), ...text(2, 'test'), ...bytes(7, graph)]);

test('a real model of scikit-learn tells its inputs and outputs', () => {
  const header = readOnnxFile(join(packageRoot(), 'models/risk/credit-score/artifacts/1.5.0.onnx'));
  expect(header).toMatchObject({
    producer: 'skl2onnx',
    inputs: [{ kind: 'tensor', name: 'X', datatype: 'FP32', shape: ['N', 3] }],
    outputs: [
      { kind: 'tensor', name: 'label', datatype: 'INT64', shape: ['N'] },
      { kind: 'tensor', name: 'probabilities', datatype: 'FP32', shape: ['N', 2] },
    ],
  });
});

test('an input that is also an initializer has a value, and is no input', () => {
  const graph = [
    ...bytes(11, tensor('X', 1, ['N', 2])),
    ...bytes(11, tensor('weights', 1, [2, 2])),
    ...bytes(5, text(8, 'weights')),
    ...bytes(12, tensor('Y', 1, ['N'])),
  ];
  expect(readOnnxBytes(model(graph)).inputs.map((value) => value.name)).toEqual(['X']);
});

test('sequences, maps and rare element types are told apart from tensors', () => {
  const graph = [...bytes(11, tensor('half', 16, [1])), ...bytes(12, [...text(1, 'maps'), ...bytes(2, bytes(4, []))])];
  const header = readOnnxBytes(model(graph));
  expect(header.inputs).toEqual([{ kind: 'other', name: 'half', type: 'tensor of element type 16' }]);
  expect(header.outputs).toEqual([{ kind: 'other', name: 'maps', type: 'sequence' }]);
  expect(deriveContract(header, 'M')).toEqual({
    ok: false,
    reason: '"half" is a tensor of element type 16, which JSON fields cannot be derived from',
  });
});

test('metadata and unknown dimensions are read', () => {
  const graph = [...bytes(11, [...text(1, 'X'), ...bytes(2, bytes(1, [...int(1, 7), ...bytes(2, [...dim('N'), ...bytes(1, [])])]))])];
  const header = readOnnxBytes(Uint8Array.from([...model(graph), ...bytes(14, [...text(1, 'author'), ...text(2, 'ada')])]));
  expect(header.metadata).toEqual({ author: 'ada' });
  expect(header.inputs).toEqual([{ kind: 'tensor', name: 'X', datatype: 'INT64', shape: ['N', undefined] }]);
});

test('gigabytes of weights are stepped over, not read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kea-onnx-'));
  try {
    const path = join(folder, 'big.onnx');
    const weights = 3_000_000_000;
    const raw = [...varint(9 * 8 + 2), ...varint(weights)];
    const name = text(8, 'w');
    const initializerHead = [...varint(5 * 8 + 2), ...varint(name.length + raw.length + weights), ...name, ...raw];
    const tail = [...bytes(11, tensor('X', 1, ['N'])), ...bytes(12, tensor('Y', 1, ['N']))];
    const head = [...int(1, 8), ...varint(7 * 8 + 2), ...varint(initializerHead.length + weights + tail.length), ...initializerHead];
    const file = openSync(path, 'w');
    writeSync(file, Uint8Array.from(head));
    // A hole in the file: its bytes take no disk.
    writeSync(file, Uint8Array.from(tail), 0, tail.length, head.length + weights);
    closeSync(file);
    const before = process.memoryUsage().arrayBuffers;
    expect(readOnnxFile(path).inputs.map((value) => value.name)).toEqual(['X']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what is cut off, empty or something else is refused', () => {
  const whole = model([...bytes(11, tensor('X', 1, ['N', 2])), ...bytes(12, tensor('Y', 1, ['N']))]);
  for (let length = 0; length < whole.length; length += 1) expect(() => readOnnxBytes(whole.subarray(0, length))).toThrow(Malformed);
  for (const other of ['', 'hello', '{"a":1}', '\x80\x02]q\x00.'])
    expect(() => readOnnxBytes(Buffer.from(other, 'latin1'))).toThrow(Malformed);
});

test('any bytes at all end in a header or in Malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      for (const candidate of [noise, Uint8Array.from([...int(1, 8), ...bytes(7, [...noise])])]) {
        try {
          readOnnxBytes(candidate);
        } catch (error) {
          if (!(error instanceof Malformed)) throw error;
        }
      }
    }),
  );
});
