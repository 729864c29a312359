import { frontError, type ProblemName, Problem, PROBLEM_JSON, problemType } from '../../../core/contract/problems';
import { PORTAL_PATH } from '../../../core/contract/ports';
import { claimPath } from '../../../core/contract/identity';
import type { JsonObject } from '../../../core/json';
import { issuersOf } from '../../../schema/access/issuers';
import type { ResolvedIdentity } from '../../../schema/resolved';
import { CLAIMS_KEY, JWT_FILTER } from './claims';
import { overwriteHeader, typed } from './envoy';

/**
 * Turns every error that Envoy makes itself into an RFC 9457 document. The first mapper that matches wins.
 * Answers of the processor and the portal are not touched: the mappers see Envoy's own replies only.
 */
export function localReplies(identity: ResolvedIdentity): JsonObject {
  return {
    mappers: [
      ...mappers('unauthenticated', details("response.code_details == 'jwt_authn_access_denied{Jwt_is_missing}'"), [challenge('')]),
      // A token for another audience is no token of ours: 401 as RFC 6750 says, where jwt_authn answers 403.
      ...mappers('unauthenticated', details("response.code_details.startsWith('jwt_authn_access_denied')"), [
        challenge(', error="invalid_token"'),
      ]),
      ...mappers('unauthenticated', status('EQ', 401), [challenge('')]),
      ...mappers('roles-overage', both(status('EQ', 403), overage(identity))),
      ...mappers('forbidden', status('EQ', 403)),
      ...mappers('not-found', status('EQ', 404)),
      ...mappers('method-not-allowed', status('EQ', 405)),
      ...mappers('request-timeout', status('EQ', 408)),
      ...mappers('gone', status('EQ', 410)),
      ...mappers('body-too-large', status('EQ', 413)),
      ...mappers('too-many-requests', status('EQ', 429), [overwriteHeader('retry-after', '1')]),
      ...mappers('headers-too-large', status('EQ', 431)),
      // A transfer encoding that nobody knows: the caller's mistake, not ours.
      ...mappers('bad-request', status('EQ', 501)),
      ...mappers('overloaded', flags('OM', 'UO'), [overwriteHeader('retry-after', '1')]),
      ...mappers('portal-unavailable', both(status('GE', 502), path(PORTAL_PATH))),
      // Behind the edge stands only the processor, and it has its own, shorter deadlines: whatever fails here is the processor, down or stuck.
      ...mappers('processor-unavailable', status('GE', 502), [overwriteHeader('retry-after', '1')]),
      ...mappers('internal', status('GE', 500)),
      // What is refused before it is a request has no id yet.
      ...mappers('bad-request', both(status('GE', 400), details('!has(request.id)')), [], {}),
      ...mappers('bad-request', status('GE', 400)),
    ],
  };
}

/** One mapper a form: on standard paths the document has the member `error`, where clients of those standards look for a text. */
function mappers(
  problem: ProblemName,
  filter: JsonObject,
  headers: readonly JsonObject[] = [],
  id: JsonObject = { instance: 'urn:uuid:%STREAM_ID%' },
): readonly JsonObject[] {
  const { status, title } = Problem[problem];
  const mapper = (where: JsonObject | undefined, error: JsonObject): JsonObject => ({
    filter: where === undefined ? filter : both(where, filter),
    status_code: status,
    ...(headers.length > 0 ? { headers_to_add: [...headers] } : {}),
    body_format_override: {
      json_format: { type: problemType(problem), title, status, ...id, ...error },
      content_type: PROBLEM_JSON,
    },
  });
  return [
    ...FORMS.map(([front, regex]) =>
      mapper(
        { header_filter: { header: { name: ':path', string_match: { safe_regex: { regex } } } } },
        { error: frontError(front, problem) },
      ),
    ),
    mapper(undefined, {}),
  ];
}

// Chooses the wording of an error only; nothing is admitted by it.
const FORMS = [
  ['chat', '/models/[^/?]+/[^/?]+/openai/v1([/?].*)?'],
  ['infer', '(/models/[^/?]+/[^/?]+)?/v2([/?].*)?'],
] as const;

function challenge(error: string): JsonObject {
  return overwriteHeader('www-authenticate', `Bearer realm="kea"${error}`);
}

/** Compares the status that the reply had before mapping. */
export function status(op: 'EQ' | 'GE', value: number): JsonObject {
  return { status_code_filter: { comparison: { op, value: { default_value: value, runtime_key: 'kea.unused' } } } };
}

function flags(...names: readonly string[]): JsonObject {
  return { response_flag_filter: { flags: [...names] } };
}

/** Judges by a CEL expression over Envoy's attributes. */
export function details(expression: string): JsonObject {
  return {
    extension_filter: {
      name: 'cel',
      typed_config: typed('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }),
    },
  };
}

// Chooses the wording of an error only; nothing is admitted by it.
function path(prefix: string): JsonObject {
  return { header_filter: { header: { name: ':path', string_match: { prefix } } } };
}

/** The provider left the groups out, as `hasOverage` says, and there are no roles beside them. */
function overage(identity: ResolvedIdentity): JsonObject {
  const marks = [
    claim('_claim_names', { present_match: true }),
    claim('hasgroups', { bool_match: true }),
    claim('hasgroups', { string_match: { exact: 'true' } }),
  ];
  const places = [...new Set(issuersOf(identity).map(({ claims }) => claims.roles))];
  return both({ or_filter: { filters: marks } }, ...places.map(absent));
}

/** Judges by a verified claim; false when it is not there. */
function claim(name: string, value: JsonObject, otherwise = false): JsonObject {
  const path = [CLAIMS_KEY, ...claimPath(name)].map((key) => ({ key }));
  return { metadata_filter: { matcher: { filter: JWT_FILTER, path, value }, match_if_key_not_found: otherwise } };
}

// A matcher that nothing fits, so that only absence is left.
function absent(name: string): JsonObject {
  return claim(name, { present_match: false }, true);
}

function both(...filters: readonly JsonObject[]): JsonObject {
  return { and_filter: { filters: [...filters] } };
}
