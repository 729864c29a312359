import type { FieldChange, ObjectChange, PlanDiff } from '../../constructs/plan/diff';
import { printable } from '../print/format';

const SIGN: Record<ObjectChange['change'], string> = { added: '+', removed: '-', changed: '~' };
/** Fields of one object that a person is shown; JSON has all of them. */
const SHOWN_FIELDS = 12;

function field({ path, before, after }: FieldChange): string {
  const shown = before === undefined ? `+ ${after ?? ''}` : after === undefined ? `- ${before}` : `${before} → ${after}`;
  return `      ${printable(`${path}: ${shown}`).replaceAll('\n', '\\n')}`;
}

function object(change: ObjectChange, writer: string | undefined): string[] {
  const hidden = change.fields.length - SHOWN_FIELDS;
  return [
    `  ${SIGN[change.change]} ${printable(change.object)}${change.restarts ? '   (its pods restart)' : ''}${writer === undefined ? '' : `   (last written by ${printable(writer)})`}`,
    ...change.fields.slice(0, SHOWN_FIELDS).map(field),
    ...(hidden > 0 ? [`      … and ${hidden} fields more`] : []),
  ];
}

/** A difference of two plans as a person reads it: the platform first, then model by model. */
export function renderDiff(diff: PlanDiff, writers: ReadonlyMap<string, string> = new Map()): string {
  return diff.groups
    .map(({ model, changes }) =>
      [model ?? 'platform', ...changes.flatMap((change) => object(change, writers.get(change.object)))].join('\n'),
    )
    .join('\n\n');
}

/** `2 added, 1 changed, 0 removed; pods of 1 workload restart` */
export function diffSummary({ added, changed, removed, restarts }: PlanDiff): string {
  if (added + changed + removed === 0) return 'no difference';
  const restarting = restarts.length > 0 ? `; pods of ${restarts.length} workload${restarts.length === 1 ? '' : 's'} restart` : '';
  return `${added} added, ${changed} changed, ${removed} removed${restarting}`;
}
