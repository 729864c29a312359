import { hasErrors, type Finding, type Place } from '../../core/findings/finding';
import type { JsonObject } from '../../core/json';
import { compareContracts } from '../../core/names';
import { contractChecks, modelChecks } from '../checks';
import type { PassedChecks } from '../checks/examples';
import { reporter, type ContractSubject, type ModelSubject } from '../checks/subject';
import type { StackDocument } from '../generated/platform';
import type { KeyPath } from '../load/document';
import type { ResolvedModel, ResolvedStack } from '../resolved';
import { stackDefaults } from '../source/defaults';
import { contractDefaultValues, modelDefaultValues } from './defaults';
import { derivedContractValues, derivedModelValues } from './derived';
import { contractLayers, modelLayers } from './document-layers';
import type { FullContract, FullModel } from './full';
import { fill, merge, originAt, type Layer } from './layers';
import { readContract } from './read';
import { artifactKey, type ModelSources, type Origin } from './sources';

export interface ModelContext {
  readonly stack: ResolvedStack;
  readonly stackDocument: StackDocument;
  /** Names of all stack files, against which `stacks.<name>` is checked. */
  readonly stacks?: readonly string[];
  /** What earlier runs found right. */
  readonly passed?: PassedChecks;
  /** Where an origin stands; constructs leave it out. */
  readonly locate?: (origin: Origin, contract: string | undefined) => Place | undefined;
}

/** One document with nothing left out, and where each value came from. */
export interface Shown<T> {
  readonly full: T;
  readonly origin: (path: KeyPath) => Origin;
}

export interface ModelResolution {
  readonly model: Shown<FullModel>;
  /** Oldest first. */
  readonly contracts: readonly (Shown<FullContract> & { readonly contract: string })[];
  readonly findings: readonly Finding[];
  /** For checks that look at all models together. */
  readonly subject: ModelSubject;
  /** Absent when a finding is an error. */
  readonly resolved?: ResolvedModel;
}

/** Pure: documents → full documents → checks → what everything downstream reads. */
export function resolveModel(sources: ModelSources, context: ModelContext): ModelResolution {
  const model = fullModel(sources, context);
  const contracts = [...sources.contracts.keys()].sort(compareContracts).map((contract) => ({
    contract,
    ...fullContract(sources, contract, model.full, context),
  }));
  const subjects = contracts.map((each) => contractSubject(sources, each, model.full, context));
  const subject = modelSubject(sources, model, subjects, context);
  const findings = [
    ...modelChecks.flatMap((check) => check(subject)),
    ...subjects.flatMap((each) => contractChecks.flatMap((check) => check(each))),
  ];
  return {
    model,
    contracts,
    findings,
    subject,
    ...(hasErrors(findings) ? {} : { resolved: readModel(sources, model.full, contracts, context) }),
  };
}

function fullModel(sources: ModelSources, context: ModelContext): Shown<FullModel> {
  const layers = modelLayers(sources.model, { name: context.stack.name, defaults: context.stackDocument.defaults ?? {} });
  const defaults = fill(modelDefaultValues, { owner: stackDefaults.owner });
  const written = merge(layers.map((layer) => layer.value));
  const owned = written['owner'] === undefined ? fill(written, { owner: stackDefaults.owner }) : written;
  const derived = derivedModelValues(sources.name, owned);
  return shown<FullModel>(layers, written, derived, defaults);
}

function fullContract(sources: ModelSources, contract: string, model: FullModel, context: ModelContext): Shown<FullContract> {
  const document = sources.contracts.get(contract) ?? {};
  const layers = contractLayers(document, contract, { name: context.stack.name, defaults: context.stackDocument.defaults ?? {} });
  const written = merge(layers.map((layer) => layer.value));
  const derived = derivedContractValues(contract, written, model, sources);
  return shown<FullContract>(layers, written, derived, contractDefaultValues(fill(written, derived)));
}

function shown<T>(layers: readonly Layer[], written: JsonObject, derived: JsonObject, defaults: JsonObject): Shown<T> {
  // The one place where a merged tree is said to have the full shape: every key without default is optional there.
  const full = fill(fill(written, derived), defaults) as unknown as T;
  return { full, origin: (path) => originAt(path, layers, derived) };
}

function readModel(
  sources: ModelSources,
  model: FullModel,
  contracts: readonly { readonly contract: string; readonly full: FullContract }[],
  { stack }: ModelContext,
): ResolvedModel {
  return {
    name: sources.name,
    folder: sources.folder,
    ...model,
    contracts: contracts.map(({ contract, full }) => {
      const written = sources.contracts.get(contract)?.methods ?? {};
      const derived = Object.keys(full.methods).some((name) => written[name]?.request === undefined);
      return readContract(contract, full, sources, stack, derived);
    }),
  };
}

function modelSubject(
  sources: ModelSources,
  model: Shown<FullModel>,
  contracts: readonly ContractSubject[],
  context: ModelContext,
): ModelSubject {
  return {
    name: sources.name,
    document: sources.model,
    full: model.full,
    contracts,
    stack: context.stack,
    report: reporter((path) => placeOf(model.origin, path, undefined, context), { model: sources.name }),
  };
}

function contractSubject(
  sources: ModelSources,
  { contract, full, origin }: Shown<FullContract> & { readonly contract: string },
  modelFull: FullModel,
  context: ModelContext,
): ContractSubject {
  return {
    model: sources.name,
    modelFull,
    contract,
    document: sources.contracts.get(contract) ?? {},
    full,
    file: (version) => sources.files.get(artifactKey(contract, version)),
    stack: context.stack,
    ...(context.stacks ? { stacks: context.stacks } : {}),
    ...(context.passed ? { passed: context.passed } : {}),
    report: reporter((path) => placeOf(origin, path, contract, context), { model: sources.name }),
    reportWritten: reporter((path) => context.locate?.({ kind: 'file', document: 'contract', path }, contract), { model: sources.name }),
  };
}

/** The place of a value, or of the nearest one above it that somebody wrote. */
function placeOf(origin: Shown<unknown>['origin'], path: KeyPath, contract: string | undefined, context: ModelContext): Place | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const found = origin(path.slice(0, length));
    if (found.kind === 'file' || found.kind === 'stack') return context.locate?.(found, contract);
  }
  return context.locate?.({ kind: 'file', document: contract === undefined ? 'model' : 'contract', path: [] }, contract);
}
