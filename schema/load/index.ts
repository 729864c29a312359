import { hasErrors, type Finding } from '../../core/findings/finding';
import { artifactFindings } from '../../core/findings/artifact';
import { modelFindings } from '../../core/findings/model';
import type { PassedChecks } from '../checks/examples';
import { folderChecks, stackChecks } from '../checks';
import { reporter } from '../checks/subject';
import type { StackDocument } from '../generated/platform';
import { LOCAL, localStack } from '../resolve/local';
import { resolveModel, type ModelResolution } from '../resolve/model';
import { resolveStack } from '../resolve/stack';
import type { ResolvedPlatform, ResolvedStack } from '../resolved';
import { readArtifacts } from './artifacts';
import type { ParsedDocument } from './document';
import { findStacks } from './find';
import { stackDefaults } from '../source/defaults';
import { deepFreeze } from './freeze';
import { readImagesLock } from './images-lock';
import { makeOrigins, placeOfOrigin, type Documents, type Origins } from './origins';
import { openPassed } from './passed';
import { readDocuments, readStack } from './read';
import { isSelected, judgeSelection } from './selection';
import { writeOutReferences } from './written-out';

export type { Origins } from './origins';

export interface LoadOptions {
  /** The project's folder. */
  readonly root: string;
  /** Name of a stack file; without it the built-in stack `local`. */
  readonly stack?: string;
  /** Folders that are searched instead of those that the stack names, relative to `root`. */
  readonly models?: readonly string[];
}

export interface LoadResult {
  /**
   * Everything downstream reads, frozen. Models with errors are left out of it; it is missing only when the stack itself has errors.
   * Whoever writes or applies a plan looks at the findings first.
   */
  readonly platform?: ResolvedPlatform;
  readonly findings: readonly Finding[];
  readonly origins: Origins;
  /** Documents that were looked at, relative to `root`. */
  readonly files: readonly string[];
}

/**
 * Folder → platform, in named phases: find, parse, validate (`read.ts`) → references → artifacts → merge, derive, defaults, checks
 * (`resolveModel`) → freeze. Collects findings; never throws on what stands in files.
 */
export async function loadPlatform(options: LoadOptions): Promise<LoadResult> {
  const builtIn = options.stack === undefined || (options.stack === LOCAL && !findStacks(options.root).includes(LOCAL));
  const read = await readDocuments({
    root: options.root,
    ...(builtIn ? {} : { stack: options.stack }),
    ...(options.models ? { models: options.models } : {}),
  });
  const stack = builtIn
    ? { name: LOCAL, document: localStack, resolved: resolveStack(localStack, LOCAL), findings: [] }
    : read.stack && loadStack(options.root, options.stack, read.stack);
  if (stack === undefined) return { findings: read.findings, origins: makeOrigins(new Map()), files: read.files };

  const findings: Finding[] = [...read.findings, ...stack.findings];
  const files = [...read.files];
  const shown = new Map<string, Loaded>();
  const passed = openPassed(options.root);
  const context = { root: options.root, stack, passed, stacks: findStacks(options.root) };
  for (const parsed of read.models) {
    const loaded = loadModel(parsed, { parsed, stack: read.stack }, context);
    shown.set(parsed.name, loaded);
    findings.push(...loaded.findings);
    files.push(...loaded.files);
  }
  passed.save();
  const together = folderChecks.flatMap((check) => check([...shown.values()].map(({ resolution }) => resolution.subject)));
  findings.push(...together);
  const refused = new Set(together.filter((each) => each.severity === 'error').map((each) => each.model));
  const models = [...shown.values()].flatMap(({ resolution: { resolved }, findings: own }) =>
    resolved && !hasErrors(own) && !refused.has(resolved.name) && isSelected(resolved, stack.document) ? [resolved] : [],
  );
  if (read.stack !== undefined && options.models === undefined) {
    const resolved = [...shown.values()].flatMap(({ resolution }) => resolution.resolved ?? []);
    findings.push(...judgeSelection({ stack: stack.resolved, document: read.stack, found: [...shown.keys()], resolved }));
  }
  return {
    ...(hasErrors(stack.findings) ? {} : { platform: deepFreeze({ stack: stack.resolved, models }) }),
    findings,
    origins: makeOrigins(shown),
    files,
  };
}

interface Loaded {
  readonly resolution: ModelResolution;
  readonly documents: Documents;
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
}

interface LoadContext {
  readonly root: string;
  readonly stack: LoadedStack;
  readonly passed: PassedChecks;
  readonly stacks: readonly string[];
}

/** One model through references, artifacts and resolution. */
function loadModel(parsed: Documents['parsed'], documents: Documents, { root, stack, passed, stacks }: LoadContext): Loaded {
  const inline = stack.resolved.identity.kind !== 'embedded' && stack.resolved.artifacts.store === undefined;
  const written = writeOutReferences(root, parsed);
  const artifacts = readArtifacts(parsed, { root, inline });
  const resolution = resolveModel(
    { name: parsed.name, folder: parsed.folder, model: parsed.model.value, contracts: written.contracts, files: artifacts.files },
    {
      stack: stack.resolved,
      stackDocument: stack.document,
      passed,
      ...(stacks.length > 0 ? { stacks } : {}),
      locate: (origin, contract) => placeOfOrigin(origin, contract, documents),
    },
  );
  // What cannot be derived from a file that is no model needs no finding of its own.
  const isUnread = artifacts.findings.some(
    ({ code, message }) =>
      code === artifactFindings.notModel.code || (code === artifactFindings.missing.code && message.includes('.onnx"')),
  );
  const resolved = resolution.findings.filter(
    ({ code, message }) => !(isUnread && code === modelFindings.schemaMissing.code && message.includes(' no "request" and no ')),
  );
  return { resolution, documents, findings: [...written.findings, ...artifacts.findings, ...resolved], files: written.files };
}

interface LoadedStack {
  readonly name: string;
  readonly document: StackDocument;
  readonly resolved: ResolvedStack;
  readonly findings: readonly Finding[];
}

function loadStack(root: string, name: string, parsed: ParsedDocument<StackDocument>): LoadedStack {
  const lock = readImagesLock(root, parsed);
  const resolved = resolveStack(parsed.value, name, lock.digests);
  const stacks = findStacks(root);
  const { after } = parsed.value;
  const way = wayTo(root, name, after);
  const earlier = after === undefined || way.includes(name) ? undefined : readStack(root, after).document;
  const subject = {
    name,
    document: parsed.value,
    resolved,
    ...(earlier ? { after: { document: earlier.value, resolved: resolveStack(earlier.value, after as string) } } : {}),
    stacks,
    way,
    report: reporter((path) => parsed.place(path), { stack: name }),
  };
  return { name, document: parsed.value, resolved, findings: [...lock.findings, ...stackChecks.flatMap((check) => check(subject))] };
}

/** The stacks that come before one, nearest first; ends with the first that has been seen, should they stand in a circle. */
function wayTo(root: string, name: string, after: string | undefined): readonly string[] {
  const way: string[] = [];
  let next = after;
  while (next !== undefined) {
    const seen = next === name || way.includes(next);
    way.push(next);
    next = seen || !findStacks(root).includes(next) ? undefined : readStack(root, next).document?.value.after;
  }
  return way;
}

/**
 * The files and folders, relative to `root`, from which `loadPlatform` reads everything: the same bytes below them give the same result.
 * Nothing where the stack cannot be read.
 */
export function sourcesOf({ root, stack, models }: LoadOptions & { readonly stack: string }): readonly string[] | undefined {
  const document = readStack(root, stack).document?.value;
  const from = models ?? document?.models?.from ?? [stackDefaults.modelsFrom];
  return document && ['stacks', document.images?.lock ?? stackDefaults.imagesLock, ...from];
}
