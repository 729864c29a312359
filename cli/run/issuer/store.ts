import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  readonly expires: number;
}

const MAX_ENTRIES = 10_000;

/** Sessions, codes and refresh tokens of one issuer process, in memory; they end with it, signed tokens do not. */
export function memoryStore(now: () => number = Date.now): (name: string) => Adapter {
  const entries = new Map<string, Entry>();
  const get = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.expires > now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };
  const find = (name: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    for (const key of entries.keys()) {
      const payload = key.startsWith(`${name}:`) ? get(key) : undefined;
      if (payload && matches(payload)) return payload;
    }
    return undefined;
  };
  return (name) => ({
    async upsert(id, payload, expiresIn) {
      const oldest = entries.size >= MAX_ENTRIES ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(`${name}:${id}`, { payload, expires: expiresIn ? now() + expiresIn * 1000 : Number.POSITIVE_INFINITY });
    },
    find: async (id) => get(`${name}:${id}`),
    findByUid: async (uid) => find(name, (payload) => payload.uid === uid),
    findByUserCode: async (code) => find(name, (payload) => payload.userCode === code),
    async consume(id) {
      const payload = get(`${name}:${id}`);
      if (payload) payload.consumed = Math.floor(now() / 1000);
    },
    async destroy(id) {
      entries.delete(`${name}:${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, entry] of entries) if (entry.payload.grantId === grantId) entries.delete(key);
    },
  });
}
