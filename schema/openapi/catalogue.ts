import { problems } from './operation';
import { tokenSecurity } from './security';
import type { JsonObject } from '../../core/json';
import type { ResolvedIdentity } from '../resolved';

/** Problem statuses of the pages that describe the platform. */
export const catalogueStatuses: readonly number[] = [401, 403, 404, 405, 503];

/** `GET /models`, `/models/{model}/{contract}/openapi.json`, `/openapi.json`: what the caller may use. */
export function catalogueOperations(identity: ResolvedIdentity): JsonObject {
  return {
    '/models': {
      get: page(identity, {
        operationId: 'platform.models',
        summary: 'List the models that the caller may use',
        schema: { $ref: '#/components/schemas/Catalogue' },
      }),
    },
    '/models/{model}/{contract}/openapi.json': {
      parameters: [
        { name: 'model', in: 'path', required: true, description: 'Name of the model.', schema: { type: 'string', maxLength: 63 } },
        {
          name: 'contract',
          in: 'path',
          required: true,
          description: 'Major version, such as `v1`.',
          schema: { type: 'string', pattern: '^v[0-9]+$' },
        },
      ],
      get: page(identity, {
        operationId: 'platform.contract-openapi',
        summary: 'Read the OpenAPI document of one contract',
        schema: { type: 'object', description: 'An OpenAPI 3.1 document.' },
      }),
    },
    '/openapi.json': {
      get: page(identity, {
        operationId: 'platform.openapi',
        summary: 'Read the OpenAPI document of everything that the caller may use',
        schema: { type: 'object', description: 'An OpenAPI 3.1 document.' },
      }),
    },
  };
}

/** `components/schemas` of the catalogue's answers. */
export const catalogueSchemas: JsonObject = {
  Catalogue: {
    type: 'object',
    required: ['models'],
    properties: { models: { type: 'array', items: { $ref: '#/components/schemas/CatalogueEntry' } } },
  },
  CatalogueEntry: {
    type: 'object',
    description: 'One contract of one model.',
    required: ['model', 'contract', 'methods'],
    properties: {
      model: { type: 'string' },
      contract: { type: 'string' },
      owner: { type: 'string' },
      description: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      deprecated: { type: 'string', format: 'date' },
      sunset: { type: 'string', format: 'date' },
      methods: {
        type: 'array',
        items: {
          type: 'object',
          required: ['method'],
          properties: {
            method: { type: 'string' },
            summary: { type: 'string' },
            path: { type: 'string', description: 'Where the method is called with POST.' },
          },
        },
      },
      openapi: { type: 'string', description: 'Path of the OpenAPI document.' },
    },
  },
};

function page(
  identity: ResolvedIdentity,
  operation: { readonly operationId: string; readonly summary: string; readonly schema: JsonObject },
): JsonObject {
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    tags: ['platform'],
    security: tokenSecurity(identity),
    responses: {
      '200': { description: 'What the caller may use.', content: { 'application/json': { schema: operation.schema } } },
      ...problems(catalogueStatuses),
    },
  };
}
