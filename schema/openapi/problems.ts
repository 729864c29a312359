import { Problem, PROBLEM_JSON, problemType, type ProblemName } from '../../core/contract/problems';
import { sharedJson } from '../../core/canonical';
import type { JsonObject } from '../../core/json';

/** An id that no request ever has, for examples. */
const EXAMPLE_INSTANCE = 'urn:uuid:00000000-0000-4000-8000-000000000000';

const NAMES = Object.keys(Problem) as ProblemName[];

/** Every status that a problem can have, ascending. */
export const problemStatuses: readonly number[] = [...new Set(NAMES.map((name) => Problem[name].status))].sort((a, b) => a - b);

/** Name of the component that describes all problems of one status. */
export function problemResponse(status: number): string {
  return `Problem${status}`;
}

/** `components/schemas/Problem`: RFC 9457 with KEA's list of errors. */
export const problemSchema: JsonObject = sharedJson({
  type: 'object',
  title: 'Problem',
  description: 'Every error answer, RFC 9457.',
  required: ['type', 'title', 'status', 'instance'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: 'Stable name of the kind of problem.',
      enum: NAMES.map(problemType),
    },
    title: { type: 'string', description: 'The kind of problem in words; the same for every problem of the type.' },
    status: { type: 'integer', description: 'The HTTP status.', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What was wrong with this request.' },
    instance: {
      type: 'string',
      format: 'uri',
      description: 'Names this one request; quote it when asking for help. The audit record of the request has the same id.',
    },
    errors: {
      type: 'array',
      description: 'Where the request body breaks its schema.',
      items: {
        type: 'object',
        required: ['pointer', 'rule', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the request body; empty for the whole body.' },
          rule: { type: 'string', description: 'The keyword of the schema that is not met.' },
          detail: { type: 'string', description: 'What the schema asks for; never repeats the value.' },
        },
      },
    },
  },
});

/** `components/responses/Problem<status>`: which problems the status stands for, each with an example. */
export function problemResponses(statuses: readonly number[]): JsonObject {
  return Object.fromEntries(statuses.map((status) => [problemResponse(status), responses.get(status) ?? describe(status)]));
}

function describe(status: number): JsonObject {
  const names = NAMES.filter((name) => Problem[name].status === status);
  return {
    description: `${names.map((name) => Problem[name].title).join('; or: ')}.`,
    ...headersOf(status),
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(names.map((name) => [name, { summary: Problem[name].title, value: example(name) }])),
      },
    },
  };
}

function headersOf(status: number): JsonObject {
  if (status === 401) return { headers: { 'www-authenticate': { $ref: '#/components/headers/WwwAuthenticate' } } };
  if (status === 429 || status === 503) return { headers: { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } };
  return {};
}

function example(name: ProblemName): JsonObject {
  const { status, title } = Problem[name];
  return {
    type: problemType(name),
    title,
    status,
    instance: EXAMPLE_INSTANCE,
    ...(name === 'invalid-request' ? { errors: [{ pointer: '/age', rule: 'maximum', detail: 'must be <= 120' }] } : {}),
  };
}

/** The same in every document. */
const responses: ReadonlyMap<number, JsonObject> = new Map(problemStatuses.map((status) => [status, sharedJson(describe(status))]));
