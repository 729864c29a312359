import { methodPath } from '../../core/contract/names';
import { catalogueOperations, catalogueSchemas, catalogueStatuses } from './catalogue';
import { headerComponents } from './headers';
import { contractNames, platformNames, type ComponentNames } from './names';
import { methodOperation, methodStatuses, versionParameter } from './operation';
import { problemResponses, problemSchema } from './problems';
import { schemaComponents } from './schemas';
import { securitySchemes } from './security';
import { standardPaths } from './standard';
import type { JsonObject } from '../../core/json';
import type { ResolvedContract, ResolvedModel, ResolvedPlatform, ResolvedStack } from '../resolved';

/**
 * OpenAPI 3.1 document of one contract. `info.version` is the newest version that the stack deploys;
 * the schemas are the very ones that the gateway validates with. Addresses of the field's standards stand here only, not in the platform's document.
 */
export function contractOpenApi(platform: ResolvedPlatform, model: ResolvedModel, contract: ResolvedContract): JsonObject {
  const names = contractNames();
  const statuses = contract.methods.length > 0 ? methodStatuses(contract) : [];
  return {
    openapi: '3.1.0',
    info: {
      title: `${model.name} ${contract.contract}`,
      summary: firstLine(description(model)),
      description: description(model),
      version: contract.versions.at(-1)?.version ?? contract.contract,
      contact: { name: model.owner },
      license: license(model.owner),
      // Who may grant the roles that the methods need.
      ...(model.approvers.length > 0 ? { 'x-kea-approvers': model.approvers } : {}),
      'x-kea-model': model.name,
      'x-kea-contract': contract.contract,
      'x-kea-versions': contract.versions.map((version) => version.version),
      'x-kea-data': model.data,
      'x-kea-audit': contract.audit,
      'x-kea-derived': contract.derived,
    },
    servers: servers(platform.stack),
    tags: [tag(model)],
    paths: { ...methodPaths(platform, model, contract, names), ...standardPaths(platform.stack.identity, model, contract, names) },
    components: {
      schemas: { Problem: problemSchema, ...methodSchemas(contract, names) },
      parameters: contract.methods.length > 0 ? { [names.version]: versionParameter(model, contract) } : {},
      headers: headerComponents([contract]),
      responses: problemResponses(statuses),
      securitySchemes: securitySchemes(platform.stack.identity),
    },
  };
}

/** OpenAPI 3.1 document of everything that the stack routes: all contracts that are not retired, and the catalogue itself. */
export function platformOpenApi(platform: ResolvedPlatform): JsonObject {
  const { stack } = platform;
  const routed = platform.models.flatMap((model) =>
    model.contracts
      .filter((contract) => !contract.lifecycle.retired)
      .map((contract) => ({ model, contract, names: platformNames(model, contract) })),
  );
  const statuses = new Set([...catalogueStatuses, ...routed.flatMap(({ contract }) => methodStatuses(contract))]);
  const models = [...new Set(routed.map(({ model }) => model))];
  return {
    openapi: '3.1.0',
    info: {
      title: `Models of ${stack.name}`,
      summary: 'Every model that this installation serves.',
      description: 'Every model that this installation serves, one tag a model. A caller sees the operations that its roles admit to.',
      version: '1',
      contact: { name: 'platform' },
      license: license('platform'),
      'x-kea-stack': stack.name,
    },
    servers: servers(stack),
    tags: [{ name: 'platform', description: 'What there is to call.' }, ...models.map(tag)],
    paths: {
      ...catalogueOperations(stack.identity),
      ...Object.assign({}, ...routed.map(({ model, contract, names }) => methodPaths(platform, model, contract, names))),
    },
    components: {
      schemas: {
        Problem: problemSchema,
        ...catalogueSchemas,
        ...Object.assign({}, ...routed.map(({ contract, names }) => methodSchemas(contract, names))),
      },
      parameters: Object.fromEntries(
        routed
          .filter(({ contract }) => contract.methods.length > 0)
          .map(({ model, contract, names }) => [names.version, versionParameter(model, contract)]),
      ),
      headers: headerComponents(routed.map(({ contract }) => contract)),
      responses: problemResponses([...statuses].sort((a, b) => a - b)),
      securitySchemes: securitySchemes(stack.identity),
    },
  };
}

function methodPaths(platform: ResolvedPlatform, model: ResolvedModel, contract: ResolvedContract, names: ComponentNames): JsonObject {
  return Object.fromEntries(
    contract.methods.map((method) => [
      methodPath(model.name, contract.contract, method.method),
      { post: methodOperation(platform.stack.identity, model, contract, method, names) },
    ]),
  );
}

function methodSchemas(contract: ResolvedContract, names: ComponentNames): JsonObject {
  return Object.assign(
    {},
    ...contract.methods.flatMap((method) => [
      schemaComponents(names.request(method.method), method.request),
      schemaComponents(names.response(method.method), method.response),
    ]),
  ) as JsonObject;
}

/** The local run answers where it was asked; every other stack has a host name and TLS. */
function servers(stack: ResolvedStack): readonly JsonObject[] {
  return stack.identity.kind === 'embedded'
    ? [{ url: '/', description: 'This machine.' }]
    : [{ url: `https://${stack.hostname}`, description: stack.name }];
}

function tag(model: ResolvedModel): JsonObject {
  return { name: model.name, description: description(model) };
}

function description(model: ResolvedModel): string {
  return model.description || `The model ${model.name} of ${model.owner}.`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** OpenAPI wants to know who allows what: the owner does, by granting roles. */
function license(owner: string): JsonObject {
  return { name: `By permission of ${owner}`, identifier: 'LicenseRef-owner' };
}
