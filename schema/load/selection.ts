import { finding, type Finding } from '../../core/findings/finding';
import { stackFindings } from '../../core/findings/stack';
import { nearest } from '../../core/names';
import { formatBytes, formatCpu } from '../../core/quantities';
import type { StackDocument } from '../generated/platform';
import type { ResolvedModel, ResolvedStack } from '../resolved';
import { fitsSelection, shardsOf } from '../resolve/shards';
import type { KeyPath, ParsedDocument } from './document';

/** Whether the stack takes the model: every key of `models.select` that is given must fit. */
export function isSelected(model: ResolvedModel, stack: StackDocument): boolean {
  return fitsSelection(model, stack.models?.select ?? {});
}

export interface Selection {
  readonly stack: ResolvedStack;
  readonly document: ParsedDocument<StackDocument>;
  /** Names of all models that were found, also of wrong ones. */
  readonly found: readonly string[];
  /** Models without errors. */
  readonly resolved: readonly ResolvedModel[];
}

/** What only shows when stack and models are looked at together. */
export function judgeSelection(selection: Selection): readonly Finding[] {
  return [...takesNothing(selection), ...unknownNames(selection), ...quotaHolds(selection), ...oneShardEach(selection)];
}

function takesNothing({ stack, document, resolved }: Selection): readonly Finding[] {
  const isEmpty = document.value.models?.select !== undefined && resolved.length > 0;
  if (!isEmpty || resolved.some((model) => isSelected(model, document.value))) return [];
  const message = `none of ${resolved.length} models fits "models.select"`;
  return [finding(stackFindings.selectsNothing, { message, place: document.place(['models', 'select']), stack: stack.name })];
}

function unknownNames({ stack, document, found }: Selection): readonly Finding[] {
  return (document.value.models?.select?.name ?? []).flatMap((name, index) => {
    if (found.includes(name)) return [];
    const close = nearest(name, found);
    return [
      finding(stackFindings.selectsUnknown, {
        message: `there is no model "${name}"`,
        place: document.place(['models', 'select', 'name', index]),
        stack: stack.name,
        ...(close === undefined ? {} : { fix: `write "${close}"` }),
      }),
    ];
  });
}

/** The least that the selected models take, all at their `min`, fits the quota. */
function quotaHolds({ stack, document, resolved }: Selection): readonly Finding[] {
  const { quota } = stack;
  if (quota === undefined) return [];
  const versions = resolved
    .filter((model) => isSelected(model, document.value))
    .flatMap(({ contracts }) => contracts.flatMap((contract) => contract.versions));
  const sum = (amount: (version: (typeof versions)[number]) => number): number =>
    versions.reduce((total, version) => total + version.scaling.min * amount(version), 0);
  const needs: readonly (readonly [KeyPath, number, number, (amount: number) => string])[] = [
    [['quota', 'cpu'], sum(({ resources }) => resources.cpuMillis), quota.cpuMillis, formatCpu],
    [['quota', 'memory'], sum(({ resources }) => resources.memoryBytes), quota.memoryBytes, formatBytes],
    [['quota', 'pods'], sum(() => 1), quota.pods, String],
  ];
  return needs
    .filter(([, needed, allowed]) => needed > allowed)
    .map(([path, needed, allowed, say]) =>
      finding(stackFindings.quotaTooSmall, {
        message: `the models need at least ${say(needed)}, and the quota is ${say(allowed)}`,
        place: document.place(path),
        stack: stack.name,
      }),
    );
}

/** Pods that two shards made would be two owners of one object. */
function oneShardEach({ stack, document, resolved }: Selection): readonly Finding[] {
  return resolved.flatMap((model) => {
    const shards = shardsOf(model, stack);
    if (shards.length < 2) return [];
    const message = `model "${model.name}" fits the shards ${shards.map((each) => `"${each}"`).join(' and ')}`;
    return [
      finding(stackFindings.twoShards, { message, place: document.place(['models', 'shards']), stack: stack.name, model: model.name }),
    ];
  });
}
