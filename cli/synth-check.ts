import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INDEX_FILE, kustomizationPaths, planFiles, type PlanIndex } from '../constructs/plan/files';
import type { Plan } from '../constructs/plan/plan-object';
import { cliFindings } from '../core/findings/cli';
import { finding, type Finding } from '../core/findings/finding';
import { byBytes } from '../core/order';

/** What writing the plan into the folder would change, as findings; touches nothing. */
export function wouldWrite(plan: Pick<Plan, 'objects'>, folder: string): readonly Finding[] {
  const { objects, index, kustomizations } = planFiles(plan);
  const wanted = new Map([...objects, ...kustomizations, index].map((file) => [file.path, file.text]));
  const say = (path: string, what: string): [string, string] => [path, what];
  const written = [...wanted].flatMap(([path, text]) => {
    const file = join(folder, path);
    if (!existsSync(file)) return [say(path, 'added')];
    return readFileSync(file, 'utf8') === text ? [] : [say(path, 'changed')];
  });
  const stale = indexed(folder)
    .filter((path) => !wanted.has(path) && existsSync(join(folder, path)))
    .map((path) => say(path, 'removed'));
  return [...written, ...stale]
    .sort(([a], [b]) => byBytes(a, b))
    .map(([path, what]) => finding(cliFindings.wouldChange, { message: `${path} would be ${what}` }));
}

/** Files that an earlier synth wrote. */
function indexed(folder: string): readonly string[] {
  try {
    const index = JSON.parse(readFileSync(join(folder, INDEX_FILE), 'utf8')) as PlanIndex;
    const paths = index.files.map((entry) => entry.path);
    return [...paths, ...kustomizationPaths(paths)];
  } catch {
    return [];
  }
}
