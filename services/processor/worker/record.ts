import { isJsonObject } from '../../../core/json';
import type { JsonValue } from '../../../core/json';
import { payloadHash, redact } from '../../audit/payload';
import type { AuditEvent, AuditLevel } from '../../audit/writer';
import { elapsed, type Call } from './call';
import type { WorkerServices } from './services';

/** Pages and unknown routes are recorded as best they can. */
export function auditLevel(call: Call): AuditLevel {
  return call.notes.contract?.contract.audit.level ?? 'metadata';
}

/**
 * The call as an audit event: identifiers, decisions and timings; the body only in the form that the contract's payload level allows.
 * What is not known stands as `undefined`, which JSON leaves out: events of one shape are made and written faster.
 */
export function auditEvent(call: Call, status: number, bytes: number, services: WorkerServices): AuditEvent {
  const { caller, notes } = call;
  const { contract, method, body } = notes;
  const version = notes.version === undefined ? undefined : contract?.versions.get(notes.version);
  const shown = payload(call, services);
  const event: Complete<AuditEvent> = {
    id: call.id,
    time: call.time,
    source: 'processor',
    actor: {
      subject: caller.subject || undefined,
      client: caller.client || undefined,
      issuer: caller.issuer || undefined,
      tenant: caller.tenant || undefined,
    },
    request: {
      model: contract?.contract.model,
      contract: contract?.contract.contract,
      method: method?.method.method,
      path: pathOf(call),
      bytes: body === undefined ? 0 : body.length,
      hash: shown?.hash,
      redacted: shown?.redacted,
    },
    decision: {
      outcome: outcomeOf(status),
      problem: notes.problem,
      pointers: notes.pointers,
      cache: notes.cache,
      pinned: notes.pinned,
    },
    configuration: { part: notes.part, bundle: services.registry.bundleDigest },
    result: { status, version: version?.version, digest: version?.digest, bytes },
    timings: { totalMs: round(elapsed(call)), upstreamMs: notes.upstreamMs === undefined ? undefined : round(notes.upstreamMs) },
    insteadOf: notes.insteadOf,
    reason: notes.reason,
    outsideContract: notes.outsideContract,
    aborted: notes.aborted,
    streamed: notes.streamed,
    intent: notes.intent,
  };
  return event;
}

/** Every member is written down, also the absent ones. */
type Complete<T> = {
  readonly [K in keyof T]-?: T[K] extends object | undefined ? Complete<Exclude<T[K], undefined>> | undefined : T[K] | undefined;
};

export function outcomeOf(status: number): 'answered' | 'refused' | 'failed' {
  return status < 400 ? 'answered' : status < 500 ? 'refused' : 'failed';
}

/** Without the query, where callers put what belongs into the body. */
function pathOf(call: Call): string {
  const { url = '' } = call.request;
  const query = url.indexOf('?');
  return query < 0 && url.length <= 512 ? url : url.slice(0, Math.min(512, query < 0 ? 512 : query));
}

function payload(call: Call, services: WorkerServices): { readonly hash: string; readonly redacted?: JsonValue } | undefined {
  const { contract, method, body } = call.notes;
  if (contract === undefined || method === undefined || body === undefined) return undefined;
  switch (contract.contract.audit.payload) {
    case 'none':
      return undefined;
    case 'hashed':
      return { hash: payloadHash(services.payloadKey, body) };
    case 'redacted':
      return { hash: payloadHash(services.payloadKey, body), ...redactedBody(body, call, services) };
  }
}

/** Only a body that fitted its schema is shown: the marks say nothing about another one. */
function redactedBody(body: Buffer, call: Call, services: WorkerServices): { redacted?: JsonValue } {
  const { method, problem } = call.notes;
  if (method === undefined || problem === 'malformed-request' || problem === 'invalid-request') return {};
  const value = JSON.parse(body.toString('utf8')) as JsonValue;
  const schema = services.registry.schema(method.owner, method.method.requestSchema);
  return isJsonObject(schema) ? { redacted: redact(value, schema) } : {};
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
