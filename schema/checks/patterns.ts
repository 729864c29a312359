import { contractFindings as kind } from '../../core/findings/contract';
import type { Finding } from '../../core/findings/finding';
import { isJsonObject, type JsonSchema, type JsonValue } from '../../core/json';
import { pointerOf } from '../../core/pointer';
import type { KeyPath } from '../load/document';
import { isBroken } from './broken';
import { slowness } from './slow-pattern';
import type { ContractSubject } from './subject';

/** No pattern that a crafted text could keep busy. */
export function patternsFast({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, method]) =>
    (['request', 'response'] as const).flatMap((side) => {
      const schema = method[side];
      if (schema === undefined || isBroken(schema)) return [];
      return patternsOf(schema, []).flatMap(({ path, pattern }) => {
        const slow = slowness(pattern);
        if (slow === undefined) return [];
        return [
          report(kind.slowPattern, ['methods', name, side, ...path], {
            message: `"${pattern}" ${slow}, at ${pointerOf(path)} of the schema`,
          }),
        ];
      });
    }),
  );
}

const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** Every pattern of a schema: values of `pattern` and keys of `patternProperties`. */
export function patternsOf(schema: JsonSchema, at: KeyPath): readonly { readonly path: KeyPath; readonly pattern: string }[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    const path = [...at, key];
    if (key === 'pattern' && typeof value === 'string') return [{ path, pattern: value }];
    if (DATA.has(key)) return [];
    const named =
      key === 'patternProperties' && isJsonObject(value)
        ? Object.keys(value).map((pattern) => ({ path: [...path, pattern], pattern }))
        : [];
    return [
      ...named,
      ...within(value, path, key === 'properties' || key === 'patternProperties' || key === '$defs' || key === 'dependentSchemas'),
    ];
  });
}

/** Schemas inside a keyword's value; in a map the keys are names, which may be called `pattern` too. */
function within(value: JsonValue | undefined, path: KeyPath, isMap: boolean): ReturnType<typeof patternsOf> {
  if (Array.isArray(value))
    return value.flatMap((each: JsonValue, index) => (isJsonObject(each) ? patternsOf(each, [...path, index]) : []));
  if (!isJsonObject(value)) return [];
  if (!isMap) return patternsOf(value, path);
  return Object.entries(value).flatMap(([name, member]) => (isJsonObject(member) ? patternsOf(member, [...path, name]) : []));
}
