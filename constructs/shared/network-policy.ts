import { BlockList, isIP } from 'node:net';
import type { ResolvedStack } from '../../schema/resolved';
import { k8s } from '../k8s';
import { GATEWAY_COMPONENT, Label, type Labels } from './labels';

/** Addresses where clouds give out the node's own credentials; no pod of ours may reach them. */
export const METADATA_ADDRESSES = { ipv4: '169.254.0.0/16', ipv6: 'fd00:ec2::254/128' } as const;

/** A named or numbered TCP port. */
function tcp(port: number | string): k8s.NetworkPolicyPort {
  return { protocol: 'TCP', port: typeof port === 'number' ? k8s.IntOrString.fromNumber(port) : k8s.IntOrString.fromString(port) };
}

/** Peers: pods with these labels in one namespace. */
export function podsIn(namespace: string, labels: Labels): k8s.NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } }, podSelector: { matchLabels: labels } };
}

/** Closes the selected pods in both directions; other policies open what is needed. */
export function denyAll(selector: Labels): k8s.NetworkPolicySpec {
  return { podSelector: { matchLabels: selector }, policyTypes: ['Ingress', 'Egress'] };
}

/** Lets peers reach ports of the selected pods. */
export function allowFrom(
  selector: Labels,
  from: readonly k8s.NetworkPolicyPeer[],
  ports: readonly (number | string)[],
): k8s.NetworkPolicySpec {
  return { podSelector: { matchLabels: selector }, policyTypes: ['Ingress'], ingress: [{ from: [...from], ports: ports.map(tcp) }] };
}

/** Lets the selected pods reach peers' ports. */
export function allowTo(selector: Labels, rules: readonly k8s.NetworkPolicyEgressRule[]): k8s.NetworkPolicySpec {
  return { podSelector: { matchLabels: selector }, policyTypes: ['Egress'], egress: [...rules] };
}

/** The gateway's pods. */
export function gatewayPods(platformNamespace: string): k8s.NetworkPolicyPeer {
  return podsIn(platformNamespace, { [Label.component]: GATEWAY_COMPONENT });
}

/** Prometheus, in any namespace that was labelled as one that may read metrics. */
export function scrapers(): k8s.NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { [Label.scraper]: 'true' } } };
}

/** Egress to the cluster's name service. */
export function toDns(): k8s.NetworkPolicyEgressRule {
  return {
    to: [podsIn('kube-system', { 'k8s-app': 'kube-dns' })],
    ports: [{ protocol: 'UDP', port: k8s.IntOrString.fromNumber(53) }, tcp(53)],
  };
}

/** Egress to peers. */
export function toPods(peers: readonly k8s.NetworkPolicyPeer[], ports: readonly number[]): k8s.NetworkPolicyEgressRule {
  return { to: [...peers], ports: ports.map(tcp) };
}

/** Egress by ports to whatever the stack allows: its list, or any address; never to the clouds' metadata services. No rule where nothing fits. */
export function toOutside(ports: readonly number[], { egress }: Pick<ResolvedStack, 'egress'>): k8s.NetworkPolicyEgressRule[] {
  // A rule without ports would open all of them.
  if (ports.length === 0) return [];
  if (egress === undefined) return [{ to: [ipBlock('0.0.0.0/0'), ipBlock('::/0')], ports: ports.map(tcp) }];
  return egress.allow.flatMap((each) => {
    const open = ports.filter((port) => each.ports?.includes(port) ?? true);
    return open.length === 0 ? [] : [{ to: [ipBlock(each.cidr)], ports: open.map(tcp) }];
  });
}

/** Everything in a range but the metadata services; Kubernetes takes only exceptions that lie inside. */
function ipBlock(cidr: string): k8s.NetworkPolicyPeer {
  const [base = '', prefix] = cidr.split('/');
  const family = base.includes(':') ? 'ipv6' : 'ipv4';
  const metadata = METADATA_ADDRESSES[family];
  const [address = '', narrow] = metadata.split('/');
  const range = new BlockList();
  // What is no address is for the API server to refuse.
  if (isIP(base) !== 0) range.addSubnet(base, Number(prefix), family);
  const holds = Number(prefix) < Number(narrow) && range.check(address, family);
  return { ipBlock: { cidr, ...(holds ? { except: [metadata] } : {}) } };
}
