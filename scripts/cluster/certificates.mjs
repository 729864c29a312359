// Certificates of the cluster's components, good for 30 days, and their kubeconfigs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../parts/tools.mjs';
import { Net, NODE } from './place.mjs';

const API_NAMES = ['localhost', ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((rest) => `kubernetes${rest}`)];
const subjects = {
  apiserver: {
    subject: '/CN=kube-apiserver',
    names: [...API_NAMES.map((name) => `DNS:${name}`), 'IP:127.0.0.1', `IP:${Net.api}`, `IP:${Net.node}`],
  },
  kubelet: { subject: `/O=system:nodes/CN=system:node:${NODE}`, names: [`DNS:${NODE}`, `IP:${Net.node}`] },
  admin: { subject: '/O=system:masters/CN=admin' },
  'front-proxy': { subject: '/CN=front-proxy' },
  'controller-manager': { subject: '/CN=system:kube-controller-manager' },
  scheduler: { subject: '/CN=system:kube-scheduler' },
  proxy: { subject: '/CN=system:kube-proxy' },
};

/** Makes an authority and a certificate for every component in `pki/`. */
export async function makeCertificates({ at }) {
  const pki = at('pki');
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const openssl = (...args) => execute('openssl', args, { cwd: pki });
  const key = (name) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  await Promise.all([key('ca'), openssl('genrsa', '-out', 'sa.key', '2048')]);
  await openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=cluster-ca', '-days', '30', '-out', 'ca.crt');
  await Promise.all(
    Object.entries(subjects).map(async ([name, { subject, names }], index) => {
      await key(name);
      const extensions = ['extendedKeyUsage=serverAuth,clientAuth', ...(names ? [`subjectAltName=${names.join(',')}`] : [])];
      writeFileSync(join(pki, `${name}.ext`), extensions.join('\n'));
      await openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(index + 2), '-days', '30', '-extfile', `${name}.ext`];
      await openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.crt`);
    }),
  );
}

/** A kubeconfig that carries the component's certificate. */
export function kubeconfig({ at }, name, server) {
  const base64 = (file) => readFileSync(at('pki', file)).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kea',
    contexts: [{ name: 'kea', context: { cluster: 'kea', user: name } }],
    clusters: [{ name: 'kea', cluster: { server, 'certificate-authority-data': base64('ca.crt') } }],
    users: [{ name, user: { 'client-certificate-data': base64(`${name}.crt`), 'client-key-data': base64(`${name}.key`) } }],
  });
}
