import { contractPrefix, methodPath } from '../../../core/contract/names';
import { callableMethods } from '../../../core/decide/role-verdict';
import type { JsonObject } from '../../../core/json';
import { visibleOpenApi } from '../../shared/visible-openapi';
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
  return visibleOpenApi(registry.contractOpenApi(owner), [owner], roles);
}

/** The platform's OpenAPI document with the operations that these roles admit to. */
export function platformDocument(registry: Registry, roles: readonly string[]): JsonObject {
  return visibleOpenApi(registry.platformOpenApi(), registry.current(), roles);
}
