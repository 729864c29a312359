import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { resourceOf } from '../../../policies/emit/resources';
import { kindOf } from '../../../policies/evaluate/judge-objects';
import type { ApiAnswer, ControlPlane } from '../../support/control-plane';
import { until } from '../../support/until';

/** Collection that an object of some kind is sent to, and the namespace that it is sent into. */
export function collectionOf(object: JsonObject): string {
  const { group, version, resource, isNamespaced } = resourceOf(kindOf(object));
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${isNamespaced ? `/namespaces/${namespaceOf(object)}` : ''}/${resource}`;
}

export function namespaceOf(object: JsonObject): string {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return typeof metadata['namespace'] === 'string' ? metadata['namespace'] : 'default';
}

export function nameOf(object: JsonObject): string {
  return String((object['metadata'] as JsonObject)['name']);
}

/** Stores an object for real. */
export async function store(plane: ControlPlane, object: JsonObject): Promise<ApiAnswer> {
  const answer = await plane.call('POST', collectionOf(object), object);
  if (answer.status !== 201) throw new Error(`${String(object['kind'])} ${nameOf(object)}: ${String(answer.body['message'])}`);
  return answer;
}

/** A namespace that policies guard. */
export function guardedNamespace(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kea.dev/stack': 'test' } } };
}

/** Kinds that Kubernetes does not have by itself, from test/fixtures/crds. */
export async function storeKinds(plane: ControlPlane): Promise<void> {
  const folder = join(packageRoot(), 'test/fixtures/crds');
  const crds = readdirSync(folder).map((file) => parse(readFileSync(join(folder, file), 'utf8')) as JsonObject);
  await Promise.all(crds.map((crd) => store(plane, crd)));
  for (const crd of crds) {
    await until(async () => {
      const { body } = await plane.call('GET', `${collectionOf(crd)}/${nameOf(crd)}`);
      const conditions = (body['status'] as { readonly conditions?: readonly { type: string; status: string }[] } | undefined)?.conditions;
      return conditions?.some((each) => each.type === 'Established' && each.status === 'True') ?? false;
    });
  }
}

/** What policies with the action Warn said of a request: rule → message. `installation` is what their names begin with. */
export function warningsOf(answer: ApiAnswer, installation: string): ReadonlyMap<string, string> {
  const text = answer.warnings.join(', ');
  const said = new Map<string, string>();
  // `299 - "…", 299 - "…"`, quotes inside escaped.
  for (const [, quoted] of text.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)) {
    const warning = unquote(quoted ?? '""');
    const [, rule, message] = /^Validation failed for ValidatingAdmissionPolicy '([^']+)' with binding '[^']+': (.*)$/s.exec(warning) ?? [];
    if (rule?.startsWith(`${installation}.`) && message !== undefined) said.set(rule.slice(installation.length + 1), message);
  }
  return said;
}

/** HTTP's quoted text: a backslash stands before quotes and backslashes. Node reads headers as Latin-1. */
function unquote(quoted: string): string {
  return Buffer.from(quoted.slice(1, -1).replace(/\\(.)/g, '$1'), 'latin1').toString('utf8');
}
