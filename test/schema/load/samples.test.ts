import { packageRoot } from '../../../core/package-root';
import { loadPlatform } from '../../../schema/load';

test('the sample models load without a finding', async () => {
  const { findings, platform } = await loadPlatform({ root: packageRoot() });
  expect(findings.filter((each) => each.severity === 'error')).toEqual([]);
  expect(platform?.models.map((model) => model.name)).toEqual(['credit-score', 'iris', 'student-grades', 'text-sentiment']);
});

test('the one-line model file becomes a contract with bounded schemas, read from the graph', async () => {
  const { platform } = await loadPlatform({ root: packageRoot() });
  const iris = platform?.models.find((model) => model.name === 'iris');
  expect(iris).toMatchObject({ owner: 'platform', approvers: ['platform'], description: 'iris', folder: 'models/iris' });
  const contract = iris?.contracts[0];
  expect(contract).toMatchObject({ contract: 'v1', derived: true, routing: { weights: { '1.0.0': 100 } } });
  expect(contract?.versions.map(({ version, framework }) => [version, framework])).toEqual([['1.0.0', 'onnx']]);
  const [method] = contract?.methods ?? [];
  expect(method).toMatchObject({ method: 'predict', roles: ['iris:predict'] });
  expect(method?.request).toMatchObject({
    type: 'object',
    required: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'],
    additionalProperties: false,
    properties: { sepal_length: { type: 'number', minimum: -1e15 } },
  });
  expect(method?.response['properties']).toEqual({
    species: { type: 'string', maxLength: 1000 },
    probabilities: {
      type: 'array',
      minItems: 3,
      maxItems: 3,
      items: { type: 'number' },
    },
  });
  expect(method?.call).toMatchObject({
    kind: 'tensors',
    inputs: [{ tensor: 'sepal_length', datatype: 'FP32', shape: [-1, 1], fields: ['sepal_length'] }, {}, {}, {}],
    outputs: [
      { field: 'species', tensor: 'species', datatype: 'BYTES', shape: [-1] },
      { field: 'probabilities', tensor: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
    ],
  });
});

test('every value of a shown model tells where it came from', async () => {
  const { origins } = await loadPlatform({ root: packageRoot() });
  const values = origins.model('iris')?.contracts[0]?.values ?? [];
  const origin = (path: string): unknown => values.find((each) => each.path.join('/') === path)?.origin;
  expect(origin('versions/1.0.0/artifact/uri')).toEqual({
    kind: 'file',
    place: { file: 'models/iris/model.yaml', line: 1, column: 1, path: 'artifact' },
  });
  expect(origin('versions/1.0.0/runtime/framework')).toEqual({ kind: 'derived', from: "the artifact's name" });
  expect(origin('methods/predict/request')).toEqual({ kind: 'derived', from: "the model's graph" });
  expect(origin('versions/1.0.0/scaling/max')).toEqual({ kind: 'default' });
});
