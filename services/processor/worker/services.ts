import type { AuditLog } from '../../audit/audit-log';
import type { MemoryBudget } from './body';
import type { ResponseCache } from './cache/entry';
import type { SingleFlight } from './cache/single-flight';
import type { KnownBodies } from './known-bodies';
import type { RateLimiter } from './limiter';
import type { Denials } from './denials';
import type { Gates } from './gates';
import type { Metrics } from './metrics';
import type { FlightResult } from './cached-call';
import type { Registry } from './registry';
import type { Shadow } from './shadow';
import type { Upstream } from './upstream';
import type { Validators } from './validators';

/** What all calls of a worker share. */
export interface WorkerServices {
  readonly registry: Registry;
  readonly validators: Validators;
  /** Verdicts on bodies that came again. */
  readonly bodies: KnownBodies;
  readonly limiter: RateLimiter;
  readonly cache: ResponseCache;
  readonly flights: SingleFlight<FlightResult>;
  /** Who is turned away whatever the token says. */
  readonly denials: Denials;
  /** Who may ask which version now. */
  readonly gates: Gates;
  /** Workers of all gateways: what is theirs together is divided by it. */
  readonly sharers: number;
  readonly upstream: Upstream;
  /** Copies of calls to versions on trial. */
  readonly shadow: Shadow;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly memory: MemoryBudget;
  /** Key of body hashes in audit records. */
  readonly payloadKey: Uint8Array;
}
