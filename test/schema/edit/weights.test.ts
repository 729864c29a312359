import { parse } from 'yaml';
import { currentWeights, EditRefused, promote, rollback, setWeights, type WeightsOf } from '../../../schema/edit';

const file = 'models/m/v1.yaml';
const of = (source: string, stack?: string): WeightsOf => ({
  file,
  source,
  document: parse(source) as WeightsOf['document'],
  ...(stack ? { stack } : {}),
});

const FLOW = `# who may change this: risk-leads
versions:
  1.4.0: { artifact: a.onnx } # the old one
  1.5.0: { artifact: b.onnx }
routing: { weights: { 1.4.0: 90, 1.5.0: 10 }, sticky: principal } # 10 % since May
stacks:
  # staging goes first
  staging: { routing: { weights: { 1.5.0: 100 } } }
`;

test('a promotion changes one line, and keeps its comment', () => {
  expect(promote(of(FLOW), '1.5.0', 50).hunks).toEqual([
    {
      line: 5,
      removed: ['routing: { weights: { 1.4.0: 90, 1.5.0: 10 }, sticky: principal } # 10 % since May'],
      added: ['routing: { weights: { 1.4.0: 50, 1.5.0: 50 }, sticky: principal } # 10 % since May'],
    },
  ]);
});

test('a promotion in a stack without weights of its own adds them there', () => {
  expect(promote(of(FLOW, 'prod'), '1.5.0', 30).hunks).toEqual([
    { line: 9, removed: [], added: ['  prod: { routing: { weights: { 1.4.0: 70, 1.5.0: 30 } } }'] },
  ]);
});

test('a promotion in a file without overrides adds the key at its end', () => {
  const source = 'versions:\n  1.0.0: { artifact: a.onnx }\n  1.1.0: { artifact: b.onnx }\nrouting: { weights: { 1.0.0: 100 } }';
  expect(promote(of(source, 'prod'), '1.1.0', 5).after).toBe(
    `${source}\nstacks: { prod: { routing: { weights: { 1.0.0: 95, 1.1.0: 5 } } } }\n`,
  );
});

test('weights in lines of their own are changed line by line', () => {
  const source =
    'versions: { 1.0.0: {}, 1.1.0: {}, 1.2.0: {} }\nrouting:\n  weights:\n    1.0.0: 60 # old\n    1.1.0: 40\n  sticky: request\n';
  expect(promote(of(source), '1.2.0', 10).after).toBe(
    'versions: { 1.0.0: {}, 1.1.0: {}, 1.2.0: {} }\nrouting:\n  weights:\n    1.0.0: 54 # old\n    1.1.0: 36\n    1.2.0: 10\n  sticky: request\n',
  );
});

test('a version that leaves the weights loses its line', () => {
  const source = 'routing:\n  weights:\n    1.0.0: 60 # old\n    1.1.0: 40\n';
  expect(setWeights(of(source), { '1.1.0': 100 }).after).toBe('routing:\n  weights:\n    1.1.0: 100\n');
  expect(setWeights(of('routing: { weights: { 1.0.0: 60, 1.1.0: 40 } }\n'), { '1.1.0': 100 }).after).toBe(
    'routing: { weights: { 1.1.0: 100 } }\n',
  );
  expect(setWeights(of('routing: { weights: { 1.0.0: 60, 1.1.0: 40 } }\n'), { '1.0.0': 100 }).after).toBe(
    'routing: { weights: { 1.0.0: 100 } }\n',
  );
});

test('the others keep their proportions in whole percents that sum to 100', () => {
  const source = 'versions: { 1.3.0: {} }\nrouting: { weights: { 1.0.0: 34, 1.1.0: 33, 1.2.0: 33 } }\n';
  expect(currentWeights(of(promote(of(source), '1.3.0', 1).after))).toEqual({ '1.0.0': 33, '1.1.0': 33, '1.2.0': 33, '1.3.0': 1 });
});

test("a rollback gives the newest version's weight back", () => {
  expect(currentWeights(of(rollback(of(FLOW)).after))).toEqual({ '1.4.0': 100, '1.5.0': 0 });
  expect(currentWeights(of(rollback(of(FLOW, 'staging')).after, 'staging'))).toEqual({ '1.4.0': 100, '1.5.0': 0 });
});

test('what cannot be done is refused in words', () => {
  expect(() => rollback(of('versions: { 1.0.0: {} }\n'))).toThrow(new EditRefused('there is no older version to go back to'));
  expect(() => promote(of(FLOW), '9.9.9', 10)).toThrow('there is no version "9.9.9"');
  expect(() => promote(of(FLOW), '1.5.0', 101)).toThrow('no whole number from 0 to 100');
  expect(() => promote(of('routing: { weights: { 1.0.0: 100 } }\n'), '1.0.0', 50)).toThrow('no other version has weight');
});

test('an anchored value is not changed behind the back of its other readers', () => {
  const source = 'routing: { weights: &w { 1.0.0: 60, 1.1.0: 40 } }\nstacks: { prod: { routing: { weights: *w } } }\n';
  expect(() => promote(of(source), '1.1.0', 50)).toThrow(EditRefused);
  expect(currentWeights(of(promote(of(source, 'prod'), '1.1.0', 50).after, 'prod'))).toEqual({ '1.0.0': 50, '1.1.0': 50 });
});
