import type { AuditLog } from '../../audit/audit-log';
import type { MemoryBudget } from './body';
import type { ResponseCache } from './cache/entry';
import type { SingleFlight } from './cache/single-flight';
import type { RateLimiter } from './limiter';
import type { Metrics } from './metrics';
import type { ModelOutcome } from './model-call';
import type { Registry } from './registry';
import type { Upstream } from './upstream';
import type { Validators } from './validators';

/** What all calls of a worker share. */
export interface WorkerServices {
  readonly registry: Registry;
  readonly validators: Validators;
  readonly limiter: RateLimiter;
  readonly cache: ResponseCache;
  readonly flights: SingleFlight<ModelOutcome>;
  readonly upstream: Upstream;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly memory: MemoryBudget;
  /** Key of body hashes in audit records. */
  readonly payloadKey: Uint8Array;
}
