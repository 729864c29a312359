import { sha256Hex } from '../digests';

/** Everything that an answer depends on. */
export interface CacheQuestion extends KeyBeginning {
  /** RFC 8785 text of a body whose numbers all survived. */
  readonly canonicalBody: string;
}

/** Everything but the body. */
export interface KeyBeginning {
  readonly model: string;
  readonly contract: string;
  readonly method: string;
  /** Version that answers, and the digest of its bytes: an old entry is valid again only under the same digest. */
  readonly version: string;
  readonly versionDigest: string;
  /** `methodDigest`: schemas and translation, so that an edited contract starts empty. */
  readonly schemaDigest: string;
  readonly epoch: string;
  readonly scope: 'shared' | 'principal';
  /** Issuer and subject; an empty one never forms a key. */
  readonly principal?: string;
}

/**
 * sha256 (hex) over the parts, each led by its length in UTF-16 units, so that no two questions write the same text.
 * `undefined` when the answer must not be cached: principal scope without a principal, or no epoch.
 */
export function cacheKey(question: CacheQuestion): string | undefined {
  const beginning = keyBeginning(question);
  return beginning === undefined ? undefined : keyOf(beginning, question.canonicalBody);
}

/** What all keys of a method, version and caller begin with; `undefined` as in `cacheKey`. */
export function keyBeginning(question: KeyBeginning): string | undefined {
  if (question.epoch === '') return undefined;
  if (question.scope === 'principal' && !question.principal) return undefined;
  const parts = [
    'kea-cache-1',
    question.model,
    question.contract,
    question.method,
    question.version,
    question.versionDigest,
    question.schemaDigest,
    question.epoch,
    question.scope,
    question.scope === 'principal' ? (question.principal ?? '') : '',
  ];
  let text = '';
  for (const part of parts) text += lengthAnd(part);
  return text;
}

/** The key of a body under a beginning. */
export function keyOf(beginning: string, canonicalBody: string): string {
  return sha256Hex(beginning + lengthAnd(canonicalBody));
}

function lengthAnd(part: string): string {
  return `${part.length}:${part}`;
}
