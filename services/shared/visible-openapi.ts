import type { BundleContract } from '../../core/contract/bundle';
import { contractFronts } from '../../core/contract/fronts';
import { methodPath } from '../../core/contract/names';
import { callableMethods } from '../../core/decide/role-verdict';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

/** An OpenAPI document of these contracts with the operations that the roles admit to, and nothing that only others refer to. */
export function visibleOpenApi(
  document: JsonObject,
  contracts: readonly { readonly contract: BundleContract }[],
  roles: readonly string[],
): JsonObject {
  const admitted = new Set<string>();
  const models = new Set<string>();
  for (const { contract } of contracts) {
    const callable = callableMethods(contract.methods, roles);
    for (const method of callable) {
      admitted.add(methodPath(contract.model, contract.contract, method.method));
      models.add(contract.model);
    }
    for (const front of contractFronts(contract.model, contract.contract, contract.fronts ?? {}))
      if (front.kind === 'call' && callable.some(({ method }) => method === front.method)) admitted.add(front.path);
  }
  const paths = members(document['paths']).filter(([path]) => !isMethodPath(path) || admitted.has(path));
  const tags = document['tags'];
  const named = new Set(contracts.map(({ contract }) => contract.model));
  const kept = {
    ...document,
    paths: Object.fromEntries(paths),
    ...(Array.isArray(tags)
      ? { tags: tags.filter((tag: JsonValue) => !isJsonObject(tag) || !named.has(String(tag['name'])) || models.has(String(tag['name']))) }
      : {}),
  };
  return { ...kept, ...(isJsonObject(document['components']) ? { components: reachable(kept, document['components']) } : {}) };
}

/** `/models/<model>/<contract>/<method>` or a standard's address below the contract, not a template and not a document. */
function isMethodPath(path: string): boolean {
  return /^\/models\/[^/{}]+\/v[0-9]+\/[^{}.]+$/.test(path);
}

function members(value: JsonValue | undefined): readonly [string, JsonValue][] {
  return isJsonObject(value) ? (Object.entries(value) as [string, JsonValue][]) : [];
}

/** Components that the kept operations refer to, so that a schema does not tell of a method that the caller may not see. */
function reachable(kept: JsonObject, components: JsonObject): JsonObject {
  const used = new Set<string>();
  const walk = (value: JsonValue | undefined): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isJsonObject(value)) return;
    for (const [key, member] of Object.entries(value)) {
      const match = key === '$ref' && typeof member === 'string' ? /^#\/components\/([^/]+)\/([^/]+)/.exec(member) : null;
      if (match === null) walk(member);
      else visit(match[1] as string, match[2] as string);
    }
  };
  const visit = (section: string, name: string): void => {
    const id = `${section}/${name}`;
    if (used.has(id)) return;
    used.add(id);
    const inSection = components[section];
    if (isJsonObject(inSection)) walk(inSection[name.replaceAll('~1', '/').replaceAll('~0', '~')]);
  };
  walk({ paths: kept['paths'] });
  return Object.fromEntries(
    Object.entries(components).map(([section, all]) => [
      section,
      section === 'securitySchemes' || !isJsonObject(all)
        ? all
        : Object.fromEntries(
            Object.entries(all).filter(([name]) => used.has(`${section}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)),
          ),
    ]),
  );
}
