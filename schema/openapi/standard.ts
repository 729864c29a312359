import { contractFronts, type FrontName } from '../../core/contract/fronts';
import type { JsonObject } from '../../core/json';
import type { ResolvedContract, ResolvedIdentity, ResolvedMethod, ResolvedModel } from '../resolved';
import type { ComponentNames } from './names';
import { methodStatuses, problems } from './operation';
import { tokenSecurity } from './security';

/** The addresses of the field's standards that stand for methods of the contract: same roles and problems, the standard's own bodies. */
export function standardPaths(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  names: ComponentNames,
): JsonObject {
  return Object.fromEntries(
    contractFronts(model.name, contract.contract, contract.fronts ?? {}).flatMap((each) => {
      const method = each.kind === 'call' && !each.prefix ? contract.methods.find(({ method }) => method === each.method) : undefined;
      return each.kind === 'page' || method === undefined
        ? []
        : [[each.path, { post: operation(identity, model, contract, method, each.front, names) }]];
    }),
  );
}

function operation(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  method: ResolvedMethod,
  front: FrontName,
  names: ComponentNames,
): JsonObject {
  const standard = front === 'infer' ? 'Open Inference Protocol v2' : 'OpenAI API';
  return {
    operationId: `${model.name}.${method.method}.${contract.contract}.${front}`,
    summary: `${method.summary || `Call ${method.method} of ${model.name}`} (${standard})`,
    description: `Stands for \`${method.method}\`: its roles, limits, cache and checks; bodies are those of the ${standard}, and so is the member \`error\` of a problem.`,
    tags: [model.name],
    ...(contract.lifecycle.deprecated === undefined ? {} : { deprecated: true }),
    security: method.public ? [] : tokenSecurity(identity),
    'x-kea-roles': method.roles,
    'x-kea-stands-for': method.method,
    parameters: [{ $ref: `#/components/parameters/${names.version}` }],
    requestBody: { required: true, content: { 'application/json': { schema: request(model, method, front) } } },
    responses: {
      '200': { description: `The answer, as the ${standard} writes it.`, content: { 'application/json': { schema: { type: 'object' } } } },
      ...problems(methodStatuses(contract)),
    },
  };
}

function request(model: ResolvedModel, method: ResolvedMethod, front: FrontName): JsonObject {
  if (front !== 'infer') return { type: 'object', required: ['model'], properties: { model: { type: 'string', const: model.name } } };
  const tensors = method.call.kind === 'tensors' ? method.call.inputs : [];
  return {
    type: 'object',
    required: ['inputs'],
    properties: {
      inputs: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'shape', 'datatype'],
          properties: {
            name: { type: 'string', enum: tensors.map(({ tensor }) => tensor) },
            datatype: { type: 'string', enum: [...new Set(tensors.map(({ datatype }) => datatype))] },
            shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
            data: { type: 'array' },
          },
        },
      },
    },
  };
}
