import { Enum, type Field, MapField, type Root, Type } from 'protobufjs';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json';

/** An `Any` that is bytes already: it may stand wherever the JSON form has an object with `@type`. */
export class EncodedAny {
  constructor(
    readonly type_url: string,
    readonly value: Uint8Array,
  ) {}
}

/** What cannot be sent to Envoy as written; `path` says where. Nothing is ever dropped silently. */
export class EncodeError extends Error {
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

const PREFIX = 'type.googleapis.com/';
const TYPED_STRUCT = 'xds.type.v3.TypedStruct';

/** Envoy's JSON form → protobuf, strictly: an unknown field, a wrong type or two members of one `oneof` are refused with their place. */
export class Encoder {
  private readonly names = new Map<Type, string>();

  constructor(private readonly root: Root) {}

  /** `value` must carry `@type`. */
  any(value: JsonObject, path = '$'): EncodedAny {
    const url = value['@type'];
    if (typeof url !== 'string' || !url.startsWith(PREFIX)) throw new EncodeError(path, 'has no @type');
    const { '@type': _, ...fields } = value;
    const found = this.root.lookup(url.slice(PREFIX.length));
    // A type younger than our definitions: Envoy reads the JSON itself, and refuses unknown fields by itself.
    if (!(found instanceof Type)) return this.any({ '@type': PREFIX + TYPED_STRUCT, type_url: url, value: fields }, path);
    return new EncodedAny(url, found.encode(found.create(this.message(found, fields, path))).finish());
  }

  private message(type: Type, value: JsonValue | EncodedAny, path: string): object {
    const known = this.wellKnown(type, value, path);
    if (known !== undefined) return known;
    if (!isJsonObject(value)) throw new EncodeError(path, `is not an object of ${type.name}`);
    const message: Record<string, unknown> = {};
    const chosen = new Map<string, string>();
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const field = type.fields[key];
      if (!field) throw new EncodeError(`${path}.${key}`, `is unknown to ${type.fullName.slice(1)}`);
      const oneof = field.partOf && !field.partOf.isProto3Optional ? field.partOf.name : undefined;
      if (oneof !== undefined && chosen.has(oneof)) throw new EncodeError(`${path}.${key}`, `excludes ${chosen.get(oneof)}`);
      if (oneof !== undefined) chosen.set(oneof, key);
      message[key] = this.field(field.resolve(), member, `${path}.${key}`);
    }
    return message;
  }

  private field(field: Field, value: JsonValue, path: string): unknown {
    if (field instanceof MapField) {
      if (!isJsonObject(value)) throw new EncodeError(path, 'is not a map');
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => [key, this.single(field, member as JsonValue, `${path}[${JSON.stringify(key)}]`)]),
      );
    }
    if (!field.repeated) return this.single(field, value, path);
    if (!Array.isArray(value)) throw new EncodeError(path, 'is not a list');
    return value.map((member: JsonValue, index) => this.single(field, member, `${path}[${index}]`));
  }

  private single(field: Field, value: JsonValue, path: string): unknown {
    if (field.resolvedType instanceof Type) return this.message(field.resolvedType, value, path);
    if (field.resolvedType instanceof Enum) {
      const number = typeof value === 'string' ? field.resolvedType.values[value] : undefined;
      if (number === undefined) throw new EncodeError(path, `${JSON.stringify(value)} is not one of ${field.resolvedType.name}`);
      return number;
    }
    return scalar(field.type, value, path);
  }

  // Asked for every message: the library would join it from the package's names each time.
  private nameOf(type: Type): string {
    const known = this.names.get(type);
    if (known !== undefined) return known;
    this.names.set(type, type.fullName);
    return type.fullName;
  }

  private wellKnown(type: Type, value: JsonValue | EncodedAny, path: string): object | undefined {
    switch (this.nameOf(type)) {
      case '.google.protobuf.Any':
        if (value instanceof EncodedAny) return value;
        return this.any(isJsonObject(value) ? value : {}, path);
      case '.google.protobuf.Duration':
        return duration(value as JsonValue, path);
      case '.google.protobuf.Struct':
        return struct(value as JsonValue, path);
      case '.google.protobuf.Value':
        return protoValue(value as JsonValue);
      case '.google.protobuf.BoolValue':
      case '.google.protobuf.StringValue':
      case '.google.protobuf.DoubleValue':
      case '.google.protobuf.FloatValue':
      case '.google.protobuf.UInt32Value':
      case '.google.protobuf.UInt64Value':
      case '.google.protobuf.Int32Value':
      case '.google.protobuf.Int64Value':
        return { value: scalar(type.fields['value']?.type ?? 'string', value as JsonValue, path) };
      default:
        return undefined;
    }
  }
}

function scalar(type: string, value: JsonValue, path: string): unknown {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'bytes':
      if (typeof value === 'string') return Buffer.from(value, 'base64');
      break;
    case 'double':
    case 'float':
      if (typeof value === 'number') return value;
      break;
    default:
      if (typeof value === 'number' && Number.isSafeInteger(value) && (value >= 0 || !type.startsWith('u'))) return value;
  }
  throw new EncodeError(path, `${JSON.stringify(value)} is not a ${type}`);
}

function duration(value: JsonValue, path: string): object {
  const parts = typeof value === 'string' ? /^(\d+)(?:\.(\d{1,9}))?s$/.exec(value) : null;
  if (!parts) throw new EncodeError(path, `${JSON.stringify(value)} is not a duration such as "1.5s"`);
  return { seconds: Number(parts[1]), nanos: Number((parts[2] ?? '').padEnd(9, '0')) };
}

function struct(value: JsonValue, path: string): object {
  if (!isJsonObject(value)) throw new EncodeError(path, 'is not an object');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return { fields: Object.fromEntries(members.map(([key, member]) => [key, protoValue(member as JsonValue)])) };
}

// The runtime's own definition of Value writes its members in camel case.
function protoValue(value: JsonValue): object {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (isJsonObject(value)) return { structValue: struct(value, '$') };
  return { listValue: { values: value.map(protoValue) } };
}
