import { hasErrors, type Finding } from '../../core/findings/finding';
import type { LoadResult } from '../../schema/load/index';
import type { ResolvedModel, ResolvedPlatform } from '../../schema/resolved';
import { byBytes } from '../../core/order';

/** What a look at the files means for what serves. */
export interface Merged {
  /** Undefined when nothing of the change can be taken over. */
  readonly platform?: ResolvedPlatform;
  /** Models that stay as they were, because what their files say now is wrong. */
  readonly kept: readonly string[];
}

/**
 * A model with errors stays as it was served before, and every other change is taken over. An error that belongs to no model
 * (in the stack, or two models of one name) refuses the change whole.
 */
export function mergeChange(result: LoadResult, before: ResolvedPlatform | undefined): Merged {
  const { platform, findings } = result;
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!platform) return { kept: [] };
  const known = [...platform.models, ...(before?.models ?? [])];
  const isOfStack = (error: Finding): boolean => error.model === undefined && (error.place?.file ?? 'stacks/').startsWith('stacks/');
  const isOfLoaded = (error: Finding): boolean => platform.models.some((model) => concerns(error, model));
  if (hasErrors(errors) && errors.some((error) => isOfStack(error) || isOfLoaded(error))) return { kept: [] };
  const kept = (before?.models ?? []).filter(
    (model) => !platform.models.some(({ name }) => name === model.name) && errors.some((error) => concerns(error, model)),
  );
  if (known.length === 0 && errors.length > 0) return { kept: [] };
  const models = [...platform.models, ...kept].sort((a, b) => byBytes(a.name, b.name));
  return { platform: { ...platform, models }, kept: kept.map(({ name }) => name) };
}

function concerns(error: Finding, model: ResolvedModel): boolean {
  return error.model === model.name || (error.place?.file.startsWith(`${model.folder}/`) ?? false);
}
