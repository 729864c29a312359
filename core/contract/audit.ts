/** One audit record, one JSON line. Field names follow OCSF API Activity (class 6003) where it has one. */
export interface AuditRecord {
  readonly class_uid: 6003;
  /** Edge's request id = `instance` of the problem document. */
  readonly id: string;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** Writer's name and its life; with `sequence` unique for ever. */
  readonly writer: string;
  readonly epoch: string;
  /** Counts from 1 without gaps within (writer, epoch). */
  readonly sequence: number;
  /** Where the record was made: calls that reached the processor, or refusals at the edge. */
  readonly source: 'processor' | 'edge';
  readonly actor: { readonly subject?: string; readonly client?: string; readonly issuer?: string; readonly tenant?: string };
  readonly request: {
    readonly model?: string;
    readonly contract?: string;
    readonly method?: string;
    readonly path: string;
    readonly bytes: number;
    /** Keyed hash (hex) of the body, at payload level `hashed`. */
    readonly hash?: string;
    /** The body with marked fields replaced, at payload level `redacted`. */
    readonly redacted?: unknown;
  };
  readonly decision: {
    readonly outcome: 'answered' | 'refused' | 'failed';
    /** Problem name, when refused or failed. */
    readonly problem?: string;
    /** Failing JSON pointers of a refused body. */
    readonly pointers?: readonly string[];
    readonly cache?: 'hit' | 'miss' | 'stored' | 'bypass';
    readonly pinned?: boolean;
  };
  readonly configuration: { readonly part?: string; readonly bundle?: string };
  readonly result: { readonly status: number; readonly version?: string; readonly digest?: string; readonly bytes: number };
  readonly timings: { readonly totalMs: number; readonly upstreamMs?: number };
  readonly [extension: string]: unknown;
}

/**
 * Somebody was given a role, or lost it, by `kea access`. Field names follow OCSF User Access Management (class 3005). Keycloak's own admin events say
 * the same of every change, whoever made it and by what tool.
 */
export interface AccessRecord {
  readonly class_uid: 3005;
  /** 1 given, 2 taken away. */
  readonly activity_id: 1 | 2;
  readonly id: string;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  readonly source: 'access';
  /** Who decided: `sub` and name of the login; `service` for expired grants that a program took away. */
  readonly actor: { readonly subject: string; readonly name: string; readonly issuer: string };
  readonly user: { readonly uid: string; readonly name: string };
  readonly privileges: readonly string[];
  readonly reason: string;
  /** Day on which it ends, `2027-01-31`. */
  readonly until?: string;
  readonly [extension: string]: unknown;
}
