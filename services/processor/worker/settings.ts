/** Settings of the worker's sockets and bounds. Each Node default that differs was seen to cause 503s between Envoy and Node. */

/** Connections that the kernel may hold for the worker; Node's default of 511 refuses a burst. */
export const BACKLOG = 4096;

/** The edge lets go of an idle connection after 60 s; a worker that did so first would cut a call that is just arriving. */
export const KEEP_ALIVE_MS = 3_600_000;

/** Above the edge's 48 KiB, because the edge adds claims. */
export const MAX_HEADER_BYTES = 96 * 1024;

/** Connections to the inner listener; it keeps idle ones for an hour, so this side closes first. */
export const INNER_CONNECTIONS = 2048;
export const INNER_KEEP_ALIVE_MS = 600_000;
export const INNER_CONNECT_MS = 1000;

/** The processor waits this much longer than the inner listener, so that the listener's reason arrives. */
export const DEADLINE_STEP_MS = 100;

/** Streams have no total timeout, but a longest pause and a longest life. */
export const STREAM_IDLE_MS = 60_000;
export const STREAM_LIFE_MS = 1_800_000;

/** Largest answer that is taken from a model. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** What a call holds besides its bodies, for the bound on memory. */
export const CALL_OVERHEAD_BYTES = 4096;

/** Largest answer that is cached, and how much the time to live varies so that entries do not end together. */
export const MAX_CACHED_BYTES = 1024 * 1024;
export const TTL_JITTER = 0.1;

/** Depth and members of a request body, whatever its schema says. */
export const MAX_JSON_DEPTH = 64;
export const MAX_JSON_KEYS = 100_000;

/** Validators kept; one takes a few hundred bytes a keyword. */
export const MAX_VALIDATORS = 5000;

/** Bodies remembered because they came again: how many, how large each, and what they may take together. */
export const MAX_KNOWN_BODIES = 4096;
export const MAX_KNOWN_BODY = 4096;
export const MAX_KNOWN_BYTES = 16 * 1024 * 1024;

/** Validation errors told to a caller. */
export const MAX_TOLD_ERRORS = 20;

/** Errors are collected beyond the first one only in bodies up to this size. */
export const MAX_EXPLAINED_BYTES = 64 * 1024;

/** Callers whose rate limits are remembered. */
export const MAX_LIMITED_CALLERS = 100_000;

/** Copies of calls on their way to versions on trial, and what they may hold of the worker's memory. */
export const MAX_SHADOWS = 32;
export const MAX_SHADOW_BYTES = 8 * 1024 * 1024;

/** How long a worker serves on without a supervisor. */
export const ORPHAN_MS = 300_000;

/**
 * A worker whose event loop stands still for this long is killed by its own watchdog: longer than the supervisor waits for a sign of life
 * (6 s of a worker that serves, 15 s of one that starts), because it is there for workers whose supervisor has gone or stands still too.
 */
export const STALL_MS = 20_000;
