import { contractFindings as contractKind } from '../../core/findings/contract';
import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { parseDuration } from '../../core/quantities';
import { deriveContract } from '../onnx/schemas';
import type { FullMethod } from '../resolve/full';
import type { ContractSubject } from './subject';

/** Every method has both schemas, written or derived. */
export function schemasPresent(subject: ContractSubject): readonly Finding[] {
  return methods(subject).flatMap(([name, { request, response }]) => {
    const missing = [request === undefined ? '"request"' : '', response === undefined ? '"response"' : ''].filter((word) => word !== '');
    if (missing.length === 0) return [];
    const why = missing.length === 2 ? underivable(subject) : 'schemas are derived only where both are left out';
    return [
      subject.report(kind.schemaMissing, ['methods', name], {
        message: `method "${name}" has no ${missing.join(' and no ')}: ${why}`,
        fix: `write ${missing.map((word) => word.replaceAll('"', '`')).join(' and ')} below \`methods.${name}\``,
      }),
    ];
  });
}

function underivable({ full, file }: ContractSubject): string {
  const graph = Object.keys(full.versions)
    .map((version) => file(version)?.onnx)
    .find((header) => header !== undefined);
  if (graph === undefined) return 'they are derived only from an ONNX file below the model';
  const derivation = deriveContract(graph, '');
  return derivation.ok ? 'they could not be derived' : derivation.reason;
}

/** A strict stack wants every schema written down. */
export function derivedRefused({ model, full, document, stack, report }: ContractSubject): readonly Finding[] {
  if (stack.derivedSchemas === 'allow') return [];
  return Object.entries(full.methods)
    .filter(([name, { request }]) => request !== undefined && document.methods?.[name]?.request === undefined)
    .map(([name]) =>
      report(kind.derivedRefused, ['methods', name, 'request'], {
        message: `the schemas of "${name}" are derived, and stack "${stack.name}" refuses that`,
        fix: `run \`kea freeze ${model}\``,
        stack: stack.name,
      }),
    );
}

/** The slowest call must fit into the time that a leaving gateway pod has. */
export function timeoutFitsDrain(subject: ContractSubject): readonly Finding[] {
  const { stack, report } = subject;
  return methods(subject).flatMap(([name, { timeout }]) => {
    const parsed = parseDuration(timeout);
    if (!parsed.ok || parsed.value <= stack.gateway.drainSeconds * 1000) return [];
    return [
      report(kind.timeoutDrain, ['methods', name, 'timeout'], {
        message: `"${timeout}" is longer than ${stack.gateway.drainSeconds}s, the drain of stack "${stack.name}"`,
        stack: stack.name,
      }),
    ];
  });
}

/** Shared answers only where the data allows it. */
export function cacheFitsData(subject: ContractSubject): readonly Finding[] {
  const { classification } = subject.modelFull.data;
  if (classification !== 'confidential' && classification !== 'restricted') return [];
  return methods(subject)
    .filter(([, { cache }]) => cache.scope === 'shared')
    .map(([name]) =>
      subject.report(kind.cacheShared, ['methods', name, 'cache', 'scope'], {
        message: `"shared" would hand answers on ${classification} data from one caller to another; allowed are "none" and "principal"`,
      }),
    );
}

export function cacheTtl(subject: ContractSubject): readonly Finding[] {
  return methods(subject).flatMap(([name, { cache }]) => {
    if (cache.scope !== 'none' && cache.ttl === undefined) {
      return [
        subject.report(kind.cacheTtl, ['methods', name, 'cache'], {
          message: `"ttl" is missing beside scope "${cache.scope}"`,
          fix: 'add `ttl`, such as 10m',
        }),
      ];
    }
    if (cache.scope === 'none' && cache.ttl !== undefined) {
      return [
        subject.report(kind.cacheTtl, ['methods', name, 'cache', 'ttl'], {
          message: '"ttl" means nothing with scope "none"',
          fix: 'remove `ttl`, or write `scope`',
        }),
      ];
    }
    if (cache.scope === 'none' && cache.staleWhileRevalidate !== undefined) {
      return [
        subject.report(kind.cacheTtl, ['methods', name, 'cache', 'staleWhileRevalidate'], {
          message: '"staleWhileRevalidate" means nothing with scope "none"',
          fix: 'remove `staleWhileRevalidate`, or write `scope` and `ttl`',
        }),
      ];
    }
    return [];
  });
}

/** A limit counts something that the method has. */
export function limitsCount(subject: ContractSubject): readonly Finding[] {
  return methods(subject).flatMap(([name, { rateLimit, call }]) => {
    if (rateLimit === undefined) return [];
    if (rateLimit.requests === undefined && rateLimit.tokens === undefined) {
      return [
        subject.report(contractKind.limitOfNothing, ['methods', name, 'rateLimit'], {
          message: '"rateLimit" has neither "requests" nor "tokens"',
        }),
      ];
    }
    if (rateLimit.tokens !== undefined && call?.openai === undefined) {
      return [
        subject.report(contractKind.limitOfNothing, ['methods', name, 'rateLimit', 'tokens'], {
          message: `"tokens" are counted where a language model answers; "${name}" has no "call.openai"`,
          fix: 'limit `requests` instead',
        }),
      ];
    }
    return [];
  });
}

/** What may run twice may be kept and tried again; nothing else. */
export function idempotence(subject: ContractSubject): readonly Finding[] {
  return methods(subject).flatMap(([name, method]) => {
    if (method.idempotent) return [];
    return [
      ...(method.cache.scope === 'none'
        ? []
        : [
            subject.report(kind.cacheIdempotent, ['methods', name, 'cache'], {
              message: `"${name}" is not idempotent, and its answers would be kept`,
            }),
          ]),
      ...(method.retries <= 1
        ? []
        : [
            subject.report(kind.cacheIdempotent, ['methods', name, 'retries'], {
              message: `"${name}" is not idempotent, and would be tried ${method.retries} times again; at most 1`,
            }),
          ]),
    ];
  });
}

function methods({ full }: ContractSubject): readonly (readonly [string, FullMethod])[] {
  return Object.entries(full.methods);
}
