import type { Readable } from 'node:stream';
import { limitKey } from '../../../core/decide/rate-limit';
import type { JsonValue } from '../../../core/json';
import type { Call } from './call';
import type { ModelOutcome } from './model-call';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';
import { estimatedTokens, UsageMeter, usageOf } from './usage';

/** Whose limit of a method a call counts against. */
export function limitName(call: Call, target: LoadedMethod): string {
  return `${target.id}\n${limitKey(target.method.rateLimit?.by ?? 'client', call.caller)}`;
}

/** Tokens of a complete answer, also of one from the cache, count against the caller's limit. */
export function chargeWhole(call: Call, target: LoadedMethod, answer: string | Uint8Array, services: WorkerServices): void {
  if (target.method.rateLimit?.tokens === undefined) return;
  const used = usageOf(JSON.parse(Buffer.from(answer).toString('utf8')) as JsonValue);
  charge(call, target, used ?? estimatedTokens(call.notes.body?.length ?? 0, answer.length), services);
}

/** The stream as the caller sees it; its tokens are counted when it ends, however it does. */
export function chargeStream(
  call: Call,
  target: LoadedMethod,
  { body, hideUsage }: Extract<ModelOutcome, { kind: 'stream' }>,
  services: WorkerServices,
): Readable {
  if (target.method.rateLimit?.tokens === undefined) return body;
  const meter = new UsageMeter(hideUsage);
  meter.once('close', () => {
    body.destroy();
    charge(call, target, meter.tokens ?? estimatedTokens(call.notes.body?.length ?? 0, meter.bytes), services);
  });
  // A model that breaks off must break the caller's stream too.
  body.once('error', (error) => meter.destroy(error));
  return body.pipe(meter);
}

function charge(call: Call, target: LoadedMethod, tokens: number, services: WorkerServices): void {
  const { rateLimit } = target.method;
  if (rateLimit === undefined) return;
  services.limiter.charge(limitName(call, target), rateLimit, tokens);
  services.metrics.add('kea_limited_tokens_total', tokens);
}
