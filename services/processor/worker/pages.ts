import { contractPrefix, methodPath } from '../../../core/contract/names';
import { callableMethods } from '../../../core/decide/role-verdict';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import type { LoadedContract, Registry } from './registry';

/** `GET /models`: the contracts and methods that these roles admit to; the rest does not exist. */
export function catalogue(registry: Registry, roles: readonly string[]): JsonObject {
  return {
    models: registry.current().flatMap(({ contract }) => {
      const methods = callableMethods(contract.methods, roles);
      if (methods.length === 0 || contract.lifecycle.retired) return [];
      return [
        {
          model: contract.model,
          contract: contract.contract,
          owner: contract.owner,
          description: contract.description,
          tags: contract.tags,
          ...(contract.lifecycle.deprecated === undefined ? {} : { deprecated: contract.lifecycle.deprecated }),
          ...(contract.lifecycle.sunset === undefined ? {} : { sunset: contract.lifecycle.sunset }),
          methods: methods.map((method) => ({
            method: method.method,
            summary: method.summary,
            path: methodPath(contract.model, contract.contract, method.method),
          })),
          openapi: `${contractPrefix(contract.model, contract.contract)}openapi.json`,
        },
      ];
    }),
  };
}

/** The contract's OpenAPI document with the operations that these roles admit to. */
export function contractDocument(registry: Registry, owner: LoadedContract, roles: readonly string[]): JsonObject {
  return visible(registry.contractOpenApi(owner), [owner], roles);
}

/** The platform's OpenAPI document with the operations that these roles admit to. */
export function platformDocument(registry: Registry, roles: readonly string[]): JsonObject {
  return visible(registry.platformOpenApi(), registry.current(), roles);
}

function visible(document: JsonObject, contracts: readonly LoadedContract[], roles: readonly string[]): JsonObject {
  const admitted = new Set<string>();
  const models = new Set<string>();
  for (const { contract } of contracts) {
    for (const method of callableMethods(contract.methods, roles)) {
      admitted.add(methodPath(contract.model, contract.contract, method.method));
      models.add(contract.model);
    }
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

/** `/models/<model>/<contract>/<method>`, not a template and not a document. */
function isMethodPath(path: string): boolean {
  return /^\/models\/[^/{}]+\/v[0-9]+\/[^/{}.]+$/.test(path);
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
