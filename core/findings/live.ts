import { kinds } from './finding';

/** KEA72xx: what commands say that look at a running cluster. */
export const liveFindings = kinds({
  noKubectl: {
    code: 'KEA7201',
    severity: 'error',
    title: 'no kubectl',
    why: "clusters are reached by the kubectl of whoever calls, with that person's rights and nobody else's",
    fix: 'install kubectl, or name it by KEA_KUBECTL',
    explanation: 'Commands that look at a cluster run `kubectl` from PATH, or the program that KEA_KUBECTL names.',
    example: 'KEA_KUBECTL=/no/such/file kea diff --live --stack prod',
  },
  unreachable: {
    code: 'KEA7202',
    severity: 'error',
    title: 'cluster out of reach',
    why: 'without an answer nothing can be said about what runs',
    fix: 'check `kubectl get namespaces` with the same context, or name another one by --context',
    explanation:
      'kubectl could not connect, or was not let in: no kubeconfig, a wrong context, expired credentials, or no way to the server.',
    example: 'kea diff --live --stack prod --context nowhere',
  },
  otherCluster: {
    code: 'KEA7203',
    severity: 'error',
    title: "another cluster than the stack's",
    why: 'what is true of one cluster says nothing about another',
    fix: 'choose the right context by --context, or correct `cluster.kubeSystemUid` in the stack file',
    explanation:
      '`cluster.kubeSystemUid` of the stack file is the uid of the namespace kube-system of the one cluster that the stack belongs to.',
    example: 'cluster: { kubeSystemUid: 6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14 }',
  },
  noGateway: {
    code: 'KEA7204',
    severity: 'error',
    title: 'gateway out of reach',
    why: 'what does not answer proves nothing',
    fix: 'name its address by --url, and the authority of its certificate by --ca',
    explanation: '`kea prove` sends requests to the public address of the gateway: `https://<hostname of the stack>`, or --url.',
    example: 'kea prove --stack prod --url https://nowhere.invalid',
  },
  noToken: {
    code: 'KEA7205',
    severity: 'error',
    title: 'no token to try',
    why: 'that doors open to the right role can only be seen with a token of the provider that the stack trusts',
    fix: 'write a token into a file and name it: --token analyst=analyst.jwt',
    explanation:
      'Each --token is NAME=FILE; the file holds one access token (JWT). Its own roles say what must be answered. Each --bad is KIND=FILE: a token of the provider that must open nothing.',
    example: 'kea prove --stack prod --token analyst=empty.txt',
  },
  notProven: {
    code: 'KEA7206',
    severity: 'error',
    title: 'claim that did not hold',
    why: 'the running platform does something else than its files say',
    fix: 'read what was tried in the report, and compare `kea diff --live`',
    explanation:
      '`kea prove` tries each claim of the platform against what runs. A claim that could not be tried is told, and is none that failed.',
  },
});
