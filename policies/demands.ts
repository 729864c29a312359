/** One demand that published checkers make of manifests, or that serving models makes, and what answers it here. */
export interface Demand {
  readonly id: string;
  readonly demand: string;
  /** Rules that hold it. */
  readonly rules?: readonly string[];
  /** What holds it instead, or why it is not held. */
  readonly instead?: string;
}

const row = (id: string, demand: string, ...rules: readonly string[]): Demand => ({ id, demand, rules });
const decided = (id: string, demand: string, instead: string, ...rules: readonly string[]): Demand => ({
  id,
  demand,
  instead,
  ...(rules.length > 0 ? { rules } : {}),
});

/** What kube-linter, kube-score, Polaris, Checkov, Kubescape, Kyverno's and Gatekeeper's libraries ask for, each demand once. */
export const manifestDemands: readonly Demand[] = [
  row('pod.privileged', 'no privileged container', 'pod.privileged'),
  row('pod.escalation', 'no escalation of rights, and it says so', 'pod.escalation'),
  row('pod.nonroot', 'not root', 'pod.non-root'),
  row('pod.uid', 'a user and group of its own, high ones', 'pod.user'),
  row('pod.caps', 'all capabilities dropped, none added', 'pod.capabilities'),
  row('pod.seccomp', 'a seccomp profile, and it says so', 'pod.seccomp'),
  row('pod.rofs', 'root filesystem read only', 'pod.read-only-root'),
  row('pod.hostns', 'no network, processes or IPC of the node', 'pod.host-namespaces'),
  row('pod.hostpath', 'no path of the node', 'pod.host-path'),
  row('pod.hostport', 'no port of the node', 'pod.host-port'),
  row('pod.socket', 'no socket of the container runtime', 'pod.runtime-socket'),
  row('pod.procmount', '/proc as it comes', 'pod.proc-mount'),
  row('pod.sysctls', 'safe kernel settings only', 'pod.sysctls'),
  row('pod.volumes', 'volumes of harmless types only', 'pod.volume-types'),
  row('pod.lsm', 'AppArmor and SELinux not switched off', 'pod.confinement'),
  row('pod.probehost', 'probes and hooks ask their own pod', 'pod.probe-host'),
  row('pod.ports', 'no SSH, no privileged port', 'pod.ports'),
  row('pod.sudo', 'no sudo or shell before the program', 'pod.entrypoint'),
  row('pod.satoken', 'no token of a service account unless an API call is declared', 'pod.token', 'hyg.service-account'),
  row('pod.sa', 'a service account of its own', 'pod.service-account'),
  row('pod.debug', 'no containers for debugging', 'pod.debug'),
  row('rbac.wildcard', 'no * in a role', 'rbac.wildcard'),
  row('rbac.clusteradmin', 'cluster-admin is bound to nobody', 'rbac.cluster-admin'),
  row('rbac.secrets', 'Secrets are read by name only', 'rbac.secrets'),
  row('rbac.exec', 'nobody creates, enters or forwards to pods', 'rbac.exec'),
  row('rbac.escalate', 'nobody escalates, binds, impersonates or signs', 'rbac.escalate'),
  row('rbac.anonymous', 'nothing is bound to everybody', 'rbac.anonymous'),
  row('rbac.webhooks', 'nobody changes admission', 'rbac.webhooks'),
  row('img.digest', 'images by digest', 'img.digest'),
  row('img.tag', 'a real tag beside the digest', 'img.tag'),
  row('img.registry', 'images of known registries', 'img.registry'),
  row('img.pullpolicy', 'always pulled, or by digest', 'img.pull-policy'),
  decided(
    'img.signed',
    'a signature and provenance of each image',
    'No object tells: it takes the registry and a key. Images are pinned by digest (`img.digest`); an ImageValidatingPolicy of Kyverno or a policy controller verifies them at the door of the cluster.',
  ),
  decided(
    'img.vuln',
    'a recent scan without criticals',
    'No object tells. `kea images build` writes an SBOM beside each image, which scanners read; whether a scan is recent is for whoever runs the registry.',
  ),
  row('res.cpureq', 'a request of CPU', 'res.cpu-request'),
  row('res.mem', 'request and limit of memory', 'res.memory'),
  row('res.memeq', 'they are the same', 'res.memory'),
  row('res.ephemeral', 'request and limit of ephemeral storage', 'res.ephemeral'),
  row('res.emptydir', 'every emptyDir has a size', 'res.emptydir'),
  decided(
    'res.cpulimit',
    'a limit of CPU, say some; none, say others',
    'None: it throttles a server that others leave room to. Requests share the CPU, and the quota of the stack bounds the whole.',
    'res.cpu-limit',
  ),
  row('res.gpu', 'whole GPUs, in limits, with a toleration', 'res.gpu'),
  row('rel.readiness', 'a readiness probe', 'rel.readiness'),
  row('rel.liveness', 'a liveness probe', 'rel.liveness'),
  row('rel.probesdiffer', 'the two differ', 'rel.probes-differ'),
  row('rel.probeport', 'probes ask declared ports', 'rel.probe-port'),
  decided(
    'rel.replicas',
    'two instances or more, three in production',
    'The owner of a model chooses by `scaling.min`, the stack by `defaults.scaling.min`; neither a stack (KEA1303) nor a model in it has fewer than in the stack before.',
    'ml.env.parity',
  ),
  row('rel.hpastatic', 'no number of its own beside an autoscaler', 'rel.autoscaler'),
  row('rel.hpa', 'an autoscaler has a target and room', 'rel.autoscaler', 'rel.hpa-range', 'rel.hpa-behaviour'),
  row('rel.pdb', 'a budget that allows one disruption', 'rel.pdb', 'net.select'),
  row('rel.pdbevict', 'what is sick may be evicted', 'rel.pdb-eviction'),
  row('rel.spread', 'spread over nodes', 'rel.spread'),
  row('rel.rollout', 'rolling update that takes nothing away', 'rel.rollout'),
  decided(
    'rel.priority',
    'a priority class',
    'A PriorityClass belongs to the cluster, and KEA makes none. `priorityClass` of the stack names one; a stack may not lack what the one before it has (KEA1303), and `kea policies score` counts it.',
  ),
  row('rel.drain', 'time enough to stop', 'rel.drain', 'rel.pre-stop', 'rel.startup'),
  row('net.select', 'what selects pods meets some', 'net.select'),
  row('net.policy', 'every pod is isolated both ways', 'net.isolated', 'net.policy-ingress', 'net.policy-egress'),
  row('net.svctype', 'Services inside only', 'net.service-type'),
  row('net.tls', 'TLS everywhere, no wildcard host', 'net.ingress-tls', 'net.route-host'),
  row('sec.literal', 'no secret as a literal', 'sec.literal', 'sec.configmap'),
  row('sec.files', 'secrets as files', 'sec.files'),
  row('hyg.env', 'no variable twice', 'hyg.env', 'pod.service-links'),
  row('hyg.ns', 'never the namespace default', 'hyg.namespace', 'hyg.pod-security'),
  row('hyg.owner', 'somebody owns it', 'hyg.owner'),
  row('hyg.api', 'kinds that API servers still have, valid ones', 'hyg.api'),
  row('hyg.jobs', 'jobs end', 'hyg.jobs'),
  row('hyg.labels', 'legal and recommended labels', 'hyg.labels'),
  row('cloud.metadata', "no way to the cloud's metadata address", 'net.metadata'),
];

/** What serving models asks for, and no published checker looks at. */
export const servingDemands: readonly Demand[] = [
  row(
    'ml.route.auth',
    'every route of a model asks who calls, and denies by default',
    'ml.route.rules',
    'ml.route.access',
    'ml.route.gateway',
  ),
  row(
    'ml.route.token',
    'tokens from the Authorization header only, of one issuer and audience',
    'ml.gateway.token',
    'ml.envoygateway.token',
    'ml.envoygateway.source',
  ),
  row('ml.route.failopen', 'nothing is let through because it could not be checked', 'ml.gateway.failopen', 'ml.envoygateway.open'),
  decided(
    'ml.route.override',
    "a route's own policy restates what it replaces",
    'KEA writes no SecurityPolicy of Envoy Gateway; of other people each must be whole by itself, whatever it replaces.',
    'ml.envoygateway.token',
    'ml.envoygateway.open',
  ),
  row('ml.class.audit', 'audit level and payload fit the classification', 'ml.class.audit', 'ml.class.payload'),
  row('ml.class.cache', 'cache scope fits the classification', 'ml.class.cache', 'ml.cache.keep'),
  row('ml.class.egress', 'models reach only what is named', 'ml.egress.named', 'net.policy-egress', 'ml.class.access'),
  decided(
    'ml.exposure.approval',
    'a public model was approved',
    'By an exception: a route with a public method is refused until `exceptions.yaml` names it, who approved it and until when, 90 days at most. Its data must be public too, and the method needs a limit.',
    'ml.route.access',
    'ml.class.access',
    'ml.public.limit',
    'ml.route.facts',
  ),
  row('ml.owner', 'owner, classification and risk are there', 'ml.owner'),
  row('ml.artifact.digest', 'artifacts by digest', 'ml.artifact.digest'),
  decided(
    'ml.artifact.signed',
    'a signature of the artifact is verified',
    'No object tells, and no signature is fetched: what was reviewed is the digest in the model file, the init container refuses other bytes before the model starts, and `CODEOWNERS` says who may write the digest.',
    'ml.artifact.digest',
  ),
  row('ml.artifact.format', 'no format that runs code', 'ml.artifact.format', 'ml.artifact.code'),
  row('ml.artifact.source', 'artifacts of known stores', 'ml.artifact.source'),
  row('ml.gpu.quota', 'GPUs fit the quota', 'ml.gpu.limit', 'ml.capacity', 'res.gpu'),
  row('ml.hpa.sane', 'autoscalers rise and fall as they should', 'ml.hpa.sane', 'rel.hpa-behaviour', 'ml.capacity'),
  row('ml.canary.step', 'a new version begins small', 'ml.canary.step'),
  row('ml.schema.major', 'what breaks callers is a new major version', 'ml.schema.major'),
  row('ml.deprecation', 'a contract ends with notice', 'ml.deprecation'),
  row('ml.slo', 'timeouts fit the objectives', 'ml.slo'),
  row('ml.timeout', 'time, size and retries are bounded', 'ml.timeout'),
  row('ml.validation', 'request schemas are bounded', 'ml.validation'),
  row('ml.cache.tenant', 'cached answers stay with whom they were for', 'ml.cache.keep', 'ml.class.cache'),
  row('ml.env.parity', 'production is not weaker than staging', 'ml.env.parity'),
  decided(
    'ml.exception.expiry',
    'exceptions have reason, approver and an end',
    '`exceptions.yaml`: what lacks one of them, or would hold for more than 90 days, excepts nothing (KEA5030); what ended is an error (KEA5031).',
  ),
];

const banner = '<!-- Generated by `npm run generate`. Do not edit. -->';

/** The reference page: demand → what answers it. */
export function demandsPage(): string {
  const table = (demands: readonly Demand[]): string =>
    [
      '| demand | what it asks | answered by |',
      '|---|---|---|',
      ...demands.map(({ id, demand, rules = [], instead }) => {
        const links = rules.map((rule) => `[${rule}](rules.md#${rule.replaceAll('.', '')})`).join(', ');
        return `| \`${id}\` | ${demand} | ${[instead, links].filter((each) => each).join(' ')} |`;
      }),
    ].join('\n');
  return `${[
    banner,
    '# Demands and what answers them',
    'What is asked of manifests, each demand once, and the [rules](rules.md) that hold it; where no rule does, what does instead, or why nothing does.',
    '## Of any manifest',
    'From kube-linter, kube-score, Polaris, Checkov, Kubescape and the libraries of Kyverno and Gatekeeper.',
    table(manifestDemands),
    '## Of models that are served',
    table(servingDemands),
  ].join('\n\n')}\n`;
}
