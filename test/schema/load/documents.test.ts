import type { ReadOptions } from '../../../schema/load/read';
import { findingsOf, shown, type Files } from './project';

const m = (text: string | Uint8Array): Files => ({ 'models/m/model.yaml': text });

type Row = readonly [name: string, files: Files, findings: readonly string[], options?: Omit<ReadOptions, 'root'>];

/** What is written, and exactly what is said about it. */
const table: readonly Row[] = [
  [
    'a file over the limit',
    m('# ' + 'x'.repeat(1024 * 1024)),
    ['KEA1002 model.yaml | the file has 1048578 bytes; at most 1048576 are read'],
  ],
  ['a folder called model.yaml', { 'models/m/model.yaml/x': '' }, ['KEA1001 model.yaml | it is no file']],
  ['a byte-order mark', m('\ufeffartifact: m.onnx\n'), ['KEA1003 model.yaml:1:1 | the file begins with a byte-order mark']],
  ['UTF-16', m(new Uint8Array([0xff, 0xfe, 0x61, 0])), ['KEA1003 model.yaml:1:1 | the file is UTF-16']],
  ['Latin-1', m(new Uint8Array([0x61, 0x3a, 0x20, 0xe9, 0x0a])), ['KEA1004 model.yaml:1:5 | byte 4 is not part of any UTF-8 character']],
  ['a NUL', m('owner: a\u0000b\n'), ['KEA1005 model.yaml:1:9 | the character U+0000 may not stand in a document']],
  ['half a surrogate pair by escape', m('owner: "\\uD800"\n'), ['KEA1005 model.yaml:1:8 owner | the text holds half of a surrogate pair']],
  [
    'a linked file outside',
    { 'elsewhere.yaml': 'owner: a', 'models/m/model.yaml': { link: '../../elsewhere.yaml' } },
    ['KEA1006 model.yaml | "models/m/model.yaml" leads outside "models/m"'],
  ],
  [
    'a linked folder outside',
    { 'elsewhere/model.yaml': 'owner: a', 'models/m': { link: '../elsewhere' } },
    ['KEA1006 models/m | the link "m" leads outside "models"'],
  ],
  [
    'a brace that is not closed',
    m('methods: { score: { timeout: 2s }\n'),
    ['KEA1007 model.yaml:2:1 | flow map in block collection must be sufficiently indented and end with a }'],
  ],
  ['a tab as indentation', m('methods:\n\tscore: {}\n'), ['KEA1008 model.yaml:2:1 | a tab stands where spaces are needed']],
  ['two documents', m('owner: a\n---\nowner: b\n'), ['KEA1009 model.yaml:2:1 | the file holds 2 documents']],
  [
    'a key written twice',
    m('owner: a\ndescription: x\nowner: b\n'),
    ['KEA1010 model.yaml:3:1 owner | the key "owner" stands here a second time'],
  ],
  [
    'a number as a key',
    m('versions: { 1.0: { artifact: m.onnx } }'),
    ['KEA1011 model.yaml:1:13 versions["1.0"] | the key 1.0 is a number, must be a text'],
  ],
  ['a list as a key', m('? [a]\n: b\n'), ['KEA1011 model.yaml:1:3 | a list stands as a key']],
  ['nothing as a key', m(': b\n'), ['KEA1011 model.yaml:1:1 [""] | the key is empty, must be a text']],
  ['__proto__', m('methods: { __proto__: {} }'), ['KEA1012 model.yaml:1:12 methods | the key "__proto__" is reserved']],
  [
    'a merge key',
    m('methods:\n  a: &a { timeout: 2s }\n  b: { <<: *a }\n'),
    ['KEA1013 model.yaml:3:8 methods.b | the key "<<" would merge another mapping'],
  ],
  ['a tag', m('owner: !!str 5\n'), ['KEA1014 model.yaml:1:8 | the tag "!!str" is not read']],
  ['a directive', m('%YAML 1.1\n---\nowner: a\n'), ['KEA1014 model.yaml:1:1 | the directive "%YAML 1.1" is not read']],
  [
    'an alias inside its anchor',
    m('tags: &a [*a]\n'),
    ['KEA1015 model.yaml:1:11 tags[0] | the alias "*a" has no finished anchor before it'],
  ],
  ['10,000 open brackets', m('['.repeat(10000)), ['KEA1016 model.yaml:1:301 | more than 100 levels']],
  [
    '1,000 levels of indentation',
    m(Array.from({ length: 1000 }, (_, i) => ' '.repeat(i) + 'a:').join('\n')),
    ['KEA1016 model.yaml:300:301 | more than 100 levels'],
  ],
  ['105 lists in one another', m('a: ' + '['.repeat(105) + ']'.repeat(105)), ['KEA1016 model.yaml:1:104 | more than 100 levels']],
  [
    'a billion laughs',
    m(
      'tags:\n  - &a [x, x, x, x, x, x, x, x, x, x]\n' +
        'abcdefg'
          .split('')
          .slice(1)
          .map(
            (c, i) =>
              `  - &${c} [${Array(10)
                .fill('*' + 'abcdefg'[i])
                .join(', ')}]\n`,
          )
          .join(''),
    ),
    ['KEA1015 model.yaml:5:37 tags[3][7] | the aliases of this file add more than 10000 values'],
  ],
  ['Norway', m('tags: [risk, no]\n'), ['KEA1017 model.yaml:1:14 tags[1] | no is a boolean to some readers and a text to others']],
  [
    'an octal number',
    m('scaling: { min: 0777 }\n'),
    ['KEA1018 model.yaml:1:17 scaling.min | 0777 is read differently by different readers'],
  ],
  [
    'a sexagesimal number',
    m('description: 12:30:45\n'),
    ['KEA1018 model.yaml:1:14 description | 12:30:45 is read differently by different readers'],
  ],
  [
    'an exponent without point and sign',
    m('scaling: { max: 1e3 }\n'),
    ['KEA1018 model.yaml:1:17 scaling.max | 1e3 is read differently by different readers'],
  ],
  [
    'a digest of digits',
    m('artifact: { uri: m.onnx, sha256: 1234567890123456789012345678901234567890123456789012345678901234 }\n'),
    ['KEA1019 model.yaml:1:34 artifact.sha256 | 123456789012345678901234567890123456789012345678901234567… is read as a number'],
  ],
  [
    'a digest of digits and one e',
    m('artifact: { uri: m.onnx, sha256: 12345678901234567890123456789e1234567890123456789012345678901234 }\n'),
    ['KEA1019 model.yaml:1:34 artifact.sha256 | 12345678901234567890123456789e123456789012345678901234567… is read as a number'],
  ],
  [
    'a number beyond 2^53',
    m('scaling: { max: 9007199254740993 }\n'),
    ['KEA1020 model.yaml:1:17 scaling.max | 9007199254740993 is no number that JSON can carry'],
  ],
  ['infinity', m('scaling: { max: .inf }\n'), ['KEA1020 model.yaml:1:17 scaling.max | .inf is no number that JSON can carry']],
  [
    'a date',
    m('lifecycle: { sunset: 2027-06-30 }\n'),
    ['KEA1021 model.yaml:1:22 lifecycle.sunset | 2027-06-30 is a date to some readers and a text to others'],
  ],
  ['only a comment', m('# nothing\n'), ['KEA1022 model.yaml:1:1 | the file holds no key']],
  ['a list at the top', m('- artifact: m.onnx\n'), ['KEA1023 model.yaml:1:1 | the file holds a list, must hold keys']],
  ['no models folder', { x: '' }, ['KEA1030 models | the folder "models" does not exist']],
  ['no model', { 'models/x/readme.md': '' }, ['KEA1031 models | no model.yaml below models']],
  [
    'two models of one name',
    { 'models/a/m/model.yaml': 'artifact: m.onnx', 'models/b/m/model.yaml': 'artifact: m.onnx' },
    ['KEA1032 models/b/m/model.yaml | the name "m" is taken by models/a/m'],
  ],
  [
    'a folder name that no DNS takes',
    { 'models/My_Model/model.yaml': 'artifact: m.onnx' },
    [
      'KEA1033 models/My_Model/model.yaml | "My_Model" must be small letters, digits and hyphens, starting with a letter and not ending with a hyphen',
    ],
  ],
  [
    'a model five levels down',
    { 'models/a/b/c/d/e/model.yaml': 'artifact: m.onnx' },
    ['KEA1034 models/a/b/c/d/e/model.yaml | the model stands 5 levels down, at most 4 are searched'],
  ],
  [
    'v1.yml',
    { 'models/m/model.yaml': 'owner: a', 'models/m/v1.yml': 'artifact: m.onnx' },
    ['KEA1035 v1.yml | "v1.yml" is not read; did you mean "v1.yaml"?'],
  ],
  [
    'a model in a model',
    { 'models/m/model.yaml': 'artifact: m.onnx', 'models/m/n/model.yaml': 'artifact: m.onnx' },
    ['KEA1036 n/model.yaml | the model stands inside the model "models/m"'],
  ],
  [
    'a misspelt stack',
    { 'models/m/model.yaml': 'artifact: m.onnx', 'stacks/prod.yaml': '' },
    ['KEA1037 stacks/prd.yaml | there is no stacks/prd.yaml; there are: prod'],
    { stack: 'prd' },
  ],
  [
    'an empty stack file',
    { 'models/m/model.yaml': 'artifact: m.onnx', 'stacks/prod.yaml': '' },
    ['KEA1022 stacks/prod.yaml:1:1 | the file holds no key'],
    { stack: 'prod' },
  ],
  [
    'a stack name with a path',
    { 'models/m/model.yaml': 'artifact: m.onnx' },
    ['KEA1038 - | "../x" must be small letters, digits and hyphens, starting with a letter and not ending with a hyphen'],
    { stack: '../x' },
  ],
  [
    'a models folder outside the project',
    { 'models/m/model.yaml': 'artifact: m.onnx', 'stacks/prod.yaml': 'models: { from: [a/../..] }' },
    ['KEA1006 a/../.. | the folder "a/../.." is outside the project'],
    { stack: 'prod' },
  ],
];

for (const [name, files, findings, options] of table) {
  test(`what cannot be read, or not in one way only, is refused with its place: ${name}`, async () => {
    expect((await findingsOf(files, options)).map(shown)).toEqual(findings);
  });
}
