import { Header, INTERNAL_PREFIX } from '../../../core/contract/headers';
import type { JsonObject } from '../../../core/json';
import { extension, removePrefix } from './envoy';

/** Headers that a model has no business to see, whatever the processor forwards. */
const WITHHELD = [
  'authorization',
  Header.model,
  Header.version,
  'cookie',
  'proxy-authorization',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-proto',
] as const;

/** Upstream filters of every connection to a model. */
export function towardsModel(): readonly JsonObject[] {
  return [
    withholdHeaders(),
    extension('envoy.filters.http.upstream_codec', 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
  ];
}

// In the upstream chain, so that the model neither sees nor answers with the headers of this pod.
function withholdHeaders(): JsonObject {
  const internal = removePrefix(INTERNAL_PREFIX);
  return extension('envoy.filters.http.header_mutation', 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
    mutations: {
      request_mutations: [internal, removePrefix('x-envoy-'), ...WITHHELD.map((name) => ({ remove: name }))],
      response_mutations: [internal],
    },
  });
}
