import type { ReadOptions } from '../../../schema/load/read';
import { findingsOf, shown, type Files } from './project';

const m = (text: string | Uint8Array): Files => ({ 'models/m/model.yaml': text });

type Row = readonly [name: string, files: Files, findings: readonly string[], options?: Omit<ReadOptions, 'root'>];

/** What is written, and exactly what is said about it. */
const table: readonly Row[] = [
  [
    'an address',
    m('methods: { m: { request: { $ref: "https://example.com/s.json" } } }'),
    ['KEA1050 model.yaml:1:28 methods.m.request.$ref | "https://example.com/s.json" is an address'],
  ],
  [
    'a path with ..',
    m('methods: { m: { request: { $ref: ../other/s.json } } }'),
    ['KEA1051 model.yaml:1:28 methods.m.request.$ref | "../other/s.json" leads outside models/m'],
  ],
  [
    'a file that is missing',
    m('methods: { m: { request: { $ref: nowhere.json } } }'),
    ['KEA1052 model.yaml:1:28 methods.m.request.$ref | there is no file "nowhere.json"'],
  ],
  [
    'a pointer to nothing',
    m('methods: { m: { request: { $ref: "#/$defs/nowhere" } } }'),
    ['KEA1053 model.yaml:1:28 methods.m.request.$ref | there is nothing at "#/$defs/nowhere" in this schema'],
  ],
  [
    'a cycle in one schema',
    m('methods: { m: { request: { $defs: { a: { properties: { b: { $ref: "#/$defs/a" } } } }, $ref: "#/$defs/a" } } }'),
    ['KEA1054 model.yaml:1:61 methods.m.request.$defs.a.properties.b.$ref | following "#/$defs/a" leads back to itself'],
  ],
  [
    'a cycle over two files',
    {
      ...m('methods: { m: { request: { $ref: a.json } } }'),
      'models/m/a.json': '{"items": {"$ref": "b.json"}}',
      'models/m/b.json': '{\n  "items": {"$ref": "a.json"}}',
    },
    ['KEA1054 b.json:2:13 items.$ref | following "a.json" leads back to itself'],
  ],
  [
    'the root itself',
    m('methods: { m: { request: { items: { $ref: "#" } } } }'),
    ['KEA1054 model.yaml:1:37 methods.m.request.items.$ref | following "#" leads back to itself'],
  ],
  [
    'references that double 17 times',
    m(
      `methods: { m: { request: { $defs: { a: { type: string }, ${'bcdefghijklmnopq'
        .split('')
        .map(
          (c, i) =>
            `${c}: { properties: { x: { $ref: "#/$defs/${'abcdefghijklmnopq'[i]}" }, y: { $ref: "#/$defs/${'abcdefghijklmnopq'[i]}" } } }`,
        )
        .join(', ')} }, $ref: "#/$defs/q" } } }`,
    ),
    ['KEA1055 model.yaml:1:37 methods.m.request.$defs.a | more than 20000 values'],
  ],
  [
    'a dynamic reference',
    m('methods: { m: { request: { $dynamicRef: "#x" } } }'),
    ['KEA1056 model.yaml:1:28 methods.m.request.$dynamicRef | "$dynamicRef" cannot be written out'],
  ],
  [
    'an anchor',
    m('methods: { m: { request: { $ref: "#x" } } }'),
    ['KEA1056 model.yaml:1:28 methods.m.request.$ref | "#x" names an anchor'],
  ],
  [
    'keywords with wrong values',
    m('methods: { m: { request: { type: objekt, maxlength: 3, items: [], minLength: -1, pattern: "(" } } }'),
    [
      'KEA1057 model.yaml:1:28 methods.m.request.type | "type" is "objekt", must be one of null, boolean, object, array, number, integer, string, or a list of them',
      'KEA1057 model.yaml:1:42 methods.m.request.maxlength | "maxlength" is no keyword of JSON Schema 2020-12',
      'KEA1057 model.yaml:1:56 methods.m.request.items | "items" must be a schema',
      'KEA1057 model.yaml:1:67 methods.m.request.minLength | "minLength" is -1, must be a whole number from 0',
      'KEA1057 model.yaml:1:82 methods.m.request.pattern | "pattern" is "(", must be a regular expression',
    ],
  ],
  [
    'a trailing comma',
    { ...m('methods: { m: { request: { $ref: a.json } } }'), 'models/m/a.json': '{\n  "type": "object",\n}' },
    ['KEA1058 a.json:3:1 | the text is not JSON (RFC 8259)'],
  ],
  [
    'a JSON key written twice',
    { ...m('methods: { m: { request: { $ref: a.json } } }'), 'models/m/a.json': '{\n  "type": "object",\n  "type": "string"\n}' },
    ['KEA1058 a.json:2:3 type | an object has the same key twice'],
  ],
  [
    'another suffix',
    m('methods: { m: { request: { $ref: schema.txt } } }'),
    ['KEA1059 model.yaml:1:28 methods.m.request.$ref | "schema.txt" does not end in .json, .yaml or .yml'],
  ],
];

for (const [name, files, findings, options] of table) {
  test(`references that cannot be written out are refused with their place: ${name}`, async () => {
    expect((await findingsOf(files, options)).map(shown)).toEqual(findings);
  });
}
