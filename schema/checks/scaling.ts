import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import type { FullVersion } from '../resolve/full';
import { onceEach } from './once';
import { quoted, type ContractSubject } from './subject';

type Scaled = readonly [version: string, scaling: FullVersion['scaling']];

/** min ≤ max, also for each moment of the schedule. */
export function minMax(subject: ContractSubject): readonly Finding[] {
  return onceEach(
    scaled(subject).flatMap(([version, { min, max, schedule }]) => [
      ...(min <= max
        ? []
        : [
            subject.report(kind.minMax, ['versions', version, 'scaling', 'min'], {
              message: `"min" is ${min} and "max" is ${max}`,
              fix: `raise \`max\` to ${min} or more`,
            }),
          ]),
      ...schedule.flatMap((each, index) =>
        each.min <= max
          ? []
          : [
              subject.report(kind.minMax, ['versions', version, 'scaling', 'schedule', index], {
                message: `"min" is ${each.min} at "${each.cron}" and "max" is ${max}`,
              }),
            ],
      ),
    ]),
  );
}

const CRON_FIELDS: readonly (readonly [name: string, least: number, most: number, words: string])[] = [
  ['minute', 0, 59, ''],
  ['hour', 0, 23, ''],
  ['day of month', 1, 31, ''],
  ['month', 1, 12, 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'],
  ['day of week', 0, 7, 'SUN MON TUE WED THU FRI SAT'],
];

/** Moments that a clock can show. */
export function cronPossible(subject: ContractSubject): readonly Finding[] {
  return onceEach(
    scaled(subject).flatMap(([version, { schedule }]) =>
      schedule.flatMap(({ cron }, index) => {
        const reason = cron
          .split(' ')
          .flatMap((text, field) => cronField(text, field))
          .at(0);
        if (reason === undefined) return [];
        const path = ['versions', version, 'scaling', 'schedule', index, 'cron'];
        return [subject.report(kind.cron, path, { message: `"${cron}" ${reason}` })];
      }),
    ),
  );
}

function cronField(text: string, field: number): readonly string[] {
  const [name, least, most, words] = CRON_FIELDS[field] as (typeof CRON_FIELDS)[number];
  const isWord = (value: string): boolean => words.split(' ').includes(value.toUpperCase()) && value !== '';
  const isInside = (value: string): boolean =>
    isWord(value) || (/^[0-9]{1,2}$/.test(value) && Number(value) >= least && Number(value) <= most);
  return text.split(',').flatMap((part) => {
    const [, range = '', step] = /^([^/]*)(?:\/([1-9][0-9]?))?$/.exec(part) ?? [];
    const ends = range.split('-');
    const fits = range === '*' || (ends.length <= 2 && ends.every(isInside));
    const turned = ends.length === 2 && Number(ends[0]) > Number(ends[1]);
    return fits && !turned && (step === undefined || Number(step) <= most)
      ? []
      : [`has "${part}" as ${name}, must be ${words === '' ? '' : 'a name or '}from ${least} to ${most}, a range, or * with a step`];
  });
}

/** One target, and somebody who measures it. On one machine nothing scales. */
export function scalingTarget(subject: ContractSubject): readonly Finding[] {
  const { stack, report } = subject;
  return onceEach(
    scaled(subject).flatMap(([version, { target }]) => {
      const path = ['versions', version, 'scaling', 'target'];
      const metrics = Object.keys(target);
      if (metrics.length !== 1) {
        const message =
          metrics.length === 0 ? '"target" names nothing to hold steady' : `"target" names ${quoted(metrics)}, must name exactly one`;
        return [report(kind.target, path, { message })];
      }
      const [metric] = metrics as [string];
      if (metric === 'cpu' || stack.metrics.custom[metric] !== undefined || stack.identity.kind === 'embedded') return [];
      return [
        report(kind.metricSource, [...path, metric], {
          message: `"${metric}" has no source in stack "${stack.name}"; it has ${quoted(['cpu', ...Object.keys(stack.metrics.custom)])}`,
          fix: `add \`metrics: {custom: {${metric}: prometheus-adapter}}\` to the stack, or scale by cpu`,
          stack: stack.name,
        }),
      ];
    }),
  );
}

function scaled({ full }: ContractSubject): readonly Scaled[] {
  return Object.entries(full.versions).map(([version, { scaling }]) => [version, scaling] as const);
}
