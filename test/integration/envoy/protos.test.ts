import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { YOUNGER_FIELDS } from '../../../services/processor/supervisor/protos';
import { envoyBinary } from '../../support/envoy';

// Envoy's binary holds the descriptors of all its messages; a field's reads: name (tag 1), number (tag 3), label (4), type (5), type name (6).
test.each(YOUNGER_FIELDS)('$type.$field has the number that Envoy gives it', ({ field, id, fieldType }) => {
  const name = Buffer.from(field);
  const type = Buffer.from(`.${fieldType}`);
  const descriptor = Buffer.concat([
    Buffer.from([0x0a, name.length]),
    name,
    Buffer.from([0x18, id, 0x20, 0x01, 0x28, 0x0b, 0x32, type.length]),
    type,
  ]);
  expect(binaryHolds(descriptor)).toBe(true);
});

function binaryHolds(bytes: Buffer): boolean {
  const path = realpathSync(envoyBinary() ?? '');
  const size = statSync(path).size;
  const file = openSync(path, 'r');
  const block = Buffer.alloc(16 * 1024 * 1024);
  try {
    for (let at = 0; at < size; at += block.length - bytes.length) {
      const read = readSync(file, block, 0, block.length, at);
      if (block.subarray(0, read).includes(bytes)) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}
