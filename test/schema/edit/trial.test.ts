import { parse } from 'yaml';
import { endTrial } from '../../../schema/edit';

const of = (source: string, stack?: string) => ({
  file: 'v1.yaml',
  source,
  document: parse(source),
  ...(stack === undefined ? {} : { stack }),
});
const BASE = `versions: { 1.4.0: { image: a }, 1.5.0: { image: b } }
routing:
  weights: { 1.4.0: 100 } # all of it
  shadow: { 1.5.0: 20 }
`;

test('a promotion gives weight and ends the shadow; comments stay', () => {
  expect(endTrial(of(BASE), '1.5.0', 10).after).toBe(`versions: { 1.4.0: { image: a }, 1.5.0: { image: b } }
routing:
  weights: { 1.4.0: 90, 1.5.0: 10 } # all of it
`);
});

test('an abort of a shadow changes no weight', () => {
  expect(endTrial(of(BASE), '1.5.0', 0).after).toBe(`versions: { 1.4.0: { image: a }, 1.5.0: { image: b } }
routing:
  weights: { 1.4.0: 100 } # all of it
`);
});

test('in one stack only: what the contract says for all others stays, and is hidden there', () => {
  const after = endTrial(of(`${BASE}stacks: { prod: { routing: { weights: { 1.4.0: 100 } } } }\n`, 'prod'), '1.5.0', 50).after;
  expect(parse(after)).toMatchObject({
    routing: { weights: { '1.4.0': 100 }, shadow: { '1.5.0': 20 } },
    stacks: { prod: { routing: { weights: { '1.4.0': 50, '1.5.0': 50 }, shadow: {} } } },
  });
});
