import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import type { JudgedPlan, PlanRule, PlanViolation } from '../rule';

/** Data key of the ConfigMap that holds Envoy's own configuration. */
const ENVOY_FILE = 'envoy.json';

/** What Envoy itself is told: read out of the ConfigMap that its pods mount. */
export const gatewayRules: readonly PlanRule[] = [
  {
    id: 'ml.gateway.token',
    title: 'tokens come from the Authorization header, of one issuer, for this audience',
    severity: 'critical',
    rationale: 'an issuer or audience that is not set is not checked, and a token in an address ends in logs',
    remediation: 'let KEA write the configuration; find out who changed the ConfigMap',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API2' }],
    tools: [],
    step: 'deny',
    judge: perFilter('JwtAuthentication', (filter) => [
      ...Object.entries(object(filter['providers'])).flatMap(([name, provider]) =>
        providerMessages(object(provider)).map((message) => `token provider "${name}" ${message}`),
      ),
      ...(Object.keys(object(filter['providers'])).length === 0 ? ['no token provider is named'] : []),
    ]),
  },
  {
    id: 'ml.gateway.failopen',
    title: 'whatever cannot be checked is refused',
    severity: 'critical',
    rationale: 'a filter that lets calls pass when it cannot decide is switched off by making it fail',
    remediation: 'let KEA write the configuration; find out who changed the ConfigMap',
    frameworks: [{ name: 'OWASP API Security Top 10 2023', reference: 'API8' }],
    tools: [],
    step: 'deny',
    judge: (plan) =>
      configurations(plan).flatMap(({ object: owner, configuration }) => [
        ...places(configuration, (each) => each['failure_mode_allow'] === true).map(() => said(owner, 'a filter has failure_mode_allow')),
        ...typed(configuration, 'JwtAuthentication')
          .filter((filter) => array(filter['rules']).length === 0 || array(filter['rules']).some(passesWithout))
          .map(() => said(owner, 'a rule of jwt_authn lets calls without a token pass')),
      ]),
  },
];

function providerMessages(provider: JsonObject): readonly string[] {
  const headers = array(provider['from_headers']).map((each) => object(each)['name']);
  return [
    ...(typeof provider['issuer'] === 'string' && provider['issuer'] !== '' ? [] : ['checks no issuer']),
    ...(array(provider['audiences']).length > 0 ? [] : ['checks no audience']),
    ...(headers.length > 0 && headers.every((name) => String(name).toLowerCase() === 'authorization')
      ? []
      : ['takes tokens from elsewhere than the Authorization header']),
    ...(['from_params', 'from_cookies'] as const).flatMap((key) => (array(provider[key]).length > 0 ? [`takes tokens by ${key}`] : [])),
  ];
}

/** Envoy treats a rule without a requirement as one that everything meets. */
function passesWithout(rule: JsonValue): boolean {
  const { requires } = object(rule);
  return !isJsonObject(requires) || places(requires, (each) => 'allow_missing' in each || 'allow_missing_or_failed' in each).length > 0;
}

function perFilter(type: string, judge: (filter: JsonObject) => readonly string[]): PlanRule['judge'] {
  return (plan) =>
    configurations(plan).flatMap(({ object: owner, configuration }) => {
      const filters = typed(configuration, type);
      return filters.length === 0
        ? [said(owner, `no ${type} stands before the routes`)]
        : filters.flatMap(judge).map((message) => said(owner, message));
    });
}

function said(owner: JsonObject, message: string): PlanViolation {
  return { message, object: owner };
}

/** Every gateway's configuration; one that is no JSON is an empty one, which breaks the rules. */
function configurations({ objects }: JudgedPlan): readonly { readonly object: JsonObject; readonly configuration: JsonObject }[] {
  return objects.flatMap((each) => {
    const text = each['kind'] === 'ConfigMap' ? object(each['data'])[ENVOY_FILE] : undefined;
    return typeof text === 'string' ? [{ object: each, configuration: parse(text) }] : [];
  });
}

function parse(text: string): JsonObject {
  try {
    return object(JSON.parse(text) as JsonValue);
  } catch {
    return {};
  }
}

function typed(configuration: JsonObject, type: string): readonly JsonObject[] {
  return places(configuration, (each) => String(each['@type'] ?? '').endsWith(`.${type}`));
}

/** Objects anywhere inside for which something holds. */
function places(value: JsonValue | undefined, holds: (each: JsonObject) => boolean): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((each: JsonValue) => places(each, holds));
  if (!isJsonObject(value)) return [];
  return [...(holds(value) ? [value] : []), ...Object.values(value).flatMap((each) => places(each, holds))];
}

function object(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function array(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
