import type { ProblemName } from '../../core/contract/problems';

interface ProblemText {
  /** What it means, for who meets it for the first time. */
  readonly meaning: string;
  /** What the caller can do. */
  readonly remedy: string;
}

/** The pages behind `type` of problem documents, one for each problem that there is. */
export const problemTexts: { readonly [name in ProblemName]: ProblemText } = {
  'bad-request': {
    meaning: 'The request was refused before anything looked at its body: its path, its headers or its framing are not acceptable HTTP.',
    remedy: 'Send a plain path without escaped slashes, and headers as an HTTP library writes them.',
  },
  'malformed-request': {
    meaning: 'The body is not JSON, is nested too deeply, names a key twice, or is not UTF-8.',
    remedy: 'Send one JSON text in UTF-8, as a JSON library writes it.',
  },
  unauthenticated: {
    meaning: 'There is no token, or it is past its time, or it was not issued by the identity provider of this platform.',
    remedy: 'Get a new access token and send it as “authorization: Bearer …”.',
  },
  forbidden: {
    meaning: 'The token is good, and none of its roles admits to what was called. The answer is the same for what does not exist.',
    remedy:
      'Look at “Models” for what you may call. `kea sso doctor --token FILE` says which role a token lacks, and `kea access request` asks for it. Pinning a version needs the role “<model>:pin” besides.',
  },
  'roles-overage': {
    meaning:
      'The identity provider had too many groups to name for this token, and named none; Entra ID does so beyond 200. It is not known what you may call.',
    remedy:
      'Ask whoever looks after the platform to use roles of the application in place of groups, or to leave out groups that are not assigned to it.',
  },
  'not-found': {
    meaning: 'The model has no such method, or no such version.',
    remedy: 'Compare the path and the header “kea-version” with the OpenAPI document.',
  },
  'method-not-allowed': {
    meaning: 'The path exists and takes another HTTP method; models are called with POST.',
    remedy: 'Use the method that the header “allow” names.',
  },
  'request-timeout': {
    meaning: 'The request did not arrive whole in time.',
    remedy: 'Send it again, over a faster connection or with a smaller body.',
  },
  gone: {
    meaning: 'The contract is past its sunset and is answered no more.',
    remedy: 'Move to the newer contract; the header “link” names it where there is one.',
  },
  'body-too-large': {
    meaning: 'The body has more bytes than the method takes.',
    remedy: 'Send less; the limit stands in the OpenAPI document as “x-kea-max-body-bytes”.',
  },
  'unsupported-media-type': {
    meaning: 'The body is not said to be JSON, or it is compressed.',
    remedy: 'Send “content-type: application/json” and no “content-encoding”.',
  },
  'invalid-request': {
    meaning:
      'The body is JSON and does not fit the schema of the method. Each entry of “errors” points to the place by a JSON pointer and names the rule.',
    remedy: 'Correct the places named; the schema stands in the OpenAPI document.',
  },
  'too-many-requests': {
    meaning: 'The limit of the method, or of your address, is used up.',
    remedy: 'Wait as many seconds as “retry-after” says.',
  },
  'headers-too-large': {
    meaning: 'The request’s headers are larger than the gateway takes.',
    remedy: 'Send fewer or smaller headers; a token with hundreds of roles is the usual cause.',
  },
  internal: {
    meaning: 'The gateway made a mistake of its own.',
    remedy: 'Tell the platform team the “instance” of the problem; it names the record of the request.',
  },
  'invalid-response': {
    meaning: 'The model answered something that its own contract does not allow, so the answer was held back.',
    remedy: 'Tell the owner of the model the “instance” of the problem.',
  },
  'model-failed': {
    meaning: 'The model itself failed on this request.',
    remedy: 'Try again later; when it stays so, tell the owner of the model the “instance” of the problem.',
  },
  'processor-unavailable': {
    meaning: 'The part of the gateway that checks requests is not available. Nothing passes unchecked, so nothing passes.',
    remedy: 'Try again in a moment.',
  },
  'portal-unavailable': {
    meaning: 'The documentation site is not available; models are not concerned.',
    remedy: 'Try again in a moment.',
  },
  'no-instance': {
    meaning: 'No instance of the model is ready.',
    remedy: 'Try again in a moment; when it stays so, tell the owner of the model.',
  },
  overloaded: {
    meaning: 'The platform has more requests than it can hold and sheds the newest.',
    remedy: 'Try again after a pause that grows with each try.',
  },
  'configuration-pending': {
    meaning: 'A change of the platform is just being taken over.',
    remedy: 'Try again at once.',
  },
  'audit-unavailable': {
    meaning: 'The method answers only what it can record, and recording is not possible now.',
    remedy: 'Try again in a moment; the platform team is told by its monitoring.',
  },
  timeout: {
    meaning: 'The model did not answer within the time that its contract gives.',
    remedy: 'Try again, or with a smaller request; the limit stands in the OpenAPI document as “x-kea-timeout-ms”.',
  },
};
