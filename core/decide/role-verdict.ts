import type { BundleMethod } from '../contract/bundle';

type Guarded = Pick<BundleMethod, 'roles' | 'public'>;

/** Whether a caller with these roles may call the method: it is public, or one of its roles is held. Names compare literally; there are no wildcards. */
export function roleVerdict(method: Guarded, roles: readonly string[]): 'admitted' | 'forbidden' {
  return method.public || method.roles.some((role) => roles.includes(role)) ? 'admitted' : 'forbidden';
}

/** The methods that a list of roles may call, in the order given. */
export function callableMethods<M extends Guarded>(methods: readonly M[], roles: readonly string[]): readonly M[] {
  return methods.filter((method) => roleVerdict(method, roles) === 'admitted');
}

/**
 * Reads the roles header: base64 (or base64url) of a JSON array of strings, as Envoy writes array claims; a single string counts as one role.
 * Anything else means no roles.
 */
export function parseRoles(header: string | undefined): readonly string[] {
  if (!header) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.filter((role): role is string => typeof role === 'string') : [];
  } catch {
    return [];
  }
}
