/** A kind as admission rules name it. */
export interface ResourceName {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, in small letters: `deployments`. */
  readonly resource: string;
  readonly isNamespaced: boolean;
}

const CLUSTER_WIDE = new Set([
  'APIService',
  'CSIDriver',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/** Plurals that do not follow the rule. */
const PLURALS: { readonly [kind: string]: string } = { Endpoints: 'endpoints' };

/** `apps/v1/Deployment` or `v1/Pod`, taken apart. The plural follows the rule that Kubernetes itself guesses by. */
export function resourceOf(kind: string): ResourceName {
  const parts = kind.split('/');
  const [name, version, group] = [parts.at(-1) ?? '', parts.at(-2) ?? '', parts.at(-3) ?? ''];
  return { group, version, kind: name, resource: PLURALS[name] ?? plural(name.toLowerCase()), isNamespaced: !CLUSTER_WIDE.has(name) };
}

function plural(word: string): string {
  if (word.endsWith('s') || word.endsWith('ch') || word.endsWith('x')) return `${word}es`;
  return word.endsWith('y') && !/[aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
