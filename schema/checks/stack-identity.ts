import { stackFindings as kind } from '../../core/findings/stack';
import { identityFindings } from '../../core/findings/identity';
import type { Finding } from '../../core/findings/finding';
import { isJsonObject } from '../../core/json';
import { LOCAL } from '../resolve/local';
import type { StackSubject } from './subject';

/** The embedded issuer is for one machine. */
export function embeddedOnlyLocal({ name, document, resolved, report }: StackSubject): readonly Finding[] {
  if (name === LOCAL || resolved.identity.kind !== 'embedded' || Object.keys(document.identity ?? { embedded: {} }).length === 0) return [];
  const message =
    document.identity === undefined
      ? '"identity" is missing, and the embedded issuer is for the local stack only'
      : '"embedded" is for the local stack only';
  return [report(kind.embedded, document.identity === undefined ? [] : ['identity', 'embedded'], { message })];
}

/** Keys of the provider come over TLS, once, and are keys. */
export function providerKeys({ name, document, report }: StackSubject): readonly Finding[] {
  const { oidc } = document.identity ?? {};
  if (oidc === undefined) return [];
  const insecure = (['issuer', 'jwksUri'] as const)
    .filter((key) => oidc[key]?.startsWith('http://') && name !== LOCAL)
    .map((key) => report(kind.insecureIssuer, ['identity', 'oidc', key], { message: `"${oidc[key]}" is not https` }));
  if (oidc.jwks === undefined) return insecure;
  const path = ['identity', 'oidc', 'jwks'];
  if (oidc.jwksUri !== undefined)
    return [...insecure, report(kind.keys, path, { message: '"jwks" stands beside "jwksUri", and only one is read' })];
  return isKeySet(oidc.jwks)
    ? insecure
    : [...insecure, report(kind.keys, path, { message: '"jwks" is no JSON text with a list "keys" that holds a key' })];
}

/** The login that the platform runs: no toy database where it counts, one key a machine, names that are free. */
export function managedLogin({ document, resolved, report }: StackSubject): readonly Finding[] {
  const { keycloak } = document.identity ?? {};
  if (keycloak === undefined) return [];
  const at = (...path: string[]): string[] => ['identity', 'keycloak', ...path];
  const isProduction = document.after !== undefined || resolved.policies.level === 'deny';
  return [
    ...(keycloak.devDatabase && isProduction
      ? [report(identityFindings.devDatabase, at('devDatabase'), { message: '"devDatabase" is for development only' })]
      : []),
    ...Object.entries(keycloak.machines ?? {}).flatMap(([name, machine]) => [
      ...(machine?.jwks !== undefined && machine.jwksUri !== undefined
        ? [report(identityFindings.machineKeys, at('machines', name, 'jwks'), { message: `"${name}" has "jwks" beside "jwksUri"` })]
        : []),
      ...(name.startsWith('kea-')
        ? [report(identityFindings.takenName, at('machines', name), { message: `"${name}" begins with "kea-", which is the platform's` })]
        : []),
      ...(machine?.jwks !== undefined && !isKeySet(machine.jwks)
        ? [report(kind.keys, at('machines', name, 'jwks'), { message: '"jwks" is no JSON text with a list "keys" that holds a key' })]
        : []),
    ]),
  ];
}

function isKeySet(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && Array.isArray(value['keys']) && value['keys'].length > 0 && value['keys'].every(isJsonObject);
  } catch {
    return false;
  }
}
