import { BlockList, isIP } from 'node:net';
import { finding, type Finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import type { ResolvedStack } from '../../schema/resolved';

/** Something outside the plan that its pods call. */
export interface Destination {
  /** What for, in a sentence: `the cache`. */
  readonly purpose: string;
  /** As the stack or model file writes it: a URL, or `host:port`; none where the cluster decides. */
  readonly address?: string;
  /** One open one is enough. */
  readonly ports: readonly number[];
}

/**
 * Destinations that `egress.allow` closes off by their port, or by their address where that is no name. A call there would only time out.
 * A host of `.invalid` stands for an address that is known later, and is not judged.
 */
export function closedOff(
  destinations: readonly Destination[],
  { egress, name }: Pick<ResolvedStack, 'egress' | 'name'>,
): readonly Finding[] {
  if (egress === undefined) return [];
  return destinations.flatMap(({ purpose, address, ports }) => {
    const host = address === undefined ? '' : hostOf(address);
    const open = egress.allow.some(
      (each) => (each.ports === undefined || ports.some((port) => each.ports?.includes(port))) && holds(each.cidr, host),
    );
    if (open || host.endsWith('.invalid')) return [];
    const target = address === undefined ? '' : ` at ${address}`;
    const message = `egress.allow opens no ${isIP(host) === 0 ? '' : `range with ${host} and `}port ${ports.join(' or ')}, which ${purpose}${target} needs`;
    return [finding(planFindings.closedOff, { message, stack: name })];
  });
}

/** `https://[2001:db8::1]:8443/x`, `redis.infra:6379` → the host. */
function hostOf(address: string): string {
  const authority = address.replace(/^[a-z0-9+]+:\/\//, '').split('/')[0] ?? '';
  return authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** Whether a range may hold a host: certain for an address, always possible for a name. */
function holds(cidr: string, host: string): boolean {
  if (isIP(host) === 0) return true;
  const [base = '', prefix] = cidr.split('/');
  if (isIP(base) !== isIP(host)) return false;
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(base, Number(prefix), family);
  return range.check(host, family);
}
