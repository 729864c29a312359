import { isUnknown, trap } from './unknown';

/** Deepest object that is judged: the API server refuses far shallower ones, and recursion must end somewhere. */
export const MAX_DEPTH = 200;

/**
 * Makes CEL values out of JSON values, in place: whole numbers become `int`, what is null or undefined is not there (as the API server drops it),
 * maps with a key that would hide an object's own nature become Maps, and reading what is not known yet throws.
 *
 * @throws Error where it goes too deep, or where something stands in it that JSON cannot hold
 */
export function toCel(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return value;
      if (depth > MAX_DEPTH) throw new Error(`the object is nested deeper than ${MAX_DEPTH} levels`);
      if (Array.isArray(value)) {
        for (let at = 0; at < value.length; at += 1) {
          const each: unknown = value[at];
          if (typeof each === 'string' && isUnknown(each)) trap(value, at, each);
          else value[at] = toCel(each, depth + 1);
        }
        return value;
      }
      return toCelMap(value as { [key: string]: unknown }, depth);
    default:
      throw new Error(`the object holds a ${typeof value}, which JSON cannot hold`);
  }
}

function toCelMap(map: { [key: string]: unknown }, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(map);
  if (prototype !== Object.prototype && prototype !== null) throw new Error('the object holds something that JSON cannot hold');
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === null || value === undefined) Reflect.deleteProperty(map, key);
    else if (typeof value === 'string') {
      if (isUnknown(value)) trap(map, key, value);
    } else {
      const made = toCel(value, depth + 1);
      if (made !== value) Object.defineProperty(map, key, { value: made, enumerable: true, configurable: true, writable: true });
    }
  }
  return Object.hasOwn(map, 'constructor') || Object.hasOwn(map, '__proto__') ? new Map(Object.entries(map)) : map;
}
