import { isJsonObject, type JsonObject, type JsonValue } from '../core/json';
import type { PolicyRule } from './rule';

/** One object of a rule's fixtures, written out. */
export interface Fixture {
  readonly name: string;
  readonly object: JsonObject;
  readonly expected: 'pass' | 'fail';
  /** The whole block that the rule is about is missing. */
  readonly absent: boolean;
  /** What the rule says about it, where that is compared. */
  readonly message?: string;
}

/** Sample objects by name. */
export type Bases = ReadonlyMap<string, JsonObject>;

/** Objects of a rule's fixtures. @throws Error that names the fixture, where a base or a pointer leads nowhere */
export function fixturesOf(rule: PolicyRule, bases: Bases): readonly Fixture[] {
  const { base, pass, fail } = rule.fixtures;
  const expand = (written: (typeof pass | typeof fail)[number], expected: Fixture['expected']): Fixture => {
    try {
      const name = written.base ?? base;
      const start = written.object ?? (name === undefined ? undefined : bases.get(name));
      if (start === undefined)
        throw new Error(
          name === undefined
            ? 'it has neither an object nor a base'
            : `there is no base "${name}": known are ${[...bases.keys()].join(', ')}`,
        );
      const object = changed(start, Object.entries(written.set ?? {}), written.remove ?? []);
      const message = 'message' in written ? written.message : undefined;
      return { name: written.name, object, expected, absent: written.absent ?? false, ...(message === undefined ? {} : { message }) };
    } catch (error) {
      throw new Error(`the fixture "${written.name}": ${(error as Error).message}`, { cause: error });
    }
  };
  return [...pass.map((each) => expand(each, 'pass')), ...fail.map((each) => expand(each, 'fail'))];
}

type Mutable = JsonValue[] | { [key: string]: JsonValue };

function changed(start: JsonObject, set: readonly (readonly [string, JsonValue])[], remove: readonly string[]): JsonObject {
  const object = copy(start) as { [key: string]: JsonValue };
  for (const [pointer, value] of set) {
    const { parent, key } = locate(object, pointer, true);
    if (Array.isArray(parent)) parent[key === '-' ? parent.length : Number(key)] = copy(value);
    else parent[key] = copy(value);
  }
  for (const pointer of remove) {
    const { parent, key } = locate(object, pointer, false);
    if (!(key in parent)) throw new Error(`${pointer} is not there`);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  }
  return object;
}

/** Where a pointer leads; maps on the way are made where `make` says so. */
function locate(object: Mutable, pointer: string, make: boolean): { readonly parent: Mutable; readonly key: string } {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let parent: Mutable = object;
  for (const key of keys) {
    let next: JsonValue | undefined = Array.isArray(parent) ? parent[Number(key)] : parent[key];
    if (next === undefined && make && !Array.isArray(parent)) next = parent[key] = {};
    if (!Array.isArray(next) && !isJsonObject(next)) throw new Error(`${pointer} leads nowhere`);
    parent = next as Mutable;
  }
  return { parent, key: last };
}

function copy<T extends JsonValue>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
