import { compareVersions } from '../../core/names';
import type { ContractDocument } from '../generated/model';
import { EditRefused, makeEdit, type Edit } from './edit';
import { deleteIn, setIn } from './tree';

export type Weights = { readonly [version: string]: number };

/** A contract's file, and the stack whose weights are meant; without a stack those of the contract itself. */
export interface WeightsOf {
  /** Relative to the project. */
  readonly file: string;
  readonly source: string;
  readonly document: ContractDocument;
  readonly stack?: string;
}

/** The weights that hold now, in this stack; a single version has 100. */
export function currentWeights({ document, stack }: WeightsOf): Weights {
  const override = stack === undefined ? undefined : document.stacks?.[stack]?.routing?.weights;
  if (override ?? document.routing?.weights) return override ?? document.routing?.weights ?? {};
  const versions = Object.keys(document.versions ?? {});
  return versions.length === 1 ? { [versions[0] as string]: 100 } : {};
}

/** Gives a version its weight and scales the others to the rest, in whole percents, keeping their proportions. */
export function promoted(weights: Weights, version: string, weight: number): Weights {
  if (!Number.isInteger(weight) || weight < 0 || weight > 100)
    throw new EditRefused(`the weight ${weight} is no whole number from 0 to 100`);
  const others = Object.entries(weights).filter(([name]) => name !== version);
  const sum = others.reduce((total, [, share]) => total + share, 0);
  const rest = 100 - weight;
  if (rest > 0 && sum === 0) throw new EditRefused(`no other version has weight, so "${version}" must have 100`);
  return inOrder({ ...scaled(others, sum, rest), [version]: weight });
}

/** Shares of `rest` in the proportion of the weights; what rounding leaves over goes to the largest remainders. */
function scaled(others: readonly (readonly [string, number])[], sum: number, rest: number): Weights {
  const exact = others.map(([name, share]) => ({ name, exact: sum === 0 ? 0 : (share * rest) / sum }));
  const left = rest - exact.reduce((total, each) => total + Math.floor(each.exact), 0);
  const raised = new Set(
    [...exact]
      .sort((a, b) => (b.exact % 1) - (a.exact % 1) || compareVersions(b.name, a.name))
      .slice(0, left)
      .map(({ name }) => name),
  );
  return Object.fromEntries(exact.map((each) => [each.name, Math.floor(each.exact) + (raised.has(each.name) ? 1 : 0)]));
}

/**
 * Takes all weight from the newest version that has any; the older ones take it over in their proportions. Where no other has weight,
 * the next older version takes everything.
 *
 * @returns nothing when there is no older version
 */
export function rolledBack(weights: Weights, versions: readonly string[]): Weights | undefined {
  const newest = Object.keys(weights)
    .filter((version) => (weights[version] ?? 0) > 0)
    .sort(compareVersions)
    .at(-1);
  if (newest === undefined) return undefined;
  const older = Object.entries(weights).filter(([version, share]) => share > 0 && compareVersions(version, newest) < 0);
  if (older.length > 0)
    return promoted(
      Object.fromEntries([
        ...Object.entries(weights)
          .filter(([v]) => compareVersions(v, newest) > 0)
          .map(([v]) => [v, 0] as const),
        ...older,
        [newest, 0],
      ]),
      newest,
      0,
    );
  const next = [...new Set([...versions, ...Object.keys(weights)])]
    .filter((version) => compareVersions(version, newest) < 0)
    .sort(compareVersions)
    .at(-1);
  return next === undefined ? undefined : inOrder({ ...weights, [newest]: 0, [next]: 100 });
}

/** Writes weights into the file: those of the stack where one is named, else the contract's own. */
export function setWeights(of: WeightsOf, weights: Weights): Edit {
  const path = [...(of.stack === undefined ? [] : ['stacks', of.stack]), 'routing', 'weights'];
  return makeEdit(of.file, of.source, setIn(of.source, path, weights));
}

/** `kea promote`: one version's weight, the rest scaled to 100. */
export function promote(of: WeightsOf, version: string, weight: number): Edit {
  if (of.document.versions?.[version] === undefined && !(version in currentWeights(of)))
    throw new EditRefused(`there is no version "${version}"`);
  return setWeights(of, promoted(currentWeights(of), version, weight));
}

/** `kea rollback`: the newest version's weight back to the older ones. @throws EditRefused when there is none */
export function rollback(of: WeightsOf): Edit {
  const weights = rolledBack(currentWeights(of), Object.keys(of.document.versions ?? {}));
  if (weights === undefined) throw new EditRefused('there is no older version to go back to');
  return setWeights(of, weights);
}

/**
 * `kea canary promote` and `abort`: gives the version on trial its weight (none on abort) and mirrors no more calls to it.
 *
 * @throws EditRefused as `promote` does
 */
export function endTrial(of: WeightsOf, version: string, weight: number): Edit {
  const had = currentWeights(of)[version] ?? 0;
  const weighed = had === weight ? of.source : promote(of, version, weight).after;
  return makeEdit(of.file, of.source, withoutShadow(weighed, of, version));
}

function withoutShadow(text: string, { document, stack }: WeightsOf, version: string): string {
  const base = document.routing?.shadow ?? {};
  const own = stack === undefined ? undefined : document.stacks?.[stack]?.routing?.shadow;
  const shadow = own ?? base;
  if (!Object.hasOwn(shadow, version)) return text;
  const rest = Object.fromEntries(Object.entries(shadow).filter(([name]) => name !== version));
  const path = [...(stack === undefined ? [] : ['stacks', stack]), 'routing', 'shadow'];
  // What another place says holds again once a key is gone, so an empty mapping stays where there is one.
  const hidden = stack !== undefined && Object.keys(base).length > 0;
  return Object.keys(rest).length === 0 && !hidden ? deleteIn(text, path) : setIn(text, path, rest);
}

function inOrder(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).sort(([a], [b]) => compareVersions(a, b)));
}
