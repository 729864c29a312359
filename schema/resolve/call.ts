import type { BundleCall, Datatype, TensorInput, TensorOutput } from '../../core/contract/bundle';
import { protocolOf } from '../../core/contract/protocols';
import { isJsonObject, type JsonSchema, type JsonValue } from '../../core/json';
import type { Call } from '../generated/model';
import type { OnnxHeader, OnnxValue } from '../onnx/header';
import { runtimeShape } from '../onnx/schemas';
import type { Framework } from '../resolved';
import type { FullMethod } from './full';

/**
 * The complete binding of a method. Datatypes and shapes come from the graph where it is at hand, else from the schemas: whole numbers
 * travel as INT64, other numbers as FP32 (FP64 where the runtime is Python's), texts as BYTES, with a free batch dimension in front.
 *
 * @returns nothing when the method has no binding and none can be derived; the check `call` says so
 */
export function bundleCall(name: string, method: FullMethod, framework: Framework, graph: OnnxHeader | undefined): BundleCall | undefined {
  switch (protocolOf(framework)) {
    case 'json':
      return { kind: 'json', path: framework === 'python' ? `/${method.call?.function ?? name}` : (method.call?.post ?? `/${name}`) };
    case 'openai':
      return method.call?.openai && { kind: 'openai', operation: method.call.openai };
    case 'oip':
    case 'tfserving':
      return method.call?.input && method.call.output && tensorCall(method, method.call, framework, graph);
  }
}

function tensorCall(method: FullMethod, call: Call, framework: Framework, graph: OnnxHeader | undefined): BundleCall {
  const number: Datatype = framework === 'sklearn' || framework === 'mlflow' ? 'FP64' : 'FP32';
  return {
    kind: 'tensors',
    ...(call.model === undefined ? {} : { model: call.model }),
    ...(call.signature === undefined ? {} : { signature: call.signature }),
    inputs: Object.entries(call.input ?? {}).map(([tensor, bound]) => {
      const fields = typeof bound === 'string' ? [bound] : bound;
      const type = declared(graph?.inputs, tensor) ?? guessedInput(fields, method.request, number);
      return { tensor, fields, ...type, ...encodingOf(type, fields, method.request) } satisfies TensorInput;
    }),
    outputs: Object.entries(call.output ?? {}).map(([field, bound]) => {
      const { tensor, column } = typeof bound === 'string' ? { tensor: bound, column: undefined } : bound;
      const type = declared(graph?.outputs, tensor) ?? guessedOutput(field, column, method.response, number);
      return {
        field,
        tensor,
        ...(column === undefined ? {} : { column }),
        ...type,
        ...encodingOf(type, [field], method.response),
      } satisfies TensorOutput;
    }),
  };
}

interface TensorType {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

function declared(values: readonly OnnxValue[] | undefined, name: string): TensorType | undefined {
  const value = values?.find((each) => each.name === name);
  return value?.kind === 'tensor' && value.shape !== undefined ? { datatype: value.datatype, shape: runtimeShape(value.shape) } : undefined;
}

/** Raw bytes, where every field of the tensor says `contentEncoding: base64`. */
function encodingOf({ datatype }: TensorType, fields: readonly string[], schema: JsonSchema | undefined): Pick<TensorInput, 'encoding'> {
  return datatype === 'BYTES' && fields.every((field) => isBase64(propertyOf(schema, field))) ? { encoding: 'base64' } : {};
}

function isBase64(schema: JsonValue | undefined): boolean {
  if (!isJsonObject(schema)) return false;
  return schema['contentEncoding'] === 'base64' || isBase64(schema['items']);
}

function guessedInput(fields: readonly string[], schema: JsonSchema | undefined, number: Datatype): TensorType {
  const types = fields.map((field) => typeOf(propertyOf(schema, field), number));
  const [first] = types;
  if (fields.length === 1 && first) return { datatype: first.datatype, shape: [-1, ...(first.shape.length === 0 ? [1] : first.shape)] };
  // Columns of one tensor share one type: whole numbers only where all are.
  const datatype = types.every((type) => type.datatype === first?.datatype) ? (first?.datatype ?? number) : number;
  return { datatype, shape: [-1, fields.length] };
}

function guessedOutput(field: string, column: number | undefined, schema: JsonSchema | undefined, number: Datatype): TensorType {
  const { datatype, shape } = typeOf(propertyOf(schema, field), number);
  return { datatype, shape: column === undefined ? [-1, ...(shape.length === 0 ? [1] : shape)] : [-1, -1] };
}

function typeOf(schema: JsonValue | undefined, number: Datatype): TensorType {
  if (!isJsonObject(schema)) return { datatype: number, shape: [] };
  const type = Array.isArray(schema['type']) ? (schema['type'] as readonly JsonValue[]).find((each) => each !== 'null') : schema['type'];
  switch (type) {
    case 'array': {
      const inner = typeOf(schema['items'], number);
      const size = schema['minItems'] === schema['maxItems'] && typeof schema['maxItems'] === 'number' ? schema['maxItems'] : -1;
      return { datatype: inner.datatype, shape: [size, ...inner.shape] };
    }
    case 'string':
      return { datatype: 'BYTES', shape: [] };
    case 'boolean':
      return { datatype: 'BOOL', shape: [] };
    case 'integer':
      return { datatype: 'INT64', shape: [] };
    case undefined: {
      const known = Array.isArray(schema['enum']) ? (schema['enum'][0] as JsonValue | undefined) : schema['const'];
      return { datatype: typeof known === 'string' ? 'BYTES' : typeof known === 'boolean' ? 'BOOL' : number, shape: [] };
    }
    default:
      return { datatype: number, shape: [] };
  }
}

/** The schema of one field. */
export function propertyOf(schema: JsonSchema | undefined, field: string): JsonValue | undefined {
  const properties = schema?.['properties'];
  return isJsonObject(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined;
}
