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

/** The call as an audit event: identifiers, decisions and timings; the body only in the form that the contract's payload level allows. */
export function auditEvent(call: Call, status: number, bytes: number, services: WorkerServices): AuditEvent {
  const { caller, notes } = call;
  const { contract, method } = notes;
  const version = notes.version === undefined ? undefined : contract?.versions.get(notes.version);
  return {
    id: call.id,
    time: call.time,
    source: 'processor',
    actor: {
      ...(caller.subject === '' ? {} : { subject: caller.subject }),
      ...(caller.client === '' ? {} : { client: caller.client }),
      ...(caller.issuer === '' ? {} : { issuer: caller.issuer }),
      ...(caller.tenant === '' ? {} : { tenant: caller.tenant }),
    },
    request: {
      ...(contract === undefined ? {} : { model: contract.contract.model, contract: contract.contract.contract }),
      ...(method === undefined ? {} : { method: method.method.method }),
      path: pathOf(call),
      bytes: notes.body?.length ?? 0,
      ...payload(call, services),
    },
    decision: {
      outcome: outcomeOf(status),
      ...(notes.problem === undefined ? {} : { problem: notes.problem }),
      ...(notes.pointers === undefined ? {} : { pointers: notes.pointers }),
      ...(notes.cache === undefined ? {} : { cache: notes.cache }),
      ...(notes.pinned === true ? { pinned: true } : {}),
    },
    configuration: {
      ...(notes.part === undefined ? {} : { part: notes.part }),
      ...(services.registry.bundleDigest === undefined ? {} : { bundle: services.registry.bundleDigest }),
    },
    result: { status, ...(version === undefined ? {} : { version: version.version, digest: version.digest }), bytes },
    timings: { totalMs: round(elapsed(call)), ...(notes.upstreamMs === undefined ? {} : { upstreamMs: round(notes.upstreamMs) }) },
    ...(notes.insteadOf === undefined ? {} : { insteadOf: notes.insteadOf }),
    ...(notes.reason === undefined ? {} : { reason: notes.reason }),
    ...(notes.outsideContract === true ? { outsideContract: true } : {}),
    ...(notes.aborted === true ? { aborted: true } : {}),
    ...(notes.streamed === true ? { streamed: true } : {}),
    ...(notes.intent === true ? { intent: true } : {}),
  };
}

export function outcomeOf(status: number): 'answered' | 'refused' | 'failed' {
  return status < 400 ? 'answered' : status < 500 ? 'refused' : 'failed';
}

/** Without the query, where callers put what belongs into the body. */
function pathOf(call: Call): string {
  return (call.request.url ?? '').split('?', 1)[0]?.slice(0, 512) ?? '';
}

function payload(call: Call, services: WorkerServices): { hash?: string; redacted?: unknown } {
  const { contract, method, body } = call.notes;
  if (contract === undefined || method === undefined || body === undefined) return {};
  switch (contract.contract.audit.payload) {
    case 'none':
      return {};
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
