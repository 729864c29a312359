import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { unknownAt } from '../evaluate/unknown';

/** `kubernetes:apps/v1:Deployment`; the core group is written `core`. */
const TOKEN = /^kubernetes:([a-z0-9.-]+)\/(v[a-z0-9]+):([A-Z][A-Za-z0-9]*)$/;

/**
 * The Kubernetes object that a Pulumi resource makes, or undefined where it makes none: another provider's resource, a component, a chart, or a
 * patch, which is only a part of an object. What is not known yet stands in it as the mark of `unknownAt`.
 */
export function objectOf(type: string, props: unknown): JsonObject | undefined {
  const [, group, version, kind] = TOKEN.exec(type) ?? [];
  if (group === undefined || version === undefined || kind === undefined || kind.endsWith('Patch') || kind.endsWith('List'))
    return undefined;
  const values = known(props, []);
  if (!isJsonObject(values)) return undefined;
  const own = Object.entries(values).filter(([key]) => !key.startsWith('__') && key !== 'status');
  return { ...Object.fromEntries(own), apiVersion: group === 'core' ? version : `${group}/${version}`, kind };
}

/** A plain copy; reading what is not known yet throws, and leaves a mark. */
function known(value: unknown, path: readonly (string | number)[]): JsonValue | undefined {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, at) => read(value as unknown[], at, path) ?? null);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key, path)]));
  }
  return value as JsonValue | undefined;
}

function read(owner: object, key: string | number, path: readonly (string | number)[]): JsonValue | undefined {
  const at = [...path, key];
  let value: unknown;
  try {
    value = (owner as { readonly [key: string | number]: unknown })[key];
  } catch {
    return unknownAt(at.join('.'));
  }
  return known(value, at);
}
