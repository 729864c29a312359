import Ajv from 'ajv';
import type { ReportedFinding } from '../../../cli/print/format';
import { renderGithub } from '../../../cli/print/github';
import { renderSarif } from '../../../cli/print/sarif';
import { renderText } from '../../../cli/print/text';

const FINDING: ReportedFinding = {
  code: 'KEA1010',
  severity: 'error',
  message: '"scal: ing" is 100%\nunknown',
  place: { file: 'models/a,b:c/model.yaml', line: 2, column: 3, path: 'scaling.mx' },
  why: 'unknown keys are errors',
  fix: 'did you mean "max"?',
};

test('text shows place, reason, fix and the line', () => {
  const source = () => 'scaling:\n  mx: 3\n';
  expect(renderText([FINDING], { colour: false, source })).toBe(`error KEA1010 models/a,b:c/model.yaml:2:3  scaling.mx
  "scal: ing" is 100%
unknown
  why  unknown keys are errors
  fix  did you mean "max"?
      1 | scaling:
    > 2 |   mx: 3`);
});

test('escape sequences in a file do not reach the terminal', () => {
  const evil = { ...FINDING, message: 'red \u001b[31m and right-to-left \u202e' };
  const text = renderText([evil], { colour: false, source: () => 'x\n\u001b]0;owned\u0007\n' });
  expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  expect(text).toContain('red \\u001b[31m');
});

test('text is capped, with errors kept before notes', () => {
  const notes = Array.from({ length: 60 }, (_, line): ReportedFinding => ({ ...FINDING, severity: 'note', place: { file: 'a', line } }));
  const text = renderText([...notes, FINDING], { colour: false, source: () => undefined });
  expect(text).toContain('error KEA1010 models/a,b:c/model.yaml:2:3');
  expect(text).toContain('… and 11 findings more of 1 error, 60 notes: --output json prints all');
});

test('GitHub commands escape what would end or split them', () => {
  expect(renderGithub([FINDING])).toBe(
    '::error file=models/a%2Cb%3Ac/model.yaml,line=2,col=3,title=KEA1010 scaling.mx::"scal: ing" is 100%25%0Aunknown%0Awhy: unknown keys are errors%0Afix: did you mean "max"?',
  );
});

test('SARIF names rule, level and region, and holds what the standard demands', () => {
  const kind = { code: 'KEA1010', severity: 'error' as const, title: 'unknown key', why: 'w', fix: 'f', explanation: 'e' };
  const sarif = JSON.parse(renderSarif([FINDING, { ...FINDING, code: 'KEA9999', severity: 'note' }], [kind], '0.1.0'));
  expect(sarif.runs[0].results[0]).toMatchObject({
    ruleId: 'KEA1010',
    ruleIndex: 0,
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'models/a%2Cb%3Ac/model.yaml', uriBaseId: 'PROJECT' },
          region: { startLine: 2, startColumn: 3 },
        },
      },
    ],
  });
  expect(sarif.runs[0].results[1]).not.toHaveProperty('ruleIndex');
  const validate = new Ajv({ strict: false }).compile(SARIF_CORE);
  expect(validate(sarif) ? [] : validate.errors).toEqual([]);
});

/** The demands of SARIF 2.1.0 (OASIS, §3) on the parts that KEA writes. */
const SARIF_CORE = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: { rules: { type: 'array', uniqueItems: true, items: { required: ['id'] } } },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              properties: {
                level: { enum: ['none', 'note', 'warning', 'error'] },
                ruleIndex: { type: 'integer', minimum: 0 },
                message: { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } },
                locations: {
                  type: 'array',
                  items: {
                    properties: {
                      physicalLocation: {
                        properties: { region: { properties: { startLine: { minimum: 1 }, startColumn: { minimum: 1 } } } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
