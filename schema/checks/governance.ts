import { contractName, versionName } from '../../core/contract/names';
import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { nearest } from '../../core/names';
import { parseDuration } from '../../core/quantities';
import { isSensitive } from '../resolve/derived';
import { LOCAL } from '../resolve/local';
import { quoted, type ContractSubject, type ModelSubject } from './subject';

/** Sensitive calls are on record before the answer leaves. */
export function auditFitsData({ modelFull, full, report }: ContractSubject): readonly Finding[] {
  if (full.audit.level !== 'metadata' || !isSensitive(modelFull)) return [];
  const { classification, risk } = modelFull.data;
  return [
    report(kind.auditLevel, ['audit', 'level'], {
      message: `"metadata" is too low for ${classification} data of ${risk} risk; allowed are "durable" and "strict"`,
    }),
  ];
}

/** Dates that exist, deprecation first. */
export function lifecycle({ full: { lifecycle: dates }, report }: ContractSubject): readonly Finding[] {
  const wrong = (['deprecated', 'sunset'] as const).filter((key) => dates[key] !== undefined && !isDate(dates[key]));
  if (wrong.length > 0) {
    return wrong.map((key) =>
      report(kind.sunset, ['lifecycle', key], { message: `"${dates[key]}" is no day of the calendar`, fix: 'write a date that exists' }),
    );
  }
  const { deprecated, sunset } = dates;
  if (sunset === undefined) return [];
  if (deprecated === undefined)
    return [report(kind.sunset, ['lifecycle', 'sunset'], { message: `"sunset" is "${sunset}", and "deprecated" is missing` })];
  if (deprecated < sunset) return [];
  return [
    report(kind.sunset, ['lifecycle', 'sunset'], {
      message: `"sunset" is "${sunset}", must be after "deprecated", which is "${deprecated}"`,
    }),
  ];
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Longest name that objects may derive from a model, so that suffixes still fit into 63. */
export const MOST_NAME = 52;

export function derivedNames({ model, contract, full, report }: ContractSubject): readonly Finding[] {
  return [contractName(model, contract), ...Object.keys(full.versions).map((version) => versionName(model, version))]
    .filter((name) => name.length > MOST_NAME)
    .slice(0, 1)
    .map((name) => report(kind.nameLength, ['versions'], { message: `"${name}" has ${name.length} characters, may have ${MOST_NAME}` }));
}

/** Overrides apply to stacks that are there. */
export function overridesApply({ document, stacks, reportWritten }: ContractSubject): readonly Finding[] {
  if (stacks === undefined) return [];
  const known = [...new Set([...stacks, LOCAL])];
  return Object.keys(document.stacks ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => {
      const close = nearest(name, known);
      return reportWritten(kind.overrideStack, ['stacks', name], {
        message: `there is no stack "${name}"; there are ${quoted(known)}`,
        ...(close === undefined ? {} : { fix: `write "${close}"` }),
      });
    });
}

/** Percentiles in their order, and none above the time after which every call is cut off. */
export function latencyOrder({ full, report }: ContractSubject): readonly Finding[] {
  const timeouts = Object.values(full.methods).map(({ timeout }) => parseDuration(timeout));
  const longest = timeouts.every(({ ok }) => ok) ? Math.max(...timeouts.map((each) => (each.ok ? each.value : 0))) : Infinity;
  const given = (['p50', 'p95', 'p99'] as const).flatMap((key) => {
    const text = full.slo?.latency?.[key];
    const parsed = text === undefined ? undefined : parseDuration(text);
    return text !== undefined && parsed?.ok ? [{ key, text, ms: parsed.value }] : [];
  });
  return given.flatMap(({ key, text, ms }, index) => {
    const before = given[index - 1];
    if (ms > longest)
      return [report(kind.latencyOrder, ['slo', 'latency', key], { message: `"${key}" is ${text}, longer than every timeout` })];
    if (before === undefined || before.ms <= ms) return [];
    return [report(kind.latencyOrder, ['slo', 'latency', key], { message: `"${key}" is ${text}, and "${before.key}" is ${before.text}` })];
  });
}

/** Browsers may send tokens from pages that came over TLS only. */
export function corsOrigins({ full, report }: ModelSubject): readonly Finding[] {
  return (full.cors?.origins ?? []).flatMap((origin, index) =>
    /^http:\/\/(?!localhost(:|$)|127\.0\.0\.1(:|$))/.test(origin)
      ? [
          report(kind.corsOrigin, ['cors', 'origins', index], {
            message: `"${origin}" is not https`,
            fix: `write "${origin.replace('http:', 'https:')}"`,
          }),
        ]
      : [],
  );
}
