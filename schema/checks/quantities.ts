import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { parseBytes, parseCpu, parseDuration } from '../../core/quantities';
import type { Parsed } from '../../core/names';
import type { KeyPath } from '../load/document';
import { onceEach } from './once';
import type { ContractSubject } from './subject';

/** Quantities that have the right form, and still cannot work. Only here may one be zero: a wait, never a limit. */
const MAY_BE_ZERO: ReadonlySet<string | number | undefined> = new Set(['scaleUp', 'scaleDown']);

export function quantities({ full, report }: ContractSubject): readonly Finding[] {
  const judge = (path: KeyPath, text: string | number | undefined, parsed: Parsed<number> | undefined): readonly Finding[] => {
    if (text === undefined || parsed === undefined) return [];
    if (!parsed.ok) return [report(kind.quantity, path, { message: `"${text}" ${parsed.reason}` })];
    return parsed.value === 0 && !MAY_BE_ZERO.has(path.at(-1))
      ? [report(kind.quantity, path, { message: `"${text}" is nothing, must be above zero` })]
      : [];
  };
  const duration = (path: KeyPath, text: string | undefined): readonly Finding[] =>
    judge(path, text, text === undefined ? undefined : parseDuration(text));
  const bytes = (path: KeyPath, text: string): readonly Finding[] => judge(path, text, parseBytes(text));
  const versions = Object.entries(full.versions).flatMap(([version, { runtime, resources, scaling }]) => [
    ...duration(['versions', version, 'runtime', 'loadTime'], runtime.loadTime),
    ...judge(['versions', version, 'resources', 'cpu'], resources.cpu, parseCpu(resources.cpu)),
    ...bytes(['versions', version, 'resources', 'memory'], resources.memory),
    ...bytes(['versions', version, 'resources', 'ephemeralStorage'], resources.ephemeralStorage),
    ...duration(['versions', version, 'scaling', 'behaviour', 'scaleUp'], scaling.behaviour.scaleUp),
    ...duration(['versions', version, 'scaling', 'behaviour', 'scaleDown'], scaling.behaviour.scaleDown),
  ]);
  const methods = Object.entries(full.methods).flatMap(([name, method]) => [
    ...duration(['methods', name, 'timeout'], method.timeout),
    ...bytes(['methods', name, 'maxBody'], method.maxBody),
    ...duration(['methods', name, 'cache', 'ttl'], method.cache.ttl),
  ]);
  const objectives = (['p50', 'p95', 'p99'] as const).flatMap((key) => duration(['slo', 'latency', key], full.slo?.latency?.[key]));
  return onceEach([...versions, ...methods, ...objectives]);
}
