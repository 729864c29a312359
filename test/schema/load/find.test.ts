import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { findModels, findStacks } from '../../../schema/load/find';
import { readDocuments } from '../../../schema/load/read';
import { withProject } from './project';

test('models are found in team folders, in byte order of name, over several models folders', async () => {
  const files = {
    'models/b/model.yaml': 'artifact: m.onnx',
    'models/team/area/group/c/model.yaml': 'artifact: m.onnx',
    'more/a/model.yaml': 'owner: x',
    'more/a/v10.yaml': 'artifact: m.onnx',
    'more/a/v2.yaml': 'artifact: m.onnx',
    'more/a/notes.yaml': 'not ours',
    'models/.hidden/d/model.yaml': 'artifact: m.onnx',
    'models/node_modules/e/model.yaml': 'artifact: m.onnx',
  };
  const { models, findings } = await withProject(files, (root) => findModels(root, ['models', 'more']));
  expect(findings).toEqual([]);
  expect(models.map((model) => [model.name, model.folder, model.contracts.map((each) => each.contract)])).toEqual([
    ['a', 'more/a', ['v2', 'v10']],
    ['b', 'models/b', []],
    ['c', 'models/team/area/group/c', []],
  ]);
});

test('a link inside the models folder is followed once, and a link that turns in a circle ends', async () => {
  const files = { 'models/a/model.yaml': 'artifact: m.onnx', 'models/again': { link: 'a' }, 'models/a/loop': { link: '..' } };
  const { models, findings } = await withProject(files, (root) => findModels(root, ['models']));
  expect(findings).toEqual([]);
  expect(models.map((model) => model.folder)).toEqual(['models/a']);
});

test('stacks are the YAML files of their folder', async () => {
  const files = { 'stacks/prod.yaml': '', 'stacks/dev.yaml': '', 'stacks/index.ts': '', 'stacks/bridge/x.yaml': '' };
  expect(await withProject(files, findStacks)).toEqual(['dev', 'prod']);
  expect(await withProject({ x: '' }, findStacks)).toEqual([]);
});

test('the stack says where models are, the caller may say otherwise', async () => {
  const files = { 'a/m/model.yaml': 'artifact: m.onnx', 'b/n/model.yaml': 'artifact: m.onnx', 'stacks/s.yaml': 'models: { from: [a] }' };
  await withProject(files, async (root) => {
    expect((await readDocuments({ root, stack: 's' })).models.map((model) => model.name)).toEqual(['m']);
    expect((await readDocuments({ root, stack: 's', models: ['b'] })).models.map((model) => model.name)).toEqual(['n']);
  });
});

test('a broken model does not keep the others from being read, and says whose finding it is', async () => {
  const files = { 'models/good/model.yaml': 'artifact: m.onnx', 'models/bad/model.yaml': 'onwer: x', 'models/bad/v1.yaml': 'a: [' };
  const read = await withProject(files, (root) => readDocuments({ root }));
  expect(read.models.map((model) => model.name)).toEqual(['good']);
  expect(read.findings.map((each) => [each.code, each.model])).toEqual([
    ['KEA1101', 'bad'],
    ['KEA1007', 'bad'],
  ]);
  expect(read.files).toEqual(['models/bad/model.yaml', 'models/bad/v1.yaml', 'models/good/model.yaml']);
});

test('a one-file model serves the contract that its versions name', async () => {
  const files = { 'models/m/model.yaml': 'versions: { 3.1.0: { artifact: m.onnx } }', 'models/n/model.yaml': 'artifact: m.onnx' };
  const read = await withProject(files, (root) => readDocuments({ root }));
  expect(read.models.map((model) => [...model.contracts.keys()])).toEqual([['v3'], ['v1']]);
  expect(read.models[0]?.contracts.get('v3')).toBe(read.models[0]?.model);
});

test('what looks like a model or a stack and is not read is said', async () => {
  const files = {
    'models/good/model.yaml': 'artifact: m.onnx',
    'models/good/artifacts/1.onnx': '',
    'models/suffix/model.yml': 'artifact: m.onnx',
    'models/half/v1.yaml': 'artifact: m.onnx',
    'models/forgotten/m.onnx': '',
    'models/team/README.md': '',
    'stacks/prod.yml': '',
  };
  const { findings } = await withProject(files, (root) => readDocuments({ root }));
  expect(findings.map(({ code, place, message }) => `${code} ${place?.file} ${message}`)).toEqual([
    'KEA1035 stacks/prod.yml "prod.yml" is not read; did you mean "prod.yaml"?',
    'KEA1035 models/forgotten/m.onnx "m.onnx" stands in a folder that has no model.yaml',
    'KEA1035 models/half/v1.yaml "v1.yaml" stands in a folder that has no model.yaml',
    'KEA1035 models/suffix/model.yml "model.yml" is not read; did you mean "model.yaml"?',
  ]);
});

test('links that lead to themselves, and a stacks that is a file, end with findings', async () => {
  const files = { 'models/m/model.yaml': { link: 'model.yaml' }, 'models/n/loop': { link: 'loop' }, stacks: 'x' };
  const { findings } = await withProject(files, (root) => readDocuments({ root }));
  expect(findings.map(({ code, place }) => `${code} ${place?.file}`)).toEqual(['KEA1001 stacks', 'KEA1001 models/m/model.yaml']);
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('a pipe is no document, and nobody waits for it', async () => {
  const { findings } = await withProject({ 'models/m/README.md': '' }, (root) => {
    execFileSync('mkfifo', [`${root}/models/m/model.yaml`]);
    return readDocuments({ root });
  });
  expect(findings.map(({ message }) => message)).toEqual(['it is no file']);
});

onLinux('a folder whose name is not UTF-8 is a finding', async () => {
  const { findings } = await withProject({ 'models/m/model.yaml': 'artifact: m.onnx' }, (root) => {
    mkdirSync(Buffer.concat([Buffer.from(`${root}/models/n`), Buffer.from([0xff])]));
    return readDocuments({ root });
  });
  expect(findings.map(({ code }) => code)).toEqual(['KEA1001']);
});
