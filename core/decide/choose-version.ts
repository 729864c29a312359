import type { BundleRouting } from '../contract/bundle';
import { sha256Hex } from '../digests';

/** What the choice depends on. Nothing else does: the same question always has the same answer. */
export interface VersionQuestion {
  /** `contractName(model, contract)`: salts the hash, so that one caller is not in every contract's canary. */
  readonly contract: string;
  readonly routing: BundleRouting;
  /** Versions deployed for the contract. */
  readonly deployed: readonly string[];
  /** Those that have an instance to answer. */
  readonly ready: readonly string[];
  /** Value of the pin header, when the caller may pin. */
  readonly pin?: string | undefined;
  /** Request headers, names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined };
  /** Issuer and subject; absent on public methods. */
  readonly principal?: string | undefined;
  readonly requestId: string;
}

export type VersionChoice =
  | {
      readonly kind: 'version';
      readonly version: string;
      readonly reason: 'pin' | 'match' | 'weight' | 'fallback';
      /** The version that would have answered, had it been ready. */
      readonly intended?: string;
    }
  /** The caller pinned a version that is not deployed: 404, never the weighted answer. */
  | { readonly kind: 'unknown-version' }
  /** No version takes calls. */
  | { readonly kind: 'none' };

/**
 * Which version answers: pin → header match → hash of the principal (or request id) against the weights.
 * A matched or weighted version without an instance is replaced by the ready sibling with most weight; a pinned one never is.
 * When nothing is ready the intended version is tried anyway, because readiness may be seconds old.
 */
export function chooseVersion(question: VersionQuestion): VersionChoice {
  const { routing, pin } = question;
  if (pin !== undefined) {
    return question.deployed.includes(pin) ? { kind: 'version', version: pin, reason: 'pin' } : { kind: 'unknown-version' };
  }
  const match = routing.match.find((rule) => question.headers[rule.header.toLowerCase()] === rule.equals);
  if (match !== undefined) return readyOr(question, match.version, 'match');
  const key = routing.sticky === 'principal' && question.principal ? question.principal : question.requestId;
  const weighted = soleVersion(routing.weights) ?? weightedVersion(routing.weights, bucketOf(question.contract, key));
  return weighted === undefined ? { kind: 'none' } : readyOr(question, weighted, 'weight');
}

/** The sibling that answers when `failed` had no instance: ready, most weight, then the newer one. */
export function fallbackVersion(question: Pick<VersionQuestion, 'routing' | 'ready'>, failed: string): string | undefined {
  let best: string | undefined;
  for (const [version, weight] of newestFirst(question.routing.weights)) {
    if (version === failed || !question.ready.includes(version)) continue;
    if (best === undefined || weight > (question.routing.weights[best] ?? 0)) best = version;
  }
  return best;
}

/**
 * Versions that get a copy of a call, in byte order: mirrored to by enough percent for this request, ready, and not the one that answered.
 * Drawn by the request, not by the caller, so that a shadow sees all kinds of callers.
 */
export function shadowVersions(
  question: Pick<VersionQuestion, 'contract' | 'routing' | 'ready' | 'requestId'>,
  answered: string,
): readonly string[] {
  const { routing, ready } = question;
  const wanted = Object.entries(routing.shadow).filter(
    ([version, percent]) => percent > 0 && version !== answered && ready.includes(version),
  );
  if (wanted.length === 0) return [];
  const bucket = bucketOf(`${question.contract}\nshadow`, question.requestId);
  return wanted
    .filter(([, percent]) => bucket < percent)
    .map(([version]) => version)
    .sort();
}

function readyOr(question: VersionQuestion, version: string, reason: 'match' | 'weight'): VersionChoice {
  if (question.ready.includes(version)) return { kind: 'version', version, reason };
  const sibling = fallbackVersion(question, version);
  if (sibling === undefined) return { kind: 'version', version, reason };
  return { kind: 'version', version: sibling, reason: 'fallback', intended: version };
}

/** Where a caller stands between 0 (included) and 100 (excluded): the first 48 bits of sha256(contract, newline, key). */
export function bucketOf(contract: string, key: string): number {
  return (Number.parseInt(sha256Hex(`${contract}\n${key}`).slice(0, 12), 16) / 2 ** 48) * 100;
}

/**
 * The newest version owns the buckets from 0 up to its weight, the next one those that follow.
 * So a canary that grows only ever takes callers over, and one that shrinks only gives them back.
 */
export function weightedVersion(weights: BundleRouting['weights'], bucket: number): string | undefined {
  let edge = 0;
  let last: string | undefined;
  for (const [version, weight] of newestFirst(weights)) {
    edge += weight;
    if (bucket < edge) return version;
    last = version;
  }
  return last;
}

/** The one version that has weight: no hash is needed to find it. */
function soleVersion(weights: BundleRouting['weights']): string | undefined {
  const [first, ...others] = newestFirst(weights);
  return others.length === 0 ? first?.[0] : undefined;
}

const order = new WeakMap<object, readonly (readonly [string, number])[]>();

/** Versions with weight. */
function newestFirst(weights: BundleRouting['weights']): readonly (readonly [string, number])[] {
  let entries = order.get(weights);
  if (entries === undefined) {
    entries = Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .sort(([a], [b]) => newer(b, a));
    order.set(weights, entries);
  }
  return entries;
}

/** Positive when MAJOR.MINOR.PATCH `a` is newer than `b`. */
function newer(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
