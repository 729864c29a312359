import { Header } from '../../core/contract/headers';
import { pinRole } from '../../core/contract/names';
import { problemStatuses, problemResponse } from './problems';
import { answerHeaders } from './headers';
import { tokenSecurity } from './security';
import type { BundleExample } from '../../core/contract/bundle';
import type { JsonObject, JsonValue } from '../../core/json';
import type { ComponentNames } from './names';
import type { ResolvedContract, ResolvedIdentity, ResolvedMethod, ResolvedModel } from '../resolved';

/** The operation of one method: `POST /models/<model>/<contract>/<method>`. */
export function methodOperation(
  identity: ResolvedIdentity,
  model: ResolvedModel,
  contract: ResolvedContract,
  method: ResolvedMethod,
  names: ComponentNames,
): JsonObject {
  const { deprecated, sunset } = contract.lifecycle;
  return {
    operationId: `${model.name}.${method.method}.${contract.contract}`,
    summary: method.summary || `Call ${method.method} of ${model.name}`,
    description: describe(model, contract, method),
    tags: [model.name],
    ...(deprecated === undefined ? {} : { deprecated: true, 'x-kea-deprecated': deprecated }),
    ...(sunset === undefined ? {} : { 'x-sunset': sunset }),
    security: method.public ? [] : tokenSecurity(identity),
    'x-kea-roles': method.roles,
    'x-kea-public': method.public,
    'x-kea-idempotent': method.idempotent,
    'x-kea-timeout-ms': method.timeoutMs,
    'x-kea-max-body-bytes': method.maxBodyBytes,
    'x-kea-cache': method.cache,
    ...(method.rateLimit ? { 'x-kea-rate-limit': method.rateLimit } : {}),
    parameters: [{ $ref: `#/components/parameters/${names.version}` }],
    requestBody: {
      required: true,
      content: { 'application/json': content(names.request(method.method), requestExamples(method.examples)) },
    },
    responses: {
      '200': {
        description: 'The answer of the model.',
        headers: answerHeaders(contract, method),
        content: { 'application/json': content(names.response(method.method), responseExamples(method.examples)) },
      },
      ...problems(methodStatuses(contract)),
    },
  };
}

/** Problem statuses that a call may end with; a public method, too, refuses a bad token and a pin without its role. */
export function methodStatuses(contract: ResolvedContract): readonly number[] {
  return problemStatuses.filter((status) => status !== 410 || contract.lifecycle.sunset !== undefined);
}

/** `responses` entries that point to the problem components. */
export function problems(statuses: readonly number[]): JsonObject {
  return Object.fromEntries(statuses.map((status) => [String(status), { $ref: `#/components/responses/${problemResponse(status)}` }]));
}

/** The parameter that pins one version of the contract. */
export function versionParameter(model: ResolvedModel, contract: ResolvedContract): JsonObject {
  return {
    name: Header.version,
    in: 'header',
    required: false,
    description: `Asks for one version instead of the routed one. Needs the role \`${pinRole(model.name)}\` besides.`,
    schema: { type: 'string', enum: contract.versions.map((version) => version.version) },
  };
}

function content(component: string, examples: JsonObject): JsonObject {
  return {
    schema: { $ref: `#/components/schemas/${component}` },
    ...(Object.keys(examples).length === 0 ? {} : { examples }),
  };
}

function requestExamples(examples: readonly BundleExample[]): JsonObject {
  return Object.fromEntries(examples.map((each) => [exampleName(each.name), example(each.name, each.request)]));
}

function responseExamples(examples: readonly BundleExample[]): JsonObject {
  return Object.fromEntries(
    examples.flatMap((each) => (each.response === undefined ? [] : [[exampleName(each.name), example(each.name, each.response)]])),
  );
}

function example(summary: string, value: JsonValue): JsonObject {
  return { summary, value };
}

/** Names of examples follow the rule of component names; the summary keeps the author's words. */
function exampleName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-');
}

function describe(model: ResolvedModel, contract: ResolvedContract, method: ResolvedMethod): string {
  const sentences = [
    method.public
      ? 'Anyone may call this, without a token.'
      : `Needs ${method.roles.length > 1 ? 'one of the roles' : 'the role'} ${method.roles.map((role) => `\`${role}\``).join(', ')}; ${model.owner} grants access.`,
    `Takes up to ${method.maxBodyBytes} bytes and ${method.timeoutMs} ms.`,
    cacheSentence(method),
    method.rateLimit ? limitSentence(method.rateLimit) : '',
    contract.lifecycle.deprecated === undefined ? '' : `Deprecated from ${contract.lifecycle.deprecated}.`,
    contract.lifecycle.sunset === undefined ? '' : `Not answered after ${contract.lifecycle.sunset}.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function limitSentence({ requests, tokens, per, by }: NonNullable<ResolvedMethod['rateLimit']>): string {
  const amounts = [...(requests === undefined ? [] : [`${requests} requests`]), ...(tokens === undefined ? [] : [`${tokens} tokens`])];
  return `At most ${amounts.join(' and ')} per ${per} and ${by}.`;
}

function cacheSentence(method: ResolvedMethod): string {
  switch (method.cache.scope) {
    case 'none':
      return '';
    case 'shared':
      return `The same request is answered from a cache that all callers share for ${method.cache.ttlSeconds} seconds.`;
    case 'principal':
      return `The same request of the same caller is answered from a cache for ${method.cache.ttlSeconds} seconds.`;
  }
}
