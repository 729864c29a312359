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
