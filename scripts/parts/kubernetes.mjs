// Kubernetes itself, compiled from its Go modules, pinned by kubernetes/go.sum. The first of the five takes the minutes, the others find its build cache.
import { join } from 'node:path';
import { goBuild } from './go.mjs';

const VERSION = '1.36.4';
const STAMP = 'k8s.io/component-base/version';
const [major, minor] = VERSION.split('.');
const stamps = {
  [`${STAMP}.gitVersion`]: `v${VERSION}`,
  [`${STAMP}.gitMajor`]: major,
  [`${STAMP}.gitMinor`]: minor,
  [`${STAMP}.gitTreeState`]: 'clean',
};

/** @returns {import('./types').Part} */
function program(name, cold) {
  const variable = `KEA_${name.toUpperCase().replaceAll('-', '_')}`;
  return {
    name,
    version: VERSION,
    binary: name,
    variable,
    compiles: true,
    cold,
    identify: { args: ['--version'], pattern: /Kubernetes v(\d+\.\d+\.\d+)/ },
    accepts: (version) => version === VERSION,
    obtain: (folder) => goBuild('kubernetes', `k8s.io/kubernetes/cmd/${name}`, join(folder, name), stamps),
    ways: ['install Go 1.26 and start again', `put ${name} ${VERSION} on PATH`, `name one by ${variable}=/path/to/${name}`],
  };
}

export const kubeApiserver = program('kube-apiserver', '6 minutes of compiling');
export const kubeControllerManager = program('kube-controller-manager', '1 minute of compiling after kube-apiserver');
export const kubeScheduler = program('kube-scheduler', 'half a minute of compiling after kube-apiserver');
export const kubelet = program('kubelet', '1 minute of compiling after kube-apiserver');
export const kubeProxy = program('kube-proxy', 'half a minute of compiling after kube-apiserver');
