import type { IncomingMessage } from 'node:http';
import type { FrontName } from '../../../core/contract/fronts';
import { writeJson } from '../codec/write-json';
import { CodecError } from '../codec/types';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';
import { readOipRequest, type OipAnswerForm } from '../front/oip-request';
import { writeOipAnswer } from '../front/oip-answer';
import type { Answer, Call } from './call';
import { refusal, type Refusal } from './refusal';
import type { LoadedMethod } from './registry';
import type { WorkerServices } from './services';

/** Where the JSON of a binary-extension body ends. */
const HEADER_LENGTH = 'inference-header-content-length';

const BINARY_TYPE = /^application\/octet-stream$/i;

/** A body in the contract's own JSON, whichever standard it came in. */
export interface FrontBody {
  readonly value: JsonValue;
  readonly inexact: ReadonlyMap<string, string>;
  /** What is recorded, keyed and forwarded: the contract's JSON. */
  readonly bytes: Buffer;
  /** Open Inference Protocol only: how the answer is to be written, and where each field came in. */
  readonly form?: OipAnswerForm;
  readonly places?: ReadonlyMap<string, string>;
}

/** A pointer into the contract's JSON → one into the body that came. */
export function frontPointer(pointer: string, places: ReadonlyMap<string, string> | undefined): string {
  return places?.get((pointer.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')) ?? pointer;
}

/**
 * Clients of the Open Inference Protocol send JSON with raw tensors behind it, and some say no media type at all. What they send is
 * never forwarded as it came, so no server can read it otherwise.
 */
export function takesMediaType(request: IncomingMessage, front: FrontName | undefined): boolean {
  const type = request.headers['content-type'];
  return front === 'infer' && request.headers['content-encoding'] === undefined && (type === undefined || BINARY_TYPE.test(type));
}

/** How many bytes of the body are JSON: all of them, unless the binary extension says otherwise. */
export function jsonLength(request: IncomingMessage, front: FrontName | undefined, bytes: number): number | Refusal {
  const stated = front === 'infer' ? request.headers[HEADER_LENGTH] : undefined;
  if (stated === undefined) return bytes;
  const length = typeof stated === 'string' && /^[0-9]{1,10}$/.test(stated) ? Number(stated) : Infinity;
  return length <= bytes ? length : refusal('bad-request', { detail: `${HEADER_LENGTH} is not within the body` });
}

/** A standard's body → the contract's, or what is wrong with it, by a pointer into the body that came. */
export function readFront(
  target: LoadedMethod,
  front: FrontName,
  parsed: { readonly value: JsonValue; readonly inexact: ReadonlyMap<string, string> },
  rest: Buffer,
  services: WorkerServices,
): FrontBody | Refusal {
  const schema = services.registry.schema(target.owner, target.method.requestSchema);
  try {
    if (front !== 'infer') return withoutModel(target, parsed.value, parsed.inexact, schema);
    const { call } = target.method;
    if (call.kind !== 'tensors') return refusal('not-found');
    const question = readOipRequest(call, schema, { ...parsed, rest });
    const { value, inexact, places } = question;
    return { value, inexact, places, bytes: Buffer.from(writeJson(value, inexact)), form: question.answer };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return refusal('invalid-request', { errors: [{ pointer: error.pointer, rule: error.rule, detail: error.message }] });
  }
}

/** OpenAI's clients name the model in the body: it is that of the route, and leaves the body where the contract does not know the field. */
function withoutModel(target: LoadedMethod, value: JsonValue, inexact: ReadonlyMap<string, string>, schema: JsonObject): FrontBody {
  if (!isJsonObject(value)) throw new CodecError('', 'type', 'the body must be an object');
  const { model, ...rest } = value;
  if (model !== target.owner.contract.model) throw new CodecError('/model', 'const', 'the model must be that of the path');
  const known = isJsonObject(schema['properties']) && Object.hasOwn(schema['properties'], 'model');
  const kept = known ? value : rest;
  return { value: kept, inexact, bytes: Buffer.from(writeJson(kept, inexact)) };
}

/** The method's answer as the standard writes it; streams and OpenAI's answers are that already. */
export function writeFront(call: Call, target: LoadedMethod, form: OipAnswerForm | undefined, answer: Answer): Answer | Refusal {
  if (form === undefined || answer.kind !== 'whole' || answer.status !== 200 || target.method.call.kind !== 'tensors') return answer;
  try {
    const written = writeOipAnswer(
      target.method.call,
      target.owner.contract.model,
      call.notes.version ?? '',
      Buffer.from(answer.body),
      form,
    );
    return { ...answer, body: written.body, headers: { ...answer.headers, ...written.headers } };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    call.notes.reason = error.message;
    return refusal('invalid-response');
  }
}
