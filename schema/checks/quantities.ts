import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { parseBytes, parseCpu, parseDuration } from '../../core/quantities';
import type { Parsed } from '../../core/names';
import type { KeyPath } from '../load/document';
import { onceEach } from './once';
import type { ContractSubject } from './subject';

/** Quantities that have the right form, and still cannot work. Only here may one be zero: a wait, never a limit. */
const MAY_BE_ZERO: ReadonlySet<string | number | undefined> = new Set(['scaleUp', 'scaleDown']);

/** What the last key of a path may hold at least and at most, in its base unit, and who says so. */
const BOUNDS: { readonly [key: string]: { readonly least?: string; readonly most?: string; readonly because: string } } = {
  memory: { least: '16Mi', most: '16Ti', because: 'no server starts in less, and no node has more' },
  maxBody: { most: '64Mi', because: 'the gateway takes no larger body' },
  ttl: { least: '1s', most: '30d', because: 'the cache counts whole seconds, and forgets after 30 days' },
  staleWhileRevalidate: { least: '1s', most: '30d', because: 'the cache counts whole seconds, and forgets after 30 days' },
  loadTime: { most: '1d', because: 'a start that takes longer has failed' },
  scaleUp: { most: '1h', because: 'Kubernetes takes no more' },
  scaleDown: { most: '1h', because: 'Kubernetes takes no more' },
};

function beyond(key: string | number | undefined, value: number): string | undefined {
  const { least, most, because } = BOUNDS[String(key)] ?? { because: '' };
  const amount = (text: string): number =>
    [parseBytes(text), parseDuration(text)].reduce((sum, each) => sum + (each.ok ? each.value : 0), 0);
  if (least !== undefined && value < amount(least)) return `must be at least ${least}: ${because}`;
  return most !== undefined && value > amount(most) ? `must be at most ${most}: ${because}` : undefined;
}

export function quantities({ full, report }: ContractSubject): readonly Finding[] {
  const judge = (path: KeyPath, text: string | number | undefined, parsed: Parsed<number> | undefined): readonly Finding[] => {
    if (text === undefined || parsed === undefined) return [];
    if (!parsed.ok) return [report(kind.quantity, path, { message: `"${text}" ${parsed.reason}` })];
    if (parsed.value === 0) {
      return MAY_BE_ZERO.has(path.at(-1)) ? [] : [report(kind.quantity, path, { message: `"${text}" is nothing, must be above zero` })];
    }
    const reason = beyond(path.at(-1), parsed.value);
    return reason === undefined
      ? []
      : [report(kind.quantity, path, { message: `"${text}" ${reason}`, fix: 'write an amount within the bounds' })];
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
    ...duration(['methods', name, 'cache', 'staleWhileRevalidate'], method.cache.staleWhileRevalidate),
  ]);
  const objectives = (['p50', 'p95', 'p99'] as const).flatMap((key) => duration(['slo', 'latency', key], full.slo?.latency?.[key]));
  return onceEach([...versions, ...methods, ...objectives]);
}
