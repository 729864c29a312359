import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { nearest } from '../../core/names';
import type { Routing } from '../generated/model';
import type { KeyPath } from '../load/document';
import { quoted, type ContractSubject } from './subject';

/** Several versions need weights. */
export function routingMissing({ full, document, reportWritten }: ContractSubject): readonly Finding[] {
  const versions = Object.keys(full.versions);
  if (versions.length < 2 || full.routing.weights !== undefined) return [];
  const weights = versions.map((version, index) => `${version}: ${index === 0 ? 100 : 0}`).join(', ');
  return [
    reportWritten(kind.routingMissing, document.routing === undefined ? ['versions'] : ['routing'], {
      message: `"routing.weights" is missing, and there are the versions ${quoted(versions)}`,
      fix: `write \`routing: {weights: {${weights}}}\``,
    }),
  ];
}

/** Weights sum to 100, also in every stack's override, whichever stack is looked at. */
export function weightsSum({ document, reportWritten }: ContractSubject): readonly Finding[] {
  return written(document).flatMap(({ routing, path }) => {
    const weights = Object.values(routing.weights ?? { only: 100 });
    // Tenths of a percent are sums of binary fractions: 33.3 + 33.3 + 33.4 is not exactly 100.
    const sum = Math.round(weights.reduce((total, weight) => total + weight, 0) * 1e6) / 1e6;
    if (sum === 100) return [];
    return [reportWritten(kind.weights, [...path, 'weights'], { message: `"weights" sum to ${sum}, must sum to 100` })];
  });
}

/** Weights, shadow and match name versions of this contract. */
export function routedVersions({ document, full, reportWritten }: ContractSubject): readonly Finding[] {
  const versions = Object.keys(full.versions);
  const check = (version: string, path: KeyPath): readonly Finding[] => {
    if (versions.includes(version)) return [];
    const close = nearest(version, versions);
    return [
      reportWritten(kind.unknownVersion, path, {
        message: `"${version}" is not a version of this contract; there are ${quoted(versions)}`,
        ...(close === undefined ? {} : { fix: `write "${close}"` }),
      }),
    ];
  };
  return written(document).flatMap(({ routing, path }) => [
    ...Object.keys(routing.weights ?? {}).flatMap((version) => check(version, [...path, 'weights', version])),
    ...Object.keys(routing.shadow ?? {}).flatMap((version) => check(version, [...path, 'shadow', version])),
    ...(routing.match ?? []).flatMap(({ version }, index) => check(version, [...path, 'match', index, 'version'])),
  ]);
}

/** Headers that the gateway removes, sets or judges itself. */
const TAKEN: ReadonlySet<string> = new Set([
  'kea-version', 'authorization', 'cookie', 'host', 'connection', 'content-length', 'content-type', 'te', 'transfer-encoding', 'upgrade',
  'forwarded', 'x-request-id',
]); // prettier-ignore

export function matchHeaders({ document, reportWritten }: ContractSubject): readonly Finding[] {
  return written(document).flatMap(({ routing, path }) =>
    (routing.match ?? []).flatMap(({ header }, index) =>
      header.startsWith('x-kea-') || header.startsWith('x-envoy-') || header.startsWith('x-forwarded-') || TAKEN.has(header)
        ? [reportWritten(kind.matchHeader, [...path, 'match', index, 'header'], { message: `"${header}" cannot choose a version` })]
        : [],
    ),
  );
}

/** A mirrored call runs twice. */
export function shadowEffects({ full, report }: ContractSubject): readonly Finding[] {
  if (Object.keys(full.routing.shadow).length === 0) return [];
  return Object.entries(full.methods)
    .filter(([, method]) => !method.idempotent)
    .map(([name]) => report(kind.shadowEffect, ['routing', 'shadow'], { message: `"shadow" mirrors "${name}", which is not idempotent` }));
}

/** The contract's routing and that of each stack. */
function written(document: ContractSubject['document']): readonly { readonly routing: Routing; readonly path: KeyPath }[] {
  return [
    ...(document.routing ? [{ routing: document.routing, path: ['routing'] }] : []),
    ...Object.entries(document.stacks ?? {}).flatMap(([stack, { routing }]) =>
      routing ? [{ routing, path: ['stacks', stack, 'routing'] }] : [],
    ),
  ];
}
