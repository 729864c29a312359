import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  appliedOf,
  MARK,
  objectId,
  ownMark,
  realmObjectDigest,
  type AppliedRealm,
  type RealmObject,
  type RealmPlan,
} from '../../../core/contract/realm';
import {
  appliedAfter,
  inPhase,
  liveOf,
  losses,
  realmDifference,
  tolerableLosses,
  type LiveRealm,
  type RealmStep,
} from '../../../core/decide/realm-difference';

type Loose = Partial<RealmObject> & Pick<RealmObject, 'kind' | 'name'>;

const whole = (object: Loose): RealmObject => ({
  fields: {},
  mappers: {},
  sets: {},
  initial: {},
  ...object,
  attributes: { [MARK]: ownMark(object), ...object.attributes },
});
const planOf = (objects: readonly Loose[]): RealmPlan => ({ realm: 'r', stack: 's', objects: objects.map(whole) });

interface Vector {
  readonly name: string;
  readonly wanted: readonly Loose[];
  readonly applied: { readonly [id: string]: Partial<AppliedRealm[string]> };
  readonly live: readonly (Loose & { readonly ours?: boolean })[];
  readonly steps: readonly string[];
  readonly foreign: readonly string[];
}

function said(step: RealmStep): string {
  const name = `${step.do} ${objectId(step.object)}`;
  if (step.do !== 'change') return name;
  const edits = step.edits.map((edit) =>
    'set' in edit ? [edit.set, ...edit.add.map((each) => `+${each}`), ...edit.remove.map((each) => `-${each}`)].join(' ') : edit.field,
  );
  return `${name}: ${edits.join(', ')}`;
}

describe('vectors', () => {
  test.each(JSON.parse(readFileSync('test/vectors/realm-difference.json', 'utf8')) as readonly Vector[])('$name', (vector) => {
    const applied = Object.fromEntries(
      Object.entries(vector.applied).map(([id, each]) => [id, { digest: '', attributes: [], mappers: [], sets: {}, ...each }]),
    );
    const live: LiveRealm = new Map(
      vector.live.map(({ ours, ...object }) => [
        objectId(object),
        ours ? whole(object) : { ...whole(object), attributes: object.attributes ?? {} },
      ]),
    );
    const { steps, foreign } = realmDifference(planOf(vector.wanted), applied, live);
    expect([steps.map(said), foreign.map(objectId)]).toEqual([vector.steps, vector.foreign]);
  });
});

const wanted = whole({ kind: 'client', name: 'iris', fields: { description: 'ours' }, sets: { roles: ['a'] } });

test('a change by hand is told from a change of the files', () => {
  const live = new Map([['client iris', { ...wanted, fields: { description: 'theirs' } }]]);
  const byHand = (digest: string) =>
    realmDifference(planOf([wanted]), { 'client iris': { digest, attributes: [], mappers: [], sets: {} } }, live).steps.flatMap((step) =>
      step.do === 'change' ? step.edits.map((edit) => 'field' in edit && edit.byHand) : [],
    );
  expect(byHand(realmObjectDigest(wanted))).toEqual([true]);
  expect(byHand('of another plan')).toEqual([false]);
});

test('a realm of another stack is foreign', () => {
  const plan = planOf([{ kind: 'realm', name: 'r', attributes: { 'kea.stack': 'prod' } }]);
  const other = planOf([{ kind: 'realm', name: 'r', attributes: { 'kea.stack': 'dev' } }]);
  expect(realmDifference(plan, {}, liveOf(other)).foreign.map(objectId)).toEqual(['realm r']);
});

test('losses are what callers may miss, and small numbers of them pass', () => {
  const [before, after] = [planOf([wanted, { kind: 'scope', name: 'model-x' }]), planOf([{ ...wanted, sets: { roles: [] } }])];
  expect(losses(realmDifference(after, appliedOf(before), liveOf(before)).steps)).toEqual(['role a of iris']);
  expect([tolerableLosses(0), tolerableLosses(30), tolerableLosses(500)]).toEqual([5, 6, 100]);
});

const member = fc.constantFrom('a', 'b', 'c');
const anyObject = fc.record({
  kind: fc.constantFrom('client' as const, 'role' as const, 'scope' as const),
  name: fc.constantFrom('x', 'y', 'z'),
  fields: fc.record({ f: fc.integer({ min: 0, max: 2 }) }),
  sets: fc.record({ roles: fc.uniqueArray(member) }),
});
const anyPlan = fc.uniqueArray(anyObject, { selector: objectId }).map(planOf);

test('after a plan is in place, nothing is left to do, and the two halves make the whole', () => {
  fc.assert(
    fc.property(anyPlan, anyPlan, (before, after) => {
      expect(realmDifference(after, appliedOf(after), liveOf(after)).steps).toEqual([]);
      const { steps } = realmDifference(after, appliedOf(before), liveOf(before));
      const count = (some: readonly RealmStep[]): number =>
        some.reduce(
          (sum, step) =>
            sum +
            (step.do === 'change' ? step.edits.reduce((n, edit) => n + ('set' in edit ? edit.add.length + edit.remove.length : 1), 0) : 1),
          0,
        );
      expect(count(inPhase(steps, 'add')) + count(inPhase(steps, 'prune'))).toBe(count(steps));
      expect(inPhase(steps, 'add').some((step) => step.do === 'delete')).toBe(false);
      expect(inPhase(steps, 'prune').some((step) => step.do === 'create')).toBe(false);
    }),
  );
});

test('between the halves both the old and the new members are known for ours', () => {
  fc.assert(
    fc.property(anyPlan, anyPlan, (before, after) => {
      const both = appliedAfter('add', appliedOf(before), appliedOf(after));
      for (const { kind, name, sets } of [...before.objects, ...after.objects])
        expect(both[`${kind} ${name}`]?.sets.roles ?? []).toEqual(expect.arrayContaining([...(sets.roles ?? [])]));
      expect(appliedAfter('prune', both, appliedOf(after))).toEqual(appliedOf(after));
    }),
  );
});
