import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../../core/package-root';
import { parseDocument } from '../../../schema/load/parse';
import { validateDocument } from '../../../schema/load/validate';
import { findingsOf } from './project';

/** Reading and judging any bytes at all ends with findings that have a place. */
function survive(kind: 'model' | 'contract' | 'stack', bytes: Uint8Array): void {
  const parsed = parseDocument(kind, 'x.yaml', bytes);
  const findings = [...parsed.findings, ...(parsed.usable ? validateDocument(parsed.document, parsed.suspects) : [])];
  for (const finding of findings) {
    expect(finding.code).toMatch(/^KEA1[01][0-9]{2}$/);
    expect(finding.place?.file).toBe('x.yaml');
    expect(finding.message).not.toMatch(/undefined|\[object|NaN/);
    if (finding.place?.line !== undefined) expect(finding.place.line).toBeGreaterThan(0);
  }
  if (!parsed.usable) expect(findings.length).toBeGreaterThan(0);
}

const kinds = fc.constantFrom('model' as const, 'contract' as const, 'stack' as const);
const samples = [
  'models/risk/credit-score/v1.yaml',
  'models/risk/credit-score/model.yaml',
  'models/education/student-grades/model.yaml',
  'stacks/prod.yaml',
].map((path) => readFileSync(join(packageRoot(), path)));

test('any bytes end with findings', () => {
  fc.assert(fc.property(kinds, fc.uint8Array({ maxLength: 300 }), survive), { numRuns: 500 });
});

test("any text of YAML's own characters ends with findings", () => {
  const text = fc.string({ unit: fc.constantFrom(...'a:-? \n\t[]{}&*!|>\'"%@`#,0.1~<=_/\\éx'), maxLength: 200 });
  fc.assert(
    fc.property(kinds, text, (kind, given) => survive(kind, Buffer.from(given))),
    { numRuns: 2000 },
  );
});

test('any mutation of a valid file ends with findings or with a valid file', () => {
  const edit = fc.tuple(
    fc.nat(),
    fc.nat({ max: 12 }),
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(
        ...['\t', ': ', '- ', '&a ', '*a', '<<: ', '!!x ', '"', '\n---\n', '{', ']', 'no', '1e3'].map(
          (text) => new Uint8Array(Buffer.from(text)),
        ),
      ),
    ),
  );
  fc.assert(
    fc.property(kinds, fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 }), (kind, sample, edits) => {
      const bytes = edits.reduce<Uint8Array>((before, [at, cut, insert]) => {
        const start = at % (before.length + 1);
        return Buffer.concat([before.subarray(0, start), insert, before.subarray(Math.min(before.length, start + cut))]);
      }, sample);
      survive(kind, bytes);
    }),
    { numRuns: 1500 },
  );
});

test('any value at any key of a valid file is judged, and a schema of any shape as well', async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(value, value, async (request, other) => {
      const document = { methods: { m: { request, response: other, call: other } }, versions: { '1.0.0': request }, scaling: other };
      await findingsOf({
        'models/m/model.yaml': JSON.stringify(document),
        'models/n/model.yaml': JSON.stringify({ methods: { m: { request: { properties: request, $ref: 'a.json' } } } }),
        'models/n/a.json': JSON.stringify(other),
      });
    }),
    { numRuns: 200 },
  );
});
