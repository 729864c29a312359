import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../core/json';
import { packageRoot } from '../../core/package-root';

/** What manifests as people publish them are refused for: file → rules, among others. */
const EXPECTED: { readonly [file: string]: readonly string[] } = {
  capabilities: ['pod.capabilities', 'pod.escalation'],
  'default-token': ['pod.token', 'pod.service-account'],
  'host-network': ['pod.host-namespaces', 'pod.host-port'],
  'host-path': ['pod.host-path', 'pod.runtime-socket', 'pod.volume-types'],
  'latest-tag': ['img.tag', 'img.digest', 'img.registry'],
  'load-balancer': ['net.service-type'],
  'no-limits': ['res.memory', 'res.cpu-request', 'res.ephemeral'],
  'node-port': ['net.service-type'],
  privileged: ['pod.privileged', 'pod.capabilities', 'pod.seccomp'],
  root: ['pod.non-root', 'pod.user'],
  'secret-in-env': ['sec.literal'],
  'wildcard-role': ['rbac.wildcard'],
};

export interface BadManifest {
  readonly name: string;
  readonly object: JsonObject;
  readonly expected: readonly string[];
}

/** The objects of test/fixtures/bad-manifests, each with the rules that must refuse it at every gate. */
export function badManifests(): readonly BadManifest[] {
  const folder = join(packageRoot(), 'test/fixtures/bad-manifests');
  return readdirSync(folder).map((file) => {
    const name = file.replace(/\.yaml$/, '');
    return { name, object: parse(readFileSync(join(folder, file), 'utf8')) as JsonObject, expected: EXPECTED[name] ?? [] };
  });
}
