import { protocolOf } from '../../core/contract/protocols';
import type { Protocol } from '../../core/contract/bundle';
import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import { isJsonObject, type JsonValue } from '../../core/json';
import { nearest } from '../../core/names';
import type { Call } from '../generated/model';
import type { KeyPath } from '../load/document';
import type { OnnxHeader, OnnxValue } from '../onnx/header';
import { fieldDimensions, runtimeShape } from '../onnx/schemas';
import { propertyOf } from '../resolve/call';
import { fieldsOf } from '../resolve/derived';
import type { FullMethod } from '../resolve/full';
import type { Framework } from '../resolved';
import { isBroken } from './broken';
import { quoted, type ContractSubject } from './subject';

/** One method with a framework that is known, and the graph that speaks for the contract. */
interface Bound {
  readonly name: string;
  readonly method: FullMethod;
  readonly framework: Framework;
  readonly graph: OnnxHeader | undefined;
  readonly subject: ContractSubject;
}

/** The binding is there where the runtime needs one. */
export function callPresent(subject: ContractSubject): readonly Finding[] {
  return bound(subject).flatMap(({ name, method, framework, graph }) => {
    const protocol = protocolOf(framework);
    const { call } = method;
    if (protocol === 'json' || method.request === undefined || method.response === undefined) return [];
    const path = ['methods', name, ...(call === undefined ? [] : ['call'])];
    if (protocol === 'openai') {
      if (call?.openai !== undefined) return [];
      const message = `method "${name}" does not say which operation of "${framework}" it is`;
      return [
        subject.report(kind.callMissing, path, { message, fix: 'write `call: {openai: chat.completions}`, or completions or embeddings' }),
      ];
    }
    const missing = (['input', 'output'] as const).filter((side) => call?.[side] === undefined);
    if (missing.length === 0) return [];
    const known = graph ? `; the graph has the inputs ${quoted(names(graph.inputs))} and the outputs ${quoted(names(graph.outputs))}` : '';
    const keys = call === undefined ? '"call"' : missing.map((side) => `"call.${side}"`).join(' and ');
    return [
      subject.report(kind.callMissing, path, {
        message: `method "${name}" has no ${keys}, and fields and tensors do not match by name${known}`,
      }),
    ];
  });
}

const KEYS: { readonly [protocol in Protocol]: readonly (keyof Call)[] } = {
  oip: ['input', 'output', 'model'],
  tfserving: ['input', 'output', 'model', 'signature'],
  json: [],
  openai: ['openai'],
};

/** No key of `call` that the framework does not read. */
export function callKeys(subject: ContractSubject): readonly Finding[] {
  return bound(subject).flatMap(({ name, method, framework }) => {
    const allowed = [
      ...KEYS[protocolOf(framework)],
      ...(framework === 'python' ? ['function'] : []),
      ...(framework === 'container' ? ['post'] : []),
    ];
    return Object.entries(method.call ?? {})
      .filter(([key, value]) => value !== undefined && !allowed.includes(key))
      .map(([key]) =>
        subject.report(kind.callKey, ['methods', name, 'call', key], {
          message: `"${key}" is not read by "${framework}"; it reads ${quoted(allowed)}`,
        }),
      );
  });
}

/** Every tensor of the graph exactly once, and no other. */
export function tensorsBound(subject: ContractSubject): readonly Finding[] {
  return bound(subject).flatMap(({ name, method: { call }, graph }) => {
    if (graph === undefined || call?.input === undefined || call.output === undefined) return [];
    const path = ['methods', name, 'call'];
    const given = Object.keys(call.input);
    const unbound = names(graph.inputs)
      .filter((tensor) => !given.includes(tensor))
      .map((tensor) => subject.report(kind.tensorUnbound, [...path, 'input'], { message: `input "${tensor}" of the graph is not bound` }));
    const unknown = (tensor: string, side: 'input' | 'output', at: KeyPath): readonly Finding[] => {
      const known = names(side === 'input' ? graph.inputs : graph.outputs);
      if (known.includes(tensor)) return [];
      const close = nearest(tensor, known);
      return [
        subject.report(kind.tensorUnknown, at, {
          message: `"${tensor}" is no ${side} of the graph; there are ${quoted(known)}`,
          ...(close === undefined ? {} : { fix: `write "${close}"` }),
        }),
      ];
    };
    return [
      ...unbound,
      ...given.flatMap((tensor) => unknown(tensor, 'input', [...path, 'input', tensor])),
      ...Object.entries(call.output).flatMap(([field, to]) =>
        unknown(typeof to === 'string' ? to : to.tensor, 'output', [...path, 'output', field]),
      ),
    ];
  });
}

/** Fields exist in the schemas, are required where a tensor needs them, and are bound once. */
export function fieldsBound(subject: ContractSubject): readonly Finding[] {
  return bound(subject).flatMap(({ name, method }) => {
    const { call, request, response } = method;
    if (call?.input === undefined || call.output === undefined || isBroken(request) || isBroken(response)) return [];
    const path = ['methods', name, 'call'];
    const asked = fieldsOf(request);
    const answered = fieldsOf(response);
    const places = Object.entries(call.input).flatMap(([tensor, to]) =>
      typeof to === 'string'
        ? [{ field: to, at: [...path, 'input', tensor] }]
        : to.map((field, index) => ({ field, at: [...path, 'input', tensor, index] })),
    );
    const unknown = (field: string, known: readonly string[], of: string, at: KeyPath): Finding => {
      const close = nearest(field, known);
      return subject.report(kind.fieldUnknown, at, {
        message: `"${field}" is no field of the ${of}; there are ${quoted(known) || 'none'}`,
        ...(close === undefined ? {} : { fix: `write "${close}"` }),
      });
    };
    const used = new Set(places.map(({ field }) => field));
    const required: JsonValue | undefined = request?.['required'];
    const isRequired = (field: string): boolean => Array.isArray(required) && required.includes(field);
    return [
      ...places.flatMap(({ field, at }, index) => {
        if (!asked.includes(field)) return [unknown(field, asked, 'request', at)];
        if (places.findIndex((each) => each.field === field) < index)
          return [subject.report(kind.fieldTwice, at, { message: `"${field}" is bound twice` })];
        return isRequired(field)
          ? []
          : [subject.report(kind.callOptional, at, { message: `"${field}" is optional in the request, and the tensor needs it` })];
      }),
      ...asked
        .filter((field) => !used.has(field))
        .map((field) =>
          subject.report(kind.fieldUnused, ['methods', name, 'request'], { message: `"${field}" is not named in "call.input"` }),
        ),
      ...Object.keys(call.output)
        .filter((field) => !answered.includes(field))
        .map((field) => unknown(field, answered, 'answer', [...path, 'output', field])),
      ...texts(response?.['required'])
        .filter((field) => call.output?.[field] === undefined)
        .map((field) =>
          subject.report(kind.answerUnfilled, [...path, 'output'], {
            message: `"${field}" is required in the answer, and no tensor fills it`,
          }),
        ),
    ];
  });
}

/** As many fields as columns, columns that are there, and kinds that fit. */
export function tensorsFit(subject: ContractSubject): readonly Finding[] {
  return bound(subject).flatMap(({ name, method, graph }) => {
    const { call, request, response } = method;
    if (graph === undefined || call?.input === undefined || call.output === undefined || isBroken(request) || isBroken(response)) return [];
    const path = ['methods', name, 'call'];
    return [
      ...Object.entries(call.input).flatMap(([tensor, to]) => {
        const value = graph.inputs.find((each) => each.name === tensor);
        if (value?.kind !== 'tensor') return [];
        const at = [...path, 'input', tensor];
        const wrong = (typeof to === 'string' ? [to] : to).flatMap((field) =>
          unfit(propertyOf(request, field), value.datatype, field, tensor),
        );
        const columns = columnsOf(value);
        const count = typeof to === 'string' ? undefined : to.length;
        const single = typeof to === 'string' ? tooFew(propertyOf(request, to), columns) : undefined;
        return [
          ...(single === undefined
            ? []
            : [subject.report(kind.tensorShape, at, { message: `"${tensor}" has ${shapeText(value)}, ${single}` })]),
          ...wrong.map((message) => subject.report(kind.fieldType, at, { message })),
          ...(count === undefined || columns === undefined || count === columns
            ? []
            : [
                subject.report(kind.tensorShape, at, {
                  message: `"${tensor}" has ${shapeText(value)} and takes ${columns} fields, not ${count}`,
                }),
              ]),
        ];
      }),
      ...Object.entries(call.output).flatMap(([field, to]) => {
        const tensor = typeof to === 'string' ? to : to.tensor;
        const value = graph.outputs.find((each) => each.name === tensor);
        const columns = value && columnsOf(value);
        if (typeof to === 'string') {
          const single = tooFew(propertyOf(response, field), columns);
          if (value === undefined || single === undefined) return [];
          return [
            subject.report(kind.tensorShape, [...path, 'output', field], {
              message: `"${tensor}" has ${shapeText(value)}, ${single}`,
              fix: `name a column, such as \`${field}: {tensor: ${tensor}, column: 0}\`, or make the field a list`,
            }),
          ];
        }
        if (value === undefined || columns === undefined || to.column < columns) return [];
        return [
          subject.report(kind.tensorShape, [...path, 'output', field, 'column'], {
            message: `column ${to.column} is not in "${to.tensor}", which has ${shapeText(value)}`,
          }),
        ];
      }),
    ];
  });
}

/** Why one plain value cannot stand for a row of columns; nothing when it can, or when the schema does not tell. */
function tooFew(schema: JsonValue | undefined, columns: number | undefined): string | undefined {
  const type = isJsonObject(schema) ? schema['type'] : undefined;
  return columns !== undefined && columns > 1 && typeof type === 'string' && type !== 'array' && type !== 'object'
    ? `and one ${type} is bound to all ${columns} columns`
    : undefined;
}

/** Size of the last dimension, where the graph tells it and there is more than the batch. */
function columnsOf(value: OnnxValue): number | undefined {
  if (value.kind !== 'tensor' || value.shape === undefined) return undefined;
  const inner = fieldDimensions(value.shape);
  const last = inner.length === 0 ? 1 : inner.at(-1);
  return typeof last === 'number' && inner.length <= 1 ? last : undefined;
}

function shapeText(value: OnnxValue): string {
  return value.kind === 'tensor'
    ? `the shape [${runtimeShape(value.shape)
        .map((size) => (size === -1 ? 'N' : size))
        .join(', ')}]`
    : 'no shape';
}

/** Why values of a schema cannot stand in a tensor; nothing when they can, or when the schema does not tell. */
function unfit(schema: JsonValue | undefined, datatype: string, field: string, tensor: string): readonly string[] {
  const element = elementType(schema);
  if (element === undefined) return [];
  const fits =
    datatype === 'BYTES'
      ? element === 'string'
      : datatype === 'BOOL'
        ? element === 'boolean'
        : datatype.startsWith('FP')
          ? element === 'number' || element === 'integer'
          : element === 'integer';
  return fits ? [] : [`"${field}" is of type "${element}", and tensor "${tensor}" holds ${datatype}`];
}

function elementType(schema: JsonValue | undefined): string | undefined {
  if (!isJsonObject(schema)) return undefined;
  const { type } = schema;
  if (type === 'array') return elementType(schema['items']);
  return typeof type === 'string' && type !== 'object' ? type : undefined;
}

function bound(subject: ContractSubject): readonly Bound[] {
  const { full, file } = subject;
  const versions = Object.keys(full.versions);
  const framework = versions.map((version) => full.versions[version]?.runtime.framework).find((each) => each !== undefined);
  if (framework === undefined) return [];
  const graph = versions.map((version) => file(version)?.onnx).find((header) => header !== undefined);
  return Object.entries(full.methods).map(([name, method]) => ({ name, method, framework, graph, subject }));
}

function names(values: readonly OnnxValue[]): readonly string[] {
  return values.map((value) => value.name);
}

function texts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
