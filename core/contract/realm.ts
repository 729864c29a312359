import { gunzipSync } from 'node:zlib';
import { digestOf } from '../digests';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';

/**
 * What a stack wants its realm to hold. Made by constructs/identity/render, put in place by services/sso-sync: flat and keyed, so that a difference
 * is one of maps and sets. What it does not name belongs to other people.
 */
export interface RealmPlan {
  readonly realm: string;
  readonly stack: string;
  /** By kind, then name, in byte order; exactly one of kind `realm`, first. */
  readonly objects: readonly RealmObject[];
}

/** In the order of creation: an object refers to earlier kinds only. */
export const REALM_KINDS = ['realm', 'role', 'client', 'scope', 'login', 'group', 'provider', 'delegation'] as const;

/**
 * `client`: a model's client, which only holds roles. `scope`: a client scope. `login`: a client that people or machines log in with.
 * `provider`: a broker to another identity provider. `delegation`: what members of groups may give out by themselves; its fields are a `Delegation`.
 */
export type RealmKind = (typeof REALM_KINDS)[number];

export interface RealmObject {
  readonly kind: RealmKind;
  readonly name: string;
  /** Whole members of Keycloak's representation; a change by hand is taken back. */
  readonly fields: JsonObject;
  /** Members of its `attributes` (`config`, for a provider); those that are not named survive. */
  readonly attributes: { readonly [name: string]: string };
  /** Protocol mappers, or mappers of a provider, by name. */
  readonly mappers: { readonly [name: string]: RealmMapper };
  /** Names that must be in; others that people put in stay in. */
  readonly sets: { readonly [S in RealmSet]?: readonly string[] };
  /** Set at creation and never again: the switch that disables a client is in the hands of people. */
  readonly initial: JsonObject;
}

/** What members of `approvers` may do without being administrators; Keycloak holds it, whoever asks. All lists in byte order. */
export interface Delegation {
  readonly approvers: readonly string[];
  /** They may find people, and change their roles as far as other delegations let them. */
  readonly people: boolean;
  /** Models whose roles they may give and take. */
  readonly models: readonly string[];
  /** Realm roles that they may give and take. */
  readonly roles: readonly string[];
}

export interface RealmMapper {
  /** Keycloak's name of the mapper's type. */
  readonly type: string;
  readonly config: { readonly [name: string]: string };
}

/**
 * `roles`: the client's own roles. `scoped`: roles that may stand in tokens. `granted`: roles of a group or a machine, and those that a role of the realm comprises.
 * Roles of clients are written `<client> <role>`, roles of the realm by name.
 */
export const REALM_SETS = ['roles', 'defaultScopes', 'optionalScopes', 'scoped', 'granted'] as const;
export type RealmSet = (typeof REALM_SETS)[number];

/** What was put in place last time, by `objectId`: enough to tell our own doing from other people's. */
export interface AppliedRealm {
  readonly [id: string]: {
    readonly digest: string;
    readonly attributes: readonly string[];
    readonly mappers: readonly string[];
    readonly sets: RealmObject['sets'];
  };
}

/** `role credit-analyst`: the key of an object in maps and messages. */
export function objectId(object: Pick<RealmObject, 'kind' | 'name'>): string {
  return `${object.kind} ${object.name}`;
}

/** Attribute of everything in a realm that is ours, with `ownMark` as its value, so that a copy made by hand is not taken for ours. */
export const MARK = 'kea.managed';

export function ownMark(object: Pick<RealmObject, 'kind' | 'name'>): string {
  return object.kind === 'realm' ? 'realm' : `${object.kind} ${object.name}`;
}

/** What to remember of a plan that was put in place. */
export function appliedOf(plan: RealmPlan): AppliedRealm {
  return Object.fromEntries(
    plan.objects.map((object) => [
      objectId(object),
      {
        digest: realmObjectDigest(object),
        attributes: Object.keys(object.attributes),
        mappers: Object.keys(object.mappers),
        sets: object.sets,
      },
    ]),
  );
}

/** Digest of what is owned of an object; 16 hexadecimal digits tell changes from no changes. */
export function realmObjectDigest({ fields, attributes, mappers, sets }: RealmObject): string {
  return digestOf({ fields, attributes, mappers, sets } as unknown as JsonObject).slice(0, 16);
}

/** sha256 (hex) of a whole plan. */
export function realmDigest(plan: RealmPlan): string {
  return digestOf(plan as unknown as JsonObject);
}

/** Largest unpacked plan: 2,000 models need about 4 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads a gzipped plan. @throws Error that says what is wrong with the bytes */
export function decodeRealm(bytes: Uint8Array): RealmPlan {
  let value: JsonValue;
  try {
    value = JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8')) as JsonValue;
  } catch {
    throw new Error('the realm plan is not gzipped JSON, or is cut off');
  }
  if (!isJsonObject(value) || typeof value['realm'] !== 'string' || !Array.isArray(value['objects']))
    throw new Error('the realm plan has no realm or no objects');
  return value as unknown as RealmPlan;
}
