import { contractFindings as kind } from '../../core/findings/contract';
import type { Finding } from '../../core/findings/finding';
import { digestOf } from '../../core/digests';
import type { JsonSchema, JsonValue } from '../../core/json';
import { parseBytes } from '../../core/quantities';
import type { Example } from '../generated/model';
import type { FullMethod } from '../resolve/full';
import { isBroken } from './broken';
import { compileSchema, type Misfit } from './validator';
import type { ContractSubject } from './subject';

/** Remembers, by content, what was found right, so that it is not judged again. */
export interface PassedChecks {
  has(digest: string): boolean;
  add(digest: string): void;
}

/** Every example fits its schemas. Without examples the schemas are compiled all the same: they must be usable. */
export function examplesFit({ full, report, passed }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, method]) => [
    ...sideFits('request', name, method, report, passed),
    ...sideFits('response', name, method, report, passed),
  ]);
}

function sideFits(
  side: 'request' | 'response',
  name: string,
  method: FullMethod,
  report: ContractSubject['report'],
  passed: PassedChecks | undefined,
): readonly Finding[] {
  const schema = method[side];
  if (schema === undefined || isBroken(schema)) return [];
  const values = method.examples.map((example) => example[side] ?? null);
  const digest = passed && digestOf(['examples', 1, side, schema, values]);
  if (digest !== undefined && passed?.has(digest)) return [];
  const findings = judge(side, name, schema, method.examples, report);
  if (digest !== undefined && findings.length === 0) passed?.add(digest);
  return findings;
}

function judge(
  side: 'request' | 'response',
  name: string,
  schema: JsonSchema,
  examples: readonly Example[],
  report: ContractSubject['report'],
): readonly Finding[] {
  const compiled = compileSchema(schema);
  if (!compiled.ok)
    return [report(kind.unusable, ['methods', name, side], { message: `the validator refuses the schema: ${compiled.reason}` })];
  return examples.flatMap((example, index) => {
    const value: JsonValue | undefined = example[side];
    if (value === undefined) return [];
    return compiled.validate(value).map((misfit) =>
      report(side === 'request' ? kind.exampleRequest : kind.exampleResponse, ['methods', name, 'examples', index, side, ...misfit.path], {
        message: `example "${example.name}": ${describe(side, misfit)}`,
      }),
    );
  });
}

function describe(side: string, { pointer, message }: Misfit): string {
  return `${side}${pointer} ${message}`;
}

/** Names of examples are unique, tolerances have an answer, bodies are small enough. */
export function examplesMakeSense({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.methods).flatMap(([name, { examples, maxBody }]) => {
    const most = parseBytes(maxBody);
    return examples.flatMap((example, index) => {
      const path = ['methods', name, 'examples', index];
      const size = Buffer.byteLength(JSON.stringify(example.request));
      return [
        ...(examples.findIndex((each) => each.name === example.name) < index
          ? [report(kind.exampleName, [...path, 'name'], { message: `"${example.name}" is the name of an earlier example` })]
          : []),
        ...(example.tolerance !== undefined && example.response === undefined
          ? [report(kind.tolerance, [...path, 'tolerance'], { message: `example "${example.name}" has a "tolerance" and no "response"` })]
          : []),
        ...(most.ok && size > most.value
          ? [
              report(kind.exampleSize, [...path, 'request'], {
                message: `example "${example.name}" has ${size} bytes, and "maxBody" is ${maxBody}`,
              }),
            ]
          : []),
      ];
    });
  });
}
