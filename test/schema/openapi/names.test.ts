import fc from 'fast-check';
import { platformNames, typeName } from '../../../schema/openapi/names';
import { contract, model } from './platform';

test.each([
  ['credit-score', 'CreditScore'],
  ['iris', 'Iris'],
  ['a-1', 'A_1'],
  ['a1', 'A1'],
])('%s is written %s', (name, expected) => {
  expect(typeName(name)).toBe(expected);
});

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);

test('two methods never share a component', () => {
  fc.assert(
    fc.property(fc.tuple(label, label), fc.tuple(label, label), ([modelA, methodA], [modelB, methodB]) => {
      const a = platformNames(model({ name: modelA }), contract()).request(methodA);
      const b = platformNames(model({ name: modelB }), contract()).request(methodB);
      expect(a === b).toBe(modelA === modelB && methodA === methodB);
      expect(a).toMatch(/^[a-zA-Z0-9._-]+$/);
    }),
    {
      examples: [
        [
          ['a-v1', 'x'],
          ['a', 'v1-x'],
        ],
        [
          ['a-1', 'x'],
          ['a1', 'x'],
        ],
      ],
    },
  );
});
