import { readFileSync } from 'node:fs';
import { cacheKey, type CacheQuestion } from '../../../core/decide/cache-key';
import { chooseVersion, type VersionChoice, type VersionQuestion } from '../../../core/decide/choose-version';
import { drawn, isOpen, quotasOf, quotaState, refilled, type Bucket, type RateLimit } from '../../../core/decide/rate-limit';
import { parseRoles, roleVerdict } from '../../../core/decide/role-verdict';
import { zoneWeights } from '../../../core/decide/zone-weights';
import { storable, type AnswerFacts, type StoreVerdict } from '../../../core/decide/storable';

// The vectors are plain JSON, written by an independent program, so that another implementation can be held to them.
const vectors = <T>(name: string): readonly (T & { readonly name: string })[] =>
  JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));

describe('version choice', () => {
  test.each(vectors<{ question: VersionQuestion; choice: VersionChoice }>('choose-version'))('$name', ({ question, choice }) => {
    expect(chooseVersion(question)).toEqual(choice);
  });
});

describe('cache key', () => {
  const all = vectors<{ question: CacheQuestion; key?: string }>('cache-key');
  test.each(all)('$name', ({ question, key }) => {
    expect(cacheKey(question)).toBe(key);
  });

  test('parts cannot be shifted into each other', () => {
    const base = all[0]!.question;
    expect(cacheKey({ ...base, model: 'ab', contract: 'c' })).not.toBe(cacheKey({ ...base, model: 'a', contract: 'bc' }));
    expect(cacheKey({ ...base, model: 'a1:b', contract: '' })).not.toBe(cacheKey({ ...base, model: 'a', contract: 'b' }));
  });
});

describe('role verdict', () => {
  test.each(vectors<{ method: { roles: string[]; public: boolean }; roles: string[]; verdict: string }>('role-verdict'))(
    '$name',
    (vector) => {
      expect(roleVerdict(vector.method, vector.roles)).toBe(vector.verdict);
    },
  );

  test.each([
    ['an array', '["a","b"]', ['a', 'b']],
    ['one string', '"a"', ['a']],
    ['an object', '{"a":1}', []],
    ['mixed types', '["a",1,null,["b"]]', ['a']],
    ['no JSON', 'a', []],
  ])('roles header: %s', (_name, json, roles) => {
    expect(parseRoles(Buffer.from(json).toString('base64'))).toEqual(roles);
  });

  test('roles header: absent', () => {
    expect(parseRoles(undefined)).toEqual([]);
  });
});

describe('store rule', () => {
  test.each(vectors<{ facts: AnswerFacts; verdict: StoreVerdict }>('storable'))('$name', ({ facts, verdict }) => {
    expect(storable(facts)).toEqual(verdict);
  });
});

interface ZoneQuestion {
  readonly gateways: { readonly [zone: string]: number };
  readonly endpoints: { readonly [zone: string]: number };
  readonly own?: string;
}

describe('weights of zones', () => {
  test.each(vectors<{ question: ZoneQuestion; weights?: { readonly [zone: string]: number } }>('zone-weights'))(
    '$name',
    ({ question: { gateways, endpoints, own }, weights }) => {
      const found = zoneWeights(new Map(Object.entries(gateways)), new Map(Object.entries(endpoints)), own);
      expect(found && Object.fromEntries(found)).toEqual(weights);
    },
  );
});

describe('rate limit', () => {
  interface Step {
    readonly at: number;
    readonly allowed: boolean;
    readonly remaining: number;
    readonly reset: number;
    readonly retryAfter: number;
    readonly draw?: number;
  }
  test.each(vectors<{ limit: RateLimit; steps: Step[] }>('rate-limit'))('$name', ({ limit, steps }) => {
    let bucket: Bucket | undefined;
    for (const step of steps) {
      const [quota] = quotasOf(limit);
      if (quota === undefined) throw new Error('a vector limits nothing');
      bucket = refilled(bucket, quota, step.at);
      const allowed = isOpen(bucket);
      // Tokens are drawn when their number is known, whatever is left.
      const draw = quota.unit === 'tokens' ? (step.draw ?? 0) : 1;
      if (allowed) bucket = drawn(bucket, draw);
      const state = quotaState(quota, bucket.left);
      const { draw: _, ...expected } = step;
      expect({
        at: step.at,
        allowed,
        remaining: state.remaining,
        reset: state.resetSeconds,
        retryAfter: allowed ? 0 : state.retryAfterSeconds,
      }).toEqual(expected);
    }
  });
});
