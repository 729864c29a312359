import { explain } from '../../core/findings/index';
import { manifestDemands, servingDemands } from '../../policies/demands';
import { builtIn } from '../../policies/evaluate/built-in';

const demands = [...manifestDemands, ...servingDemands];
const ids = [...builtIn.rules, ...builtIn.planRules].map((each) => each.id);

test('67 demands of manifests and 24 of models that are served, each once, each answered by rules or by a reason', () => {
  expect([manifestDemands.length, servingDemands.length]).toEqual([67, 24]);
  expect(new Set(demands.map((each) => each.id)).size).toBe(91);
  expect(demands.filter(({ rules, instead }) => rules === undefined && instead === undefined)).toEqual([]);
});

test('every rule that a demand names is there, and every rule answers a demand', () => {
  const named = new Set(demands.flatMap((each) => each.rules ?? []));
  expect([...named].filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.filter((id) => !named.has(id))).toEqual([]);
});

test('every finding that a reason names is there', () => {
  const codes = demands.flatMap(({ instead = '' }) => instead.match(/KEA[0-9]{4}/g) ?? []);
  expect(codes.filter((code) => explain(code) === undefined)).toEqual([]);
});
