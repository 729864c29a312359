import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../core/json';
import type { PlanRule } from '../rule';
import type { JudgedContract, JudgedMethod } from './contracts';
import { perContract } from './routes';

/** Longest call, largest body: beyond them one caller can hold a gateway's memory or connections. */
const MOST_MS = 600_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Longest time that an answer may be given again. */
const MOST_TTL_SECONDS = 86_400;

/** What a contract says of its methods. */
export const methodRules: readonly PlanRule[] = [
  {
    id: 'ml.validation',
    title: 'every request schema is bounded',
    severity: 'high',
    rationale: 'a text, list or object without a bound lets one caller spend the memory and time of all',
    remediation: 'add maxLength, maxItems and additionalProperties: false to the request schema',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API4' }],
    tools: [],
    step: 'deny',
    judge: perContract((contract) =>
      contract.methods.flatMap((method) =>
        unboundedPlaces(method.request).map((place) => `request of ${nameOf(contract, method)}: ${place}`),
      ),
    ),
  },
  {
    id: 'ml.timeout',
    title: 'every method has a time and a size that it may take',
    severity: 'medium',
    rationale: 'calls without an end, bodies without a limit and retries of what must not run twice turn one slow model into an outage',
    remediation: 'set timeout and maxBody of the method, and retries only where it is idempotent',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API4' }],
    tools: [],
    step: 'deny',
    judge: perContract((contract) =>
      contract.methods.flatMap((method) => limitMessages(method).map((message) => `${nameOf(contract, method)} ${message}`)),
    ),
  },
  {
    id: 'ml.cache.keep',
    title: 'answers are kept only where they may be given again',
    severity: 'high',
    rationale: 'an answer that is kept for the wrong caller, too long, or instead of a change, is a wrong answer',
    remediation: 'set cache.scope to none or principal, cache.ttl to a day at most, and idempotent to true where it is',
    frameworks: [],
    tools: [],
    step: 'deny',
    judge: perContract((contract) =>
      contract.methods.flatMap((method) => cacheMessages(method).map((message) => `${nameOf(contract, method)} ${message}`)),
    ),
  },
  {
    id: 'ml.public.limit',
    title: 'what anybody may call has a rate limit',
    severity: 'high',
    rationale: 'a model that answers without a token is paid for by its owner, however often it is called',
    remediation: 'add rateLimit to the method',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API4' }],
    tools: [],
    step: 'deny',
    judge: perContract((contract) =>
      contract.methods
        .filter((method) => method.public && method.rateLimit === undefined)
        .map((method) => `${nameOf(contract, method)} is public and has no rateLimit`),
    ),
  },
];

function nameOf({ model, contract }: JudgedContract, { method }: JudgedMethod): string {
  return `${model} ${contract} ${method}`;
}

function limitMessages({ timeoutMs, maxBodyBytes, idempotent, retries }: JudgedMethod): readonly string[] {
  return [
    ...(timeoutMs > 0 && timeoutMs <= MOST_MS ? [] : [`may take ${timeoutMs} ms, must be 1 to ${MOST_MS}`]),
    ...(maxBodyBytes > 0 && maxBodyBytes <= MOST_BYTES ? [] : [`takes bodies of ${maxBodyBytes} bytes, must be 1 to ${MOST_BYTES}`]),
    ...(idempotent || retries <= 1 ? [] : [`is not idempotent and is tried ${retries} times again`]),
  ];
}

function cacheMessages({ cache, idempotent }: JudgedMethod): readonly string[] {
  if (cache.scope === 'none') return [];
  return [
    ...(idempotent ? [] : ['is not idempotent, and its answers are kept']),
    ...(cache.ttlSeconds > 0 && cache.ttlSeconds <= MOST_TTL_SECONDS
      ? []
      : [`keeps answers for ${cache.ttlSeconds} s, must be 1 to ${MOST_TTL_SECONDS}`]),
  ];
}

const FIXED_FORMATS: ReadonlySet<unknown> = new Set(['uuid', 'date', 'ipv4', 'ipv6']);
const INSIDE = ['properties', 'patternProperties', '$defs'] as const;
const ONE = ['items', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'not', 'if', 'then', 'else'] as const;
const SEVERAL = ['prefixItems', 'allOf', 'anyOf', 'oneOf'] as const;

/**
 * Places of a schema whose type is said and whose size is not. Alternatives and conditions may bound what stands around them, so of those only
 * what is inside is judged; the loader, which sees the files, judges more.
 */
export function unboundedPlaces(schema: JsonSchema, path = ''): readonly string[] {
  const here = `${path === '' ? 'the whole' : path}`;
  const own = SEVERAL.some((key) => key !== 'prefixItems' && schema[key] !== undefined)
    ? []
    : [
        ...(isType(schema, 'string') && schema['maxLength'] === undefined && !FIXED_FORMATS.has(schema['format'])
          ? [`${here} is a text without maxLength`]
          : []),
        ...(isType(schema, 'array') && schema['maxItems'] === undefined && schema['items'] !== false
          ? [`${here} is a list without maxItems`]
          : []),
        ...(isType(schema, 'object') && !closed(schema) ? [`${here} is an object without additionalProperties: false`] : []),
      ];
  const members = INSIDE.flatMap((key) =>
    isJsonObject(schema[key]) ? Object.entries(schema[key]).map(([name, member]): [string, JsonValue | undefined] => [name, member]) : [],
  );
  const rest = [
    ...ONE.map((key): [string, JsonValue | undefined] => [key, schema[key]]),
    ...SEVERAL.flatMap((key) =>
      Array.isArray(schema[key]) ? (schema[key] as readonly JsonValue[]).map((each) => [key, each] as const) : [],
    ),
  ];
  return [
    ...own,
    ...[...members, ...rest].flatMap(([name, member]) => (isJsonObject(member) ? unboundedPlaces(member, `${path}/${name}`) : [])),
  ];
}

function isType(schema: JsonObject, type: string): boolean {
  if (schema['enum'] !== undefined || schema['const'] !== undefined) return false;
  return Array.isArray(schema['type']) ? (schema['type'] as readonly JsonValue[]).includes(type) : schema['type'] === type;
}

function closed(schema: JsonObject): boolean {
  const further = schema['additionalProperties'] ?? schema['unevaluatedProperties'];
  return further === false || (isJsonObject(further) && schema['maxProperties'] !== undefined);
}
