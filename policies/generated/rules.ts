// Generated from policies by `npm run generate`. Do not edit.

import type { Rule } from '../rule';

export const rules: readonly Rule[] = [
  {
    id: 'pod.capabilities',
    title: 'every container drops all capabilities and adds none',
    severity: 'high',
    rationale: 'the default set lets a container forge network packets and change who owns files',
    remediation: 'set securityContext.capabilities to { drop [ALL] } on every container, and add nothing',
    url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
    frameworks: [
      { name: 'CIS Kubernetes Benchmark 1.11', reference: '5.2.9' },
      { name: 'NSA Kubernetes Hardening Guide 1.2', reference: 'Capabilities' },
    ],
    tools: [
      'kube-linter drop-net-raw-capability',
      'polaris dangerousCapabilities',
      'checkov CKV_K8S_28',
      'checkov CKV_K8S_37',
      'kubescape C-0046',
      'kyverno require-drop-all',
    ],
    step: 'deny',
    kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'batch/v1/CronJob', 'v1/Pod'],
    labels: {},
    parameters: {},
    variables: [
      {
        name: 'pod',
        expression:
          'object.kind == "Pod" ? object : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.orValue({}) : object.?spec.?template.orValue({})',
      },
      { name: 'podSpec', expression: 'variables.pod.?spec.orValue({})' },
      {
        name: 'containers',
        expression:
          'variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?ephemeralContainers.orValue([])',
      },
    ],
    expression:
      'size(variables.containers) > 0 && variables.containers.all(c,\n  c.?securityContext.?capabilities.?drop.orValue([]).exists(each, each == "ALL")\n  && size(c.?securityContext.?capabilities.?add.orValue([])) == 0)',
    messageExpression:
      '"capabilities are not all dropped, or some added: " + variables.containers.filter(c,\n  !(c.?securityContext.?capabilities.?drop.orValue([]).exists(each, each == "ALL")\n  && size(c.?securityContext.?capabilities.?add.orValue([])) == 0)).map(c, c.name).join(", ")',
    source: 'written',
    file: 'policies/rules/pod/capabilities.yaml',
  },
  {
    id: 'pod.escalation',
    title: 'every container forbids privilege escalation',
    severity: 'critical',
    rationale: 'without it a program may gain more rights than it was started with, by a setuid file for one',
    remediation: 'set securityContext.allowPrivilegeEscalation to false on every container, init containers too',
    url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
    frameworks: [
      { name: 'CIS Kubernetes Benchmark 1.11', reference: '5.2.6' },
      { name: 'NSA Kubernetes Hardening Guide 1.2', reference: 'Privilege escalation' },
    ],
    tools: ['kube-linter privilege-escalation-container', 'polaris privilegeEscalationAllowed', 'checkov CKV_K8S_20', 'kubescape C-0016'],
    step: 'deny',
    kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'batch/v1/CronJob', 'v1/Pod'],
    labels: {},
    parameters: {},
    variables: [
      {
        name: 'pod',
        expression:
          'object.kind == "Pod" ? object : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.orValue({}) : object.?spec.?template.orValue({})',
      },
      { name: 'podSpec', expression: 'variables.pod.?spec.orValue({})' },
      {
        name: 'containers',
        expression:
          'variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?ephemeralContainers.orValue([])',
      },
    ],
    expression:
      'size(variables.containers) > 0 && variables.containers.all(c, !c.?securityContext.?allowPrivilegeEscalation.orValue(true))',
    messageExpression:
      '"allowPrivilegeEscalation is not false: " + variables.containers.filter(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true)).map(c, c.name).join(", ")',
    source: 'written',
    file: 'policies/rules/pod/escalation.yaml',
  },
  {
    id: 'pod.privileged',
    title: 'no container is privileged',
    severity: 'critical',
    rationale: 'a privileged container has every right of its node, and so everything that runs there',
    remediation: 'remove securityContext.privileged, or set it to false',
    url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
    frameworks: [
      { name: 'CIS Kubernetes Benchmark 1.11', reference: '5.2.2' },
      { name: 'NSA Kubernetes Hardening Guide 1.2', reference: 'Privileged containers' },
    ],
    tools: [
      'kube-linter privileged-container',
      'polaris runAsPrivileged',
      'checkov CKV_K8S_16',
      'kubescape C-0057',
      'kyverno disallow-privileged-containers',
    ],
    step: 'deny',
    kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'batch/v1/CronJob', 'v1/Pod'],
    labels: {},
    parameters: {},
    variables: [
      {
        name: 'pod',
        expression:
          'object.kind == "Pod" ? object : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.orValue({}) : object.?spec.?template.orValue({})',
      },
      { name: 'podSpec', expression: 'variables.pod.?spec.orValue({})' },
      {
        name: 'containers',
        expression:
          'variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?ephemeralContainers.orValue([])',
      },
    ],
    expression: 'size(variables.containers) > 0 && variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))',
    messageExpression:
      '"privileged: " + variables.containers.filter(c, c.?securityContext.?privileged.orValue(false)).map(c, c.name).join(", ")',
    source: 'written',
    file: 'policies/rules/pod/privileged.yaml',
  },
  {
    id: 'rbac.wildcard',
    title: 'no role grants everything by a star',
    severity: 'high',
    rationale: 'a star also grants what will be added to the API later',
    remediation: 'list the verbs, resources and groups that are needed',
    url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
    frameworks: [{ name: 'CIS Kubernetes Benchmark 1.11', reference: '5.1.3' }],
    tools: ['kube-linter wildcard-in-rules', 'checkov CKV_K8S_49', 'kyverno restrict-wildcard-verbs'],
    step: 'deny',
    kinds: ['rbac.authorization.k8s.io/v1/Role', 'rbac.authorization.k8s.io/v1/ClusterRole'],
    labels: {},
    parameters: {},
    variables: [
      { name: 'name', expression: 'object.kind + " " + object.metadata.?name.orValue("without a name")' },
      { name: 'rules', expression: 'object.?rules.orValue([])' },
    ],
    expression:
      'variables.rules.all(r,\n  !r.verbs.exists(each, each == "*")\n  && !r.?resources.orValue([]).exists(each, each.startsWith("*"))\n  && !r.?apiGroups.orValue([]).exists(each, each == "*")\n  && !r.?nonResourceURLs.orValue([]).exists(each, each.startsWith("*")))',
    messageExpression: '"a rule of " + variables.name + " has a star"',
    source: 'written',
    file: 'policies/rules/rbac/wildcard.yaml',
  },
  {
    id: 'res.emptydir',
    title: 'every emptyDir has a size limit',
    severity: 'medium',
    rationale: 'without one a single pod can fill the disk of its node, and every pod there is evicted',
    remediation: 'set sizeLimit on every emptyDir',
    url: 'https://kubernetes.io/docs/concepts/storage/volumes/#emptydir',
    frameworks: [],
    tools: ['kyverno require-emptydir-requests-limits'],
    step: 'deny',
    kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'batch/v1/CronJob', 'v1/Pod'],
    labels: {},
    parameters: {},
    variables: [
      {
        name: 'pod',
        expression:
          'object.kind == "Pod" ? object : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template.orValue({}) : object.?spec.?template.orValue({})',
      },
      { name: 'podSpec', expression: 'variables.pod.?spec.orValue({})' },
      { name: 'volumes', expression: 'variables.podSpec.?volumes.orValue([])' },
    ],
    expression: 'variables.volumes.all(v, !has(v.emptyDir) || has(v.emptyDir.sizeLimit))',
    messageExpression:
      '"emptyDir without sizeLimit: " + variables.volumes.filter(v, has(v.emptyDir) && !has(v.emptyDir.sizeLimit)).map(v, v.name).join(", ")',
    source: 'written',
    file: 'policies/rules/res/emptydir.yaml',
  },
];
