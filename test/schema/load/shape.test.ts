import type { ReadOptions } from '../../../schema/load/read';
import { findingsOf, shown, type Files } from './project';

const m = (text: string | Uint8Array): Files => ({ 'models/m/model.yaml': text });

type Row = readonly [name: string, files: Files, findings: readonly string[], options?: Omit<ReadOptions, 'root'>];

/** What is written, and exactly what is said about it. */
const table: readonly Row[] = [
  [
    'a misspelt key',
    m('onwer: risk-team\n'),
    [
      'KEA1101 model.yaml:1:1 onwer | "onwer" is no key at the top of the file; allowed: kea, owner, approvers, description, tags, data, cors, artifact, image, runtime, versions, routing, stacks, methods, fronts, grpc, resources, scaling, slo, audit, lifecycle',
    ],
  ],
  [
    'keys that belong elsewhere or nowhere',
    m('timeout: 2s\nfoobarbaz: 1\n'),
    [
      'KEA1101 model.yaml:1:1 timeout | "timeout" is no key at the top of the file; allowed: kea, owner, approvers, description, tags, data, cors, artifact, image, runtime, versions, routing, stacks, methods, fronts, grpc, resources, scaling, slo, audit, lifecycle',
      'KEA1101 model.yaml:2:1 foobarbaz | "foobarbaz" is no key at the top of the file; allowed: kea, owner, approvers, description, tags, data, cors, artifact, image, runtime, versions, routing, stacks, methods, fronts, grpc, resources, scaling, slo, audit, lifecycle',
    ],
  ],
  [
    'values of the wrong kind',
    m('tags: risk\nscaling: { min: "2" }\nowner: 5\ndata: []\n'),
    [
      'KEA1102 model.yaml:1:7 tags | tags is the text "risk", must be a list',
      'KEA1102 model.yaml:2:17 scaling.min | scaling.min is the text "2", must be a whole number',
      'KEA1102 model.yaml:3:8 owner | owner is the number 5, must be a text',
      'KEA1102 model.yaml:4:7 data | data is a list, must be keys with values',
    ],
  ],
  [
    'words that are not allowed',
    m('data: { classification: secrt, risk: 5 }\nkea: v2\n'),
    [
      'KEA1103 model.yaml:1:25 data.classification | data.classification is "secrt"; allowed: public, internal, confidential, restricted',
      'KEA1103 model.yaml:1:38 data.risk | data.risk is 5; allowed: minimal, limited, high',
      'KEA1103 model.yaml:2:6 kea | kea is "v2"; allowed: v1',
    ],
  ],
  [
    'values of the wrong form',
    m('runtime: { loadTime: 30 seconds }\nresources: { memory: 1024, cpu: lots }\nowner: " x"\n'),
    [
      'KEA1104 model.yaml:1:22 runtime.loadTime | runtime.loadTime is "30 seconds", must be a duration such as 250ms, 30s, 10m, 2h or 7d',
      'KEA1102 model.yaml:2:22 resources.memory | resources.memory is the number 1024, must be a size with a unit such as 64Ki, 512Mi or 2Gi',
      'KEA1104 model.yaml:2:33 resources.cpu | resources.cpu is "lots", must be millicores such as 500m, or a number of cores such as 2',
      'KEA1104 model.yaml:3:8 owner | owner is " x", must be letters, digits and any of - _ . : / @, starting with a letter or a digit',
    ],
  ],
  [
    'paths that lead elsewhere, ports that are none, addresses without a host',
    {
      ...m('image: a\nruntime: { framework: container, readyPath: /a//b }\nmethods: { read: { call: { post: /../admin } } }\n'),
      'stacks/prod.yaml':
        'cache: { redis: { external: { address: "redis.infra:99999" } } }\nidentity: { oidc: { issuer: "https://login.example.com:0/x" } }\nartifacts: { allow: ["https://"] }\n',
    },
    [
      'KEA1104 stacks/prod.yaml:1:40 cache.redis.external.address | cache.redis.external.address is "redis.infra:99999", must be host:port, with a port of 1 to 65535',
      'KEA1104 stacks/prod.yaml:2:29 identity.oidc.issuer | identity.oidc.issuer is "https://login.example.com:0/x", must be an address such as https://login.example.com/x',
      'KEA1104 stacks/prod.yaml:3:22 artifacts.allow[0] | artifacts.allow[0] is "https://", must be an address with s3://, https://, oci:// or pvc:// and a name, or with file:///',
      'KEA1104 model.yaml:2:45 runtime.readyPath | runtime.readyPath is "/a//b", must be a path that starts with a slash, without "..", "//", "?", "#" or "%"',
      'KEA1104 model.yaml:3:34 methods.read.call.post | methods.read.call.post is "/../admin", must be a path that starts with a slash, without "..", "//", "?", "#" or "%"',
    ],
    { stack: 'prod' },
  ],
  [
    'values out of range',
    m('scaling: { min: 0, max: 1001 }\ndescription: ""\ntags: []\nruntime: { local: { command: [] } }'),
    [
      'KEA1105 model.yaml:1:17 scaling.min | scaling.min is 0, must be at least 1',
      'KEA1105 model.yaml:1:25 scaling.max | scaling.max is 1001, must be at most 1000',
      'KEA1105 model.yaml:2:14 description | description is an empty text',
      'KEA1105 model.yaml:4:30 runtime.local.command | runtime.local.command has 0 entries, must have at least 1',
    ],
  ],
  [
    'keys that are missing',
    m('methods: { m: { rateLimit: { per: minute }, examples: [{ name: x }] } }'),
    ['KEA1106 model.yaml:1:56 methods.m.examples[0].request | methods.m.examples[0] has no key "request"'],
  ],
  [
    'names of the wrong form',
    m('methods: { Score_It: {}, pin: {} }\nversions: { "1.0": { artifact: a } }'),
    [
      'KEA1107 model.yaml:1:12 methods.Score_It | "Score_It" must be small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2',
      'KEA1107 model.yaml:1:26 methods.pin | "pin" must be small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2',
      'KEA1107 model.yaml:2:13 versions["1.0"] | "1.0" must be MAJOR.MINOR.PATCH such as 1.4.0',
    ],
  ],
  ['a value twice in a list', m('tags: [risk, tabular, risk]\n'), ['KEA1108 model.yaml:1:23 tags[2] | tags holds "risk" twice']],
  [
    'keys in the wrong file',
    { 'models/m/model.yaml': 'owner: a\nmethods: {}\n', 'models/m/v1.yaml': 'owner: risk-team\n' },
    ['KEA1109 model.yaml:2:1 methods | "methods" belongs into v1.yaml', 'KEA1109 v1.yaml:1:1 owner | "owner" belongs into model.yaml'],
  ],
  [
    'keys without a value',
    m('methods:\nowner: ~\nartifact:\nversions:\n  1.0.0:\n'),
    [
      'KEA1110 model.yaml:1:1 methods | methods has no value',
      'KEA1110 model.yaml:2:1 owner | owner has no value',
      'KEA1110 model.yaml:3:1 artifact | artifact has no value',
      'KEA1110 model.yaml:5:3 versions["1.0.0"] | versions["1.0.0"] has no value',
    ],
  ],
  [
    'values that fit no alternative',
    m('artifact: [a]\nmethods: { m: { call: { input: { X: 5 }, output: { y: {tensor: a, columns: 1} } } } }\n'),
    [
      'KEA1102 model.yaml:1:11 artifact | artifact is a list, must be a text or keys with values',
      'KEA1102 model.yaml:2:37 methods.m.call.input.X | methods.m.call.input.X is the number 5, must be a text or a list',
      'KEA1101 model.yaml:2:67 methods.m.call.output.y.columns | "columns" is no key in methods.m.call.output.y; allowed: tensor, column',
    ],
  ],
];

for (const [name, files, findings, options] of table) {
  test(`what a document may not say is refused with its place: ${name}`, async () => {
    expect((await findingsOf(files, options)).map(shown)).toEqual(findings);
  });
}
