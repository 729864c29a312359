import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../core/json';
import { INDEX_FILE, type IndexEntry, type PlanIndex, SyncAnnotation } from './files';
import { LAYERS, type LayerName, layerOfKind } from './layers';
import type { PlanObject } from './plan-object';

/** Reads back the objects that `writePlan` wrote into a folder, without sync waves. Throws when the folder holds no index of kea. */
export function readPlan(folder: string): PlanObject[] {
  return readPlanFrom((path) => readFileSync(join(folder, path), 'utf8'));
}

/** The same from anywhere that answers paths with texts, such as a git revision. */
export function readPlanFrom(read: (path: string) => string): PlanObject[] {
  const index = JSON.parse(read(INDEX_FILE)) as PlanIndex;
  return index.files.map((entry) => planObject(entry, parse(read(entry.path)) as JsonObject));
}

function planObject(entry: IndexEntry, value: JsonObject): PlanObject {
  const { apiVersion, kind, name, namespace, model, path } = entry;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(model === undefined ? {} : { model }),
    layer: layerOfPath(path) ?? layerOfKind(kind),
    value: withoutSyncWave(value),
  };
}

function layerOfPath(path: string): LayerName | undefined {
  const name = /^[0-9]+-([a-z]+)\//.exec(path)?.[1];
  return LAYERS.find((layer) => layer === name);
}

function withoutSyncWave(value: JsonObject): JsonObject {
  const metadata = value['metadata'] as JsonObject;
  const { [SyncAnnotation.wave]: _wave, [SyncAnnotation.options]: _options, ...annotations } = metadata['annotations'] as JsonObject;
  const { annotations: _annotations, ...rest } = metadata;
  return { ...value, metadata: Object.keys(annotations).length > 0 ? { annotations, ...rest } : rest };
}
