import { Port } from '../../../core/contract/ports';

/** Share of the memory limit that Redis may fill; the rest is for buffers and fragmentation. */
const DATA_SHARE = 0.75;

/**
 * `redis.conf` of the managed cache: lossy by design (nothing on disk, least recently used goes first), protected by an ACL file that a Secret brings.
 * The dangerous commands are refused to the gateway's user by that ACL; see `aclLine`.
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

/** What the Secret's `users.acl` must hold; `<password>` is the reader's to fill in, and never KEA's to know. */
export function aclLine(prefix: string): string {
  return `user kea on >#<sha256 of the password> ~${prefix}* -@all +get +set +del +expire +ttl +eval +ping +hello +client|setinfo\nuser default off`;
}
