import { isJsonObject, type JsonValue } from '../json';

/** In a cluster the list is this ConfigMap of the platform's namespace, under this key. */
export const DENY_LIST = { configMap: 'kea-deny-list', key: 'deny.json' } as const;

/** Who is turned away although the token is good. Exactly one of `jti`, `sub` and `azp`. */
export interface DenyEntry {
  /** One token. */
  readonly jti?: string;
  /** All tokens of a person or machine. */
  readonly sub?: string;
  /** All tokens that a client got, for whomever. */
  readonly azp?: string;
  /** Only tokens of this provider. @default all providers */
  readonly issuer?: string;
  /** For the audit; callers are not told. */
  readonly reason: string;
  /** End of the entry, an ISO time. @default never */
  readonly until?: string;
}

export interface DenyList {
  readonly format: 1;
  readonly entries: readonly DenyEntry[];
}

export const DENY_KINDS = ['jti', 'sub', 'azp'] as const;

const KEYS: readonly string[] = [...DENY_KINDS, 'issuer', 'reason', 'until'];
/** More would be a reason to revoke at the provider. */
const MAX_ENTRIES = 10_000;

/**
 * Reads a deny list.
 *
 * @throws Error naming the first thing that is wrong: half a list would let somebody in
 */
export function parseDenyList(text: string): DenyList {
  const value = parse(text);
  if (!isJsonObject(value) || value['format'] !== 1 || !Array.isArray(value['entries']))
    throw new Error('the deny list must be {"format": 1, "entries": […]}');
  const entries = value['entries'] as readonly JsonValue[];
  if (entries.length > MAX_ENTRIES) throw new Error(`the deny list has ${entries.length} entries, at most ${MAX_ENTRIES} are taken`);
  return { format: 1, entries: entries.map((entry, at) => parseEntry(entry, `the deny list, entry ${at}`)) };
}

function parseEntry(entry: JsonValue, where: string): DenyEntry {
  if (!isJsonObject(entry)) throw new Error(`${where}: is no object`);
  const stranger = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) throw new Error(`${where}: unknown key "${stranger}", allowed are ${KEYS.join(', ')}`);
  for (const [key, value] of Object.entries(entry))
    if (typeof value !== 'string' || value === '') throw new Error(`${where}: "${key}" must be a text that is not empty`);
  if (DENY_KINDS.filter((kind) => kind in entry).length !== 1) throw new Error(`${where}: must have exactly one of jti, sub and azp`);
  if (!('reason' in entry)) throw new Error(`${where}: "reason" is missing`);
  if ('until' in entry && !isTime(entry['until'] as string))
    throw new Error(`${where}: "until" must be a time such as 2027-01-31T12:00:00Z`);
  return entry as unknown as DenyEntry;
}

/** An ISO time with its zone, or a day, which means its beginning in UTC. */
export function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text));
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Error('the deny list is not JSON');
  }
}
