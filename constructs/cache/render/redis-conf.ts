import { Port } from '../../../core/contract/ports';

/** Share of the memory limit that Redis may fill; the rest is for buffers and fragmentation. */
const DATA_SHARE = 0.75;

/**
 * `redis.conf` of the managed cache: lossy by design (nothing on disk, least recently used goes first), protected by an ACL file that a Secret brings.
 * The dangerous commands are refused to the gateway's user by that ACL; see `aclFile`.
 */
export function redisConf(memoryBytes: number): string {
  return [
    'bind * -::*',
    `port ${Port.redis}`,
    'protected-mode yes',
    'aclfile /etc/kea/redis-acl/users.acl',
    `maxmemory ${Math.floor(memoryBytes * DATA_SHARE)}`,
    'maxmemory-policy allkeys-lru',
    'save ""',
    'appendonly no',
    'timeout 300',
    'tcp-keepalive 60',
    'maxclients 1000',
    'dir /tmp',
    '',
  ].join('\n');
}

/** What the gateway asks for: by itself, and inside its scripts. `cluster` and `readonly` only a Redis Cluster is asked. */
const COMMANDS = [
  ...['ping', 'info', 'hello', 'auth', 'client|setname', 'eval', 'evalsha'],
  ...['get', 'set', 'del', 'pexpire', 'hget', 'hset', 'hincrby', 'hgetall', 'time'],
];

/**
 * What the Secret's `users.acl` must hold for the gateway's user `kea`: the commands that the cache uses, on its own keys, and nobody else.
 * `passwordSha256` is the hexadecimal digest of the password, so that the file itself is no password.
 */
export function aclFile(prefix: string, passwordSha256: string): string {
  const commands = COMMANDS.map((command) => `+${command}`).join(' ');
  return `user default off\nuser kea on #${passwordSha256} ~${prefix}* -@all ${commands}\n`;
}
