import { mergeChange } from '../../../cli/run/reload';
import { model, platform } from '../../schema/openapi/platform';
import type { Finding } from '../../../core/findings/finding';
import type { LoadResult } from '../../../schema/load/index';

function result(models: Parameters<typeof platform>[0], ...findings: Finding[]): LoadResult {
  return { platform: platform(models), findings, origins: {} as LoadResult['origins'], files: [] };
}

function error(about: { readonly model?: string; readonly file?: string }): Finding {
  const { model: name, file } = about;
  return {
    code: 'KEA9999',
    severity: 'error',
    message: '',
    why: '',
    fix: '',
    ...(name ? { model: name } : {}),
    ...(file ? { place: { file } } : {}),
  };
}

const a = model({ name: 'a', folder: 'models/a' });
const b = model({ name: 'b', folder: 'models/b' });
const names = (merged: ReturnType<typeof mergeChange>): readonly string[] | undefined => merged.platform?.models.map(({ name }) => name);

test('a model with errors stays as it was; others change', () => {
  const changed = { ...b, description: 'new' };
  const merged = mergeChange(result([changed], error({ model: 'a' })), platform([a, b]));
  expect(names(merged)).toEqual(['a', 'b']);
  expect(merged.kept).toEqual(['a']);
  expect(merged.platform?.models[1]?.description).toBe('new');
});

test('an error that names only the file counts for the model of its folder', () => {
  expect(mergeChange(result([b], error({ file: 'models/a/v1.yaml' })), platform([a, b])).kept).toEqual(['a']);
});

test('a model that is gone without an error was removed', () => {
  expect(names(mergeChange(result([b]), platform([a, b])))).toEqual(['b']);
});

test('an error of the stack refuses the change whole', () => {
  expect(mergeChange(result([b], error({ file: 'stacks/dev.yaml' })), platform([a])).platform).toBeUndefined();
  expect(mergeChange({ findings: [], origins: {} as LoadResult['origins'], files: [] }, platform([a])).platform).toBeUndefined();
});

test('at the start, models with errors are left out; with errors only there is nothing to start', () => {
  expect(names(mergeChange(result([b], error({ model: 'a' })), undefined))).toEqual(['b']);
  expect(mergeChange(result([], error({ model: 'a' })), undefined).platform).toBeUndefined();
  expect(names(mergeChange(result([]), undefined))).toEqual([]);
});
