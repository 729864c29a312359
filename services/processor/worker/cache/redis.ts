import { randomBytes } from 'node:crypto';
import { EpochField, type CacheEpochs } from '../../../../core/decide/cache-epoch';
import type { RedisConnection, Script } from '../redis/connection';
import { openEntry, sealEntry, type Found, type Lease, type ResponseCache } from './entry';
import { NO_LEASE, randomEpoch } from './memory';

/** How long a leader's right holds without being renewed: so long others wait for one that died. */
const LEASE_MS = 1000;
const RENEW_MS = 300;
/** How soon all gateways know that something was purged. */
const EPOCH_MS = 1000;
/** Writes that may be under way; beyond it an answer is not stored. */
const MAX_WRITES = 1000;

/** KEYS: entry, lock. ARGV: token, milliseconds. → the entry; 1 = the token leads now; 0 = another one does. */
const LOOK: Script = {
  name: 'keaLook',
  keys: 2,
  lua: `local entry = redis.call('GET', KEYS[1])
if entry then return entry end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`,
};
/** KEYS: lock. ARGV: token, milliseconds. → 1 = the token leads now. */
const TAKE: Script = {
  name: 'keaTake',
  keys: 1,
  lua: `if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`,
};
/** KEYS: lock. ARGV: token, milliseconds. A right that has ended is not had again: another leader may have come and gone meanwhile. */
const HOLD: Script = {
  name: 'keaHold',
  keys: 1,
  lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`,
};
/** KEYS: entry, lock. ARGV: token, value, milliseconds. Stores only while the token leads: an old leader never overwrites a newer one's answer. */
const STORE: Script = {
  name: 'keaStore',
  keys: 2,
  lua: `if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`,
};
/** KEYS: lock. ARGV: token. */
const RELEASE: Script = {
  name: 'keaRelease',
  keys: 1,
  lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`,
};
/**
 * KEYS: epochs. ARGV: fresh base, base and count that this worker knows. → all epochs.
 * A store without a base gets the fresh one. One that counts fewer purges than were seen has lost some (a replica that was behind took over): all is forgotten.
 */
const EPOCHS: Script = {
  name: 'keaEpochs',
  keys: 1,
  lua: `local base = redis.call('HGET', KEYS[1], 'base')
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if not base or (base == ARGV[2] and count < tonumber(ARGV[3])) then
  redis.call('HSET', KEYS[1], 'base', ARGV[1], 'count', math.max(count, tonumber(ARGV[3])))
end
return redis.call('HGETALL', KEYS[1])`,
};

/**
 * Redis as a lossy memo: slow, down, full, read-only, failing over or corrupted, it simply has no entry.
 * Of all gateways that miss the same answer one fetches it, under a lock that it must renew; the others look again until the answer or the lock is there.
 */
export class RedisCache implements ResponseCache {
  private current: CacheEpochs | undefined;
  private count = 0;
  private writes = 0;
  private readonly asking: NodeJS.Timeout;

  constructor(
    private readonly redis: RedisConnection,
    /** Seals the values. */
    private readonly secret: Uint8Array,
    /** Part of the names of entries that nobody else could open. */
    private readonly own = '',
  ) {
    redis.onReady(() => void this.askEpochs());
    this.asking = setInterval(() => void this.askEpochs(), EPOCH_MS);
    this.asking.unref();
  }

  get epochs(): CacheEpochs | undefined {
    return this.current;
  }

  peek(): undefined {
    return undefined;
  }

  async look(key: string): Promise<Found> {
    const token = randomBytes(12).toString('base64');
    const answer = await this.redis.run(LOOK, this.names(key), [token, LEASE_MS]);
    if (answer === 0) return { kind: 'wait' };
    if (answer === 1) return { kind: 'lead', lease: this.lease(key, token) };
    const entry = Buffer.isBuffer(answer) ? openEntry(this.secret, key, answer, Date.now()) : undefined;
    if (entry !== undefined) return { kind: 'entry', entry };
    // What is there is worth nothing: whoever gets the lock replaces it, everybody else fetches for itself.
    const lease = Buffer.isBuffer(answer) ? await this.renew(key) : undefined;
    return { kind: 'lead', lease: lease ?? NO_LEASE };
  }

  async renew(key: string): Promise<Lease | undefined> {
    const token = randomBytes(12).toString('base64');
    const held = await this.redis.run(TAKE, [this.names(key)[1]], [token, LEASE_MS]);
    return held === 1 ? this.lease(key, token) : undefined;
  }

  close(): Promise<void> {
    clearInterval(this.asking);
    return Promise.resolve();
  }

  /** Entry and lock, in one slot of a cluster. */
  private names(key: string): readonly [string, string] {
    const entry = `${this.redis.config.prefix}${this.own}{${key}}`;
    return [entry, `${entry}:lock`];
  }

  private lease(key: string, token: string): Lease {
    const names = this.names(key);
    const holding = setInterval(() => void this.redis.run(HOLD, [names[1]], [token, LEASE_MS]), RENEW_MS);
    holding.unref();
    return {
      store: (entry) => {
        clearInterval(holding);
        const left = entry.staleUntil - Date.now();
        if (left <= 0 || this.writes >= MAX_WRITES) return;
        this.writes++;
        void this.redis.run(STORE, names, [token, sealEntry(this.secret, key, entry), Math.ceil(left)]).finally(() => this.writes--);
      },
      release: () => {
        clearInterval(holding);
        void this.redis.run(RELEASE, [names[1]], [token]);
      },
    };
  }

  /** Epochs stand in the store, so that all gateways share answers and one command makes them all forget. */
  private async askEpochs(): Promise<void> {
    const known = this.current?.base ?? '';
    const answer = await this.redis.run(EPOCHS, [`${this.redis.config.prefix}${EpochField.hash}`], [randomEpoch(), known, this.count]);
    if (!Array.isArray(answer)) return;
    const purged: { [what: string]: string } = {};
    let base = '';
    for (let index = 0; index + 1 < answer.length; index += 2) {
      const [field, value] = [String(answer[index]), String(answer[index + 1])];
      if (field === EpochField.base) base = value;
      else if (field === EpochField.count) this.count = Number(value);
      else if (field.startsWith(EpochField.purged)) purged[field.slice(EpochField.purged.length)] = value;
    }
    if (base !== '') this.current = { base, purged };
  }
}
