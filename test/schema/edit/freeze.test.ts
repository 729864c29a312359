import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import { freeze } from '../../../schema/edit';
import { loadPlatform } from '../../../schema/load';
import { withProject } from '../load/project';

test('a frozen one-line model says all that was derived, and means the same', async () => {
  const onnx = readFileSync(join(packageRoot(), 'models/iris/iris.onnx'));
  const source = '# three flowers\nartifact: iris.onnx\n';
  const before = await withProject({ 'models/iris/model.yaml': source, 'models/iris/iris.onnx': onnx }, async (root) =>
    loadPlatform({ root }),
  );
  const full = before.origins.full('iris')?.contracts[0]?.full;
  if (!full) throw new Error('iris did not resolve');
  const edit = freeze({ file: 'models/iris/model.yaml', source, document: { artifact: 'iris.onnx' }, contract: 'v1', full });
  expect(edit.after).toMatch(
    /^# three flowers\nversions:\n {2}1\.0\.0: \{ artifact: \{ uri: iris\.onnx, sha256: "[0-9a-f]{64}" \}, runtime: \{ framework: onnx \} \}\nmethods:\n {2}predict:\n {4}request:\n/,
  );
  const after = await withProject({ 'models/iris/model.yaml': edit.after, 'models/iris/iris.onnx': onnx }, async (root) =>
    loadPlatform({ root }),
  );
  expect(after.findings).toEqual([]);
  const [was, is] = [before, after].map(({ platform }) => platform?.models[0]?.contracts[0]);
  expect({ ...is, versions: [], derived: true }).toEqual({ ...was, versions: [] });
  expect(is?.derived).toBe(false);
});
