import { FRONTS } from '../../core/contract/fronts';
import { FRAMEWORKS, grpcPortOf } from '../../core/contract/protocols';
import type { Finding } from '../../core/findings/finding';
import { modelFindings as kind } from '../../core/findings/model';
import { nearest } from '../../core/names';
import { frontOf } from '../resolve/derived';
import { quoted, type ContractSubject } from './subject';

/** A standard path stands for a method that is there and takes what its clients send. */
export function frontsFit({ full, report }: ContractSubject): readonly Finding[] {
  return FRONTS.flatMap((front) => {
    const name = full.fronts[front];
    if (name === undefined) return [];
    const method = full.methods[name];
    if (method?.call !== undefined && frontOf(method.call) === front) return [];
    const fitting = Object.keys(full.methods).filter((each) => frontOf(full.methods[each]?.call ?? {}) === front);
    const close = nearest(name, fitting);
    const what = front === 'infer' ? 'bound to tensors' : `with that operation of the OpenAI API`;
    const problem = method === undefined ? 'is no method of this contract' : `is not ${what}`;
    return [
      report(kind.frontMethod, ['fronts', front], {
        message: `"${name}" ${problem}; methods ${what}: ${quoted(fitting) || 'none'}`,
        ...(close === undefined ? {} : { fix: `write "${close}"` }),
      }),
    ];
  });
}

/** gRPC needs a method and servers that speak it, and promises nothing that only the processor can keep. */
export function grpcFits({ full, report }: ContractSubject): readonly Finding[] {
  if (!full.grpc) return [];
  const frameworks = [...new Set(Object.values(full.versions).flatMap(({ runtime }) => runtime.framework ?? []))];
  const silent = frameworks.filter((framework) => grpcPortOf(framework) === undefined);
  const infer = full.fronts.infer === undefined ? undefined : full.methods[full.fronts.infer];
  const at = ['grpc'];
  return [
    ...(infer === undefined ? [report(kind.grpcRuntime, at, { message: '"grpc" is true, and no method stands for "fronts.infer"' })] : []),
    ...silent.map((framework) =>
      report(kind.grpcRuntime, at, {
        message: `"grpc" is true, and the server of "${framework}" does not speak it; ${quoted(FRAMEWORKS.filter((each) => grpcPortOf(each) !== undefined))} do`,
      }),
    ),
    ...(full.audit.level === 'strict' ? [report(kind.grpcUnchecked, at, { message: '"grpc" is true, and "audit.level" is strict' })] : []),
    ...(full.audit.payload === 'none'
      ? []
      : [report(kind.grpcUnchecked, at, { message: `"grpc" is true, and "audit.payload" is ${full.audit.payload}` })]),
    ...(infer === undefined || infer.responseCheck === 'none'
      ? []
      : [
          report(kind.grpcUnchecked, at, {
            message: `"grpc" is true, and method "${full.fronts.infer}" has "responseCheck: ${infer.responseCheck}"`,
            fix: 'write `responseCheck: none` for the method, or remove `grpc: true`',
          }),
        ]),
  ];
}
