import { shadowVersions } from '../../../core/decide/choose-version';
import { ShadowOutcome } from '../../../core/contract/canary';
import type { BundleMethod } from '../../../core/contract/bundle';
import type { JsonValue } from '../../../core/json';
import { difference } from '../../example-check/compare';
import { MemoryShare } from './body';
import type { Call } from './call';
import { askModel, type ModelOutcome, type ModelQuestion } from './model-call';
import type { WorkerServices } from './services';
import { CALL_OVERHEAD_BYTES, MAX_SHADOW_BYTES, MAX_SHADOWS } from './settings';

/** A question that the model was asked for one caller, and what came of it. */
export interface Asked {
  readonly question: ModelQuestion;
  readonly outcome: ModelOutcome;
}

/**
 * Sends copies of calls to versions on trial, after their callers were answered, and compares both answers. No caller waits for it:
 * only so many are on the way at once, with so much memory, and what is more is dropped and counted.
 * A copy is the question as the model got it; nothing of the caller goes with it, its trace neither.
 */
export class Shadow {
  private running = 0;
  private held = 0;

  constructor(
    private readonly most: number = MAX_SHADOWS,
    private readonly mostBytes: number = MAX_SHADOW_BYTES,
  ) {}

  /** To be called once the answer has left. Answers at once. */
  mirror(call: Call, services: WorkerServices): void {
    const { asked } = call.notes;
    if (asked === undefined || !isComparable(asked)) return;
    const { question, outcome } = asked;
    const { contract } = question.target.owner;
    const ready = services.registry.readyVersions(question.target.owner);
    const chosen = shadowVersions(
      { contract: question.target.owner.name, routing: contract.routing, ready, requestId: call.id },
      outcome.version,
    );
    for (const version of chosen) this.start(asked, version, services);
  }

  private start(asked: Asked, name: string, services: WorkerServices): void {
    const { question, outcome } = asked;
    const version = question.target.owner.versions.get(name);
    if (version === undefined) return;
    const { model, contract } = question.target.owner.contract;
    const bytes = CALL_OVERHEAD_BYTES + 2 * question.body.bytes.length + (outcome.kind === 'answer' ? outcome.body.length : 0);
    const memory = new MemoryShare(services.memory);
    if (this.running >= this.most || this.held + bytes > this.mostBytes || !memory.take(bytes)) {
      services.metrics.shadow(model, contract, name, ShadowOutcome.dropped);
      return;
    }
    this.running += 1;
    this.held += bytes;
    const copy: ModelQuestion = { ...question, version, pinned: true, trace: {}, remainingMs: question.target.method.timeoutMs };
    void askModel(copy, services, () => undefined)
      .then((mirrored) => {
        const [result, live, own] = compare(question.target.method, outcome, mirrored);
        services.metrics.shadow(model, contract, name, result, live, own);
      })
      .finally(() => {
        this.running -= 1;
        this.held -= bytes;
        memory.release();
      });
  }
}

/** A second execution must not matter, and both answers must be there as a whole. */
function isComparable({ question, outcome }: Asked): boolean {
  if (!question.target.method.idempotent || question.pinned || outcome.kind === 'stream') return false;
  return outcome.kind === 'answer' || FAILURES.has(outcome.refusal.refused);
}

/** Refusals that speak of the model; all others are the caller's or the platform's. */
const FAILURES: ReadonlySet<string> = new Set(['model-failed', 'timeout', 'invalid-response']);

function compare(method: BundleMethod, live: ModelOutcome, mirrored: ModelOutcome): readonly [ShadowOutcome, number?, number?] {
  if (mirrored.kind === 'refused' && !FAILURES.has(mirrored.refusal.refused)) return [ShadowOutcome.dropped];
  if (live.kind !== 'answer') return [mirrored.kind === 'answer' ? ShadowOutcome.liveFailed : ShadowOutcome.bothFailed];
  if (mirrored.kind !== 'answer') return [ShadowOutcome.shadowFailed];
  const same = difference(parsed(live.body), parsed(mirrored.body), toleranceOf(method)) === undefined;
  return [same ? ShadowOutcome.agreed : ShadowOutcome.differed, live.upstreamMs, mirrored.upstreamMs];
}

/** Numbers may differ as much as the method's examples allow. */
function toleranceOf(method: BundleMethod): number {
  return Math.max(0, ...method.examples.map(({ tolerance }) => tolerance ?? 0));
}

function parsed(body: string | Uint8Array): JsonValue {
  return JSON.parse(typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')) as JsonValue;
}
