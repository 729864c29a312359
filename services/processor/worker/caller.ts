import type { IncomingHttpHeaders } from 'node:http';
import type { BundleIndex } from '../../../core/contract/bundle';
import { Header } from '../../../core/contract/headers';
import { rolesFrom, type TrustedIssuer } from '../../../core/contract/identity';
import { parseRoles } from '../../../core/decide/role-verdict';

/** Who calls, from the headers that the edge set after it verified the token. All empty on a public method without a token. */
export interface Caller {
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
  /** `jti`: this one token. */
  readonly tokenId: string;
  /** The caller's organisation, where the stack says which claim names it. */
  readonly tenant: string;
  /** Issuer and subject, never of one alone: empty when either is. */
  readonly principal: string;
  /** `undefined` when the edge sent no roles. */
  readonly roles: readonly string[] | undefined;
}

/** `roleOf`: what values of the roles claim stand for, by issuer. */
export function readCaller(headers: IncomingHttpHeaders, roleOf: NonNullable<BundleIndex['roleOf']>): Caller {
  const issuer = one(headers[Header.issuer]);
  const subject = one(headers[Header.subject]);
  return {
    issuer,
    subject,
    client: one(headers[Header.client]),
    tokenId: one(headers[Header.tokenId]),
    tenant: one(headers[Header.tenant]),
    principal: issuer !== '' && subject !== '' ? `${issuer}\n${subject}` : '',
    roles: rolesOf(headers[Header.roles], Object.hasOwn(roleOf, issuer) ? roleOf[issuer] : undefined),
  };
}

function one(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The same token comes again and again; its roles are read once. */
const known = new Map<string, readonly string[]>();
const MAX_KNOWN = 2000;

function rolesOf(header: string | string[] | undefined, roleOf: TrustedIssuer['roleOf'] | undefined): readonly string[] | undefined {
  const values = valuesIn(header);
  return values === undefined || roleOf === undefined ? values : rolesFrom(values, roleOf);
}

function valuesIn(header: string | string[] | undefined): readonly string[] | undefined {
  if (typeof header !== 'string') return undefined;
  let roles = known.get(header);
  if (roles === undefined) {
    roles = parseRoles(header);
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value as string);
    known.set(header, roles);
  }
  return roles;
}
