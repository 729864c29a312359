// Parts of the one-node cluster's node: what runs containers, names, metrics and policies there.
import { join } from 'node:path';
import { installed } from './debian.mjs';
import { goBuild } from './go.mjs';

const withGo = (name, variable) => ['install Go 1.26 and start again', `name one by ${variable}=/path/to/${name}`];

/** @type {import('./types').Part} */
export const coredns = {
  name: 'coredns',
  version: '1.15.0',
  binary: 'coredns',
  variable: 'KEA_COREDNS',
  compiles: true,
  cold: '3 minutes of compiling',
  identify: { args: ['-version'], pattern: /CoreDNS-(\d+\.\d+\.\d+)/ },
  accepts: (version) => version.startsWith('1.'),
  obtain: (folder) => goBuild('coredns', '.', join(folder, 'coredns')),
  ways: withGo('coredns', 'KEA_COREDNS'),
};

/** @type {import('./types').Part} */
export const metricsServer = {
  name: 'metrics-server',
  version: '0.9.0',
  binary: 'metrics-server',
  variable: 'KEA_METRICS_SERVER',
  compiles: true,
  cold: '5 minutes of compiling',
  // Built as a module it does not know its version.
  identify: { args: ['--version'], pattern: /^(v\d\S*)/ },
  accepts: () => true,
  obtain: (folder) => goBuild('metrics-server', 'sigs.k8s.io/metrics-server/cmd/metrics-server', join(folder, 'metrics-server')),
  ways: withGo('metrics-server', 'KEA_METRICS_SERVER'),
};

/** A program of our own beside this file. @returns {import('./types').Part} */
function own(name, version, cold) {
  const binary = `kea-${name}`;
  const variable = `KEA_${name.toUpperCase()}`;
  return {
    name,
    version,
    binary,
    variable,
    compiles: true,
    cold,
    identify: { args: ['--version'], pattern: new RegExp(`${binary} (\\d+\\.\\d+\\.\\d+)`) },
    accepts: (found) => found === version,
    obtain: (folder) => goBuild(name, '.', join(folder, binary)),
    ways: withGo(binary, variable),
  };
}

export const netpol = own('netpol', '1.0.1', '10 s of compiling after Kubernetes');
export const pause = own('pause', '1.0.0', '2 s of compiling');

export const runc = installed({
  name: 'runc',
  binary: 'runc',
  folder: '/usr/sbin',
  packages: ['runc'],
  identify: { args: ['--version'], pattern: /runc version (\d+\.\d+\.\d+)/ },
  accepts: (version) => /^1\.[1-9]/.test(version),
});

/** The node's network: the plugins that make pods' interfaces, and what kube-proxy and netpol call. */
export const cni = installed({
  name: 'cni',
  binary: 'bridge',
  folder: '/usr/lib/cni',
  packages: ['containernetworking-plugins', 'iptables', 'nftables', 'conntrack', 'iproute2', 'util-linux', 'openssl'],
  identify: { args: [], pattern: /CNI bridge plugin (\S.*)/ },
  accepts: () => true,
});
