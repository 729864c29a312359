import { kinds } from './finding';

/** Findings of `pulumi up` and `kea deploy`: what the cluster, the configuration or the caller's program would not allow. */
export const deployFindings = kinds({
  unreachable: {
    code: 'KEA7001',
    severity: 'error',
    title: 'cluster that does not answer',
    why: 'nothing can be previewed or applied without the cluster',
    fix: 'name a kubeconfig: `pulumi config set kubernetes:kubeconfig PATH`, or KUBECONFIG; `kubectl version` tells whether it works',
    explanation:
      'The program asks the cluster who it is before the first resource is registered. It uses the kubeconfig and context of the Pulumi configuration (`kubernetes:kubeconfig`, `kubernetes:context`), else KUBECONFIG, else ~/.kube/config.',
  },
  otherCluster: {
    code: 'KEA7002',
    severity: 'error',
    title: 'another cluster than the stack belongs to',
    why: 'a context that was switched by hand would put one stack over another',
    fix: 'choose the right context by `pulumi config set kubernetes:context NAME`, or correct `cluster.kubeSystemUid` in the stack file',
    explanation:
      "A cluster is known by the uid of its namespace kube-system, which never changes and cannot be copied. The stack file names it in `cluster.kubeSystemUid`; `kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'` prints it.",
  },
  oldCluster: {
    code: 'KEA7003',
    severity: 'error',
    title: 'Kubernetes too old',
    why: 'native sidecars and their order of shutdown are what lets pods leave without a failed request',
    fix: 'upgrade the cluster to Kubernetes 1.33 or newer',
    explanation: 'The gateway and the model pods rely on native sidecars, which are stable since Kubernetes 1.33.',
  },
  missingKind: {
    code: 'KEA7004',
    severity: 'error',
    title: 'kind of object that the cluster does not know',
    why: 'an apply would stop half-way, at the first object of that kind',
    fix: 'install what brings the kind, or leave out the key of the stack file that asks for it',
    explanation:
      'Monitors need the Prometheus operator, `exposure: {httpRoute}` the Gateway API, `secrets: externalSecret` the External Secrets operator. The message names the kind and the key that asks for it.',
  },
  missingSecret: {
    code: 'KEA7005',
    severity: 'error',
    title: 'secret without a value',
    why: 'a pod that mounts a Secret which is not there never starts',
    fix: 'set the value with `pulumi config set --secret --path`',
    explanation:
      'With `secrets: pulumi` the Secret objects are made from the Pulumi configuration: the object `secrets` holds a map of keys for each Secret. Values stay encrypted in the configuration and in the state, and appear in no preview.',
  },
  foreignNamespace: {
    code: 'KEA7006',
    severity: 'error',
    title: 'namespace of somebody else',
    why: 'a platform in a namespace that it did not make would change its labels and limits, and remove it on destroy',
    fix: 'choose other names with `namespaces: {platform, models}` in the stack file, or hand it over: `kubectl label namespace NAME kea.dev/stack=STACK`',
    explanation:
      'A namespace belongs to the stack whose name stands in its label `kea.dev/stack`. One without the label, or with the name of another stack, is refused.',
  },
  foreignObject: {
    code: 'KEA7007',
    severity: 'error',
    title: 'object of another manager',
    why: 'two managers of one object undo each other without end',
    fix: 'remove it there (and keep its object: `kubectl annotate … helm.sh/resource-policy=keep`), or delete the object, and run again',
    explanation:
      'Kubernetes records who set each field of an object (`metadata.managedFields`). An object of the plan that exists, and that Pulumi never touched, belongs to somebody else: Helm, Argo CD, Flux, or a person with kubectl. Objects that an interrupted `pulumi up` made are taken over without a word.',
  },
  noStackFile: {
    code: 'KEA7008',
    severity: 'error',
    title: 'Pulumi stack without a stack file',
    why: 'the stack of Pulumi and the file below stacks/ are one thing with one name',
    fix: 'add the stack file, or select the stack that has one',
    explanation: '`pulumi stack select prod && pulumi up` reads `stacks/prod.yaml`; the name `organization/project/prod` counts as `prod`.',
  },
  absentNow: {
    code: 'KEA7009',
    severity: 'warning',
    title: 'object that must be there and is not',
    why: 'pods that need it wait, and so does the apply',
    fix: 'make it; on a first installation the namespaces come up first, so there is time while the apply waits',
    explanation:
      'The plan refers to objects that somebody else makes: Secrets with `secrets: existing`, claims, the Gateway of `exposure: {httpRoute}`. The warning names those that are not in the cluster yet.',
  },
  lateElsewhere: {
    code: 'KEA7010',
    severity: 'error',
    title: 'value of another resource where it must be known',
    why: 'what decides which objects exist, and how they are called, must be known in a preview',
    fix: 'give a plain value; outputs of other resources may stand at the keys that the reference marks as late',
    explanation:
      'Host names, issuers and addresses may be outputs of other Pulumi resources. The bridge finds what depends on them by rendering with different values. Names, counts, shards and the choice of features never depend on them.',
  },
  lateShape: {
    code: 'KEA7011',
    severity: 'error',
    title: 'late value that changes more than it may',
    why: 'the preview showed other objects than the apply would make',
    fix: 'give the value as plain text instead of an output',
    explanation:
      'A value that became known during the apply changes objects in a way that could not be foreseen. Nothing that depends on it was applied.',
  },
  absentService: {
    code: 'KEA7012',
    severity: 'error',
    title: 'route to a model that no shard has deployed',
    why: 'the gateway would answer 503 on a route that its documentation promises',
    fix: 'apply the shard that selects the model first; `kea deploy --stack STACK` applies all in order',
    explanation:
      'A platform stack whose workloads stand in shards renders routes for every model of the folder, and applies them only when each Service is in the cluster.',
  },
  notADeployer: {
    code: 'KEA7015',
    severity: 'error',
    title: 'apply by somebody whom the admission policies will turn away',
    why: 'the first apply would put up a guard that its own next one cannot pass',
    fix: 'add the user, or one of its groups as `group:NAME`, to `policies.admission.deployers` in the stack file',
    explanation:
      'With `policies: {admission: {deployers: […]}}` only those deployers may set `kea.dev/*` facts. The program asks the API server who it is there (SelfSubjectReview) before it applies anything. Certificates, tokens and clouds each name a user in their own way; the message has the name that counts.',
    example: "policies: { admission: { deployers: ['system:serviceaccount:ci:deployer', 'group:platform-admins'] } }",
  },
  noPulumi: {
    code: 'KEA7013',
    severity: 'error',
    title: 'no Pulumi on this machine',
    why: 'kea deploy calls the command line of Pulumi, which does the work',
    fix: 'install it: https://www.pulumi.com/docs/install',
    explanation: '`kea deploy` puts runs of `pulumi up` into the right order. The command `pulumi` must be on PATH.',
  },
  pulumiFailed: {
    code: 'KEA7014',
    severity: 'error',
    title: 'Pulumi that says no',
    why: 'without an answer nobody knows what an apply would change',
    fix: 'run the named command by hand, and correct what it complains about',
    explanation:
      '`kea deploy` asks Pulumi for its stacks and for previews before it applies anything. The message ends with what Pulumi said.',
  },
});
