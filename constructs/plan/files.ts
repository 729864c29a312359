import { sha256Hex } from '../../core/digests';
import { byBytes } from '../../core/order';
import type { JsonObject } from '../../core/json';
import { layerFolder, syncWave } from './layers';
import type { Plan, PlanObject } from './plan-object';
import { toYaml } from './yaml';

/** One file of a written plan; `path` relative to the output folder, with `/`. */
export interface PlanFile {
  readonly path: string;
  readonly text: string;
}

/** Entry of the index, which says what kea wrote. */
export interface IndexEntry {
  readonly path: string;
  readonly sha256: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly model?: string;
}

/** The index of a written plan: the files that belong to kea, in the order of application. */
export interface PlanIndex {
  readonly format: 1;
  readonly files: readonly IndexEntry[];
}

export const INDEX_FILE = 'kea-index.json';
const KUSTOMIZATION_FILE = 'kustomization.yaml';
/** Names of the files under way: killed between two of them, the next run knows what is its own. */
export const JOURNAL_FILE = 'kea-index.next';

/** Annotations of written files that are no part of the plan. */
export const SyncAnnotation = { options: 'argocd.argoproj.io/sync-options', wave: 'argocd.argoproj.io/sync-wave' } as const;

/** First line of every file. */
const HEADER = '# Written by kea synth. Change the model file or the stack file instead.\n';

/** Folder of objects that have no namespace. */
const CLUSTER_FOLDER = '_cluster';

/** Path of an object's file: `60-workloads/kea-models/deployment-credit-score-v1-4-0.yaml`. */
export function objectPath(object: PlanObject): string {
  return `${layerFolder(object.layer)}/${object.namespace ?? CLUSTER_FOLDER}/${object.kind.toLowerCase()}-${object.name}.yaml`;
}

/** Text of an object's file. */
export function objectText(object: PlanObject): string {
  return HEADER + toYaml(withSyncWave(object));
}

/** What the index says of an object's file. */
export function indexEntry(object: PlanObject, text: string): IndexEntry {
  return {
    path: objectPath(object),
    sha256: sha256Hex(text),
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.name,
    ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    ...(object.model === undefined ? {} : { model: object.model }),
  };
}

/** The files that list the others: the index, and a kustomization of each layer with one above them all. */
export function listFiles(entries: readonly IndexEntry[]): { readonly index: PlanFile; readonly kustomizations: readonly PlanFile[] } {
  const layers = [...new Set(entries.map(({ path }) => topFolder(path)))];
  return {
    kustomizations: [
      kustomization('', layers),
      ...layers.map((layer) =>
        kustomization(
          `${layer}/`,
          entries.filter(({ path }) => path.startsWith(`${layer}/`)).map(({ path }) => path.slice(layer.length + 1)),
        ),
      ),
    ],
    index: { path: INDEX_FILE, text: indexText({ format: 1, files: entries }) },
  };
}

/** Paths of the kustomizations beside the files of an index. */
export function kustomizationPaths(paths: readonly string[]): readonly string[] {
  return [KUSTOMIZATION_FILE, ...[...new Set(paths.map(topFolder))].map((layer) => `${layer}/${KUSTOMIZATION_FILE}`)];
}

/** Files that a plan is written as, the index not counted. */
export function countFiles(plan: Pick<Plan, 'objects'>): number {
  return plan.objects.length + kustomizationPaths(plan.objects.map(objectPath)).length;
}

function topFolder(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

function kustomization(folder: string, resources: readonly string[]): PlanFile {
  const value: JsonObject = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
  return { path: folder + KUSTOMIZATION_FILE, text: HEADER + toYaml(value) };
}

/** Everything that a plan writes, in order: one file an object, then kustomizations and index. The same plan gives the same bytes. */
export function planFiles(plan: Pick<Plan, 'objects'>): {
  readonly objects: readonly PlanFile[];
  readonly index: PlanFile;
  readonly kustomizations: readonly PlanFile[];
} {
  const objects = plan.objects.map((object) => ({ path: objectPath(object), text: objectText(object) }));
  return { objects, ...listFiles(plan.objects.map((object, at) => indexEntry(object, objects[at]?.text ?? ''))) };
}

/** One line an entry, so that a change of one model is a change of its lines. */
function indexText(index: PlanIndex): string {
  const lines = index.files.map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n  "format": 1,\n  "files": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** Argo CD applies wave by wave, and removes at the end, once all that stays is healthy; Flux and kubectl do not mind the annotations. */
function withSyncWave(object: PlanObject): JsonObject {
  const metadata = object.value['metadata'] as JsonObject;
  const annotations = {
    ...(metadata['annotations'] as JsonObject | undefined),
    [SyncAnnotation.options]: 'PruneLast=true',
    [SyncAnnotation.wave]: String(syncWave(object.layer)),
  };
  const sorted = Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => byBytes(a, b)));
  return { ...object.value, metadata: { annotations: sorted, ...without(metadata, 'annotations') } };
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _dropped, ...rest } = object;
  return rest;
}
