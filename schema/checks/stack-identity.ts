import { stackFindings as kind } from '../../core/findings/stack';
import { identityFindings } from '../../core/findings/identity';
import type { Finding } from '../../core/findings/finding';
import { isJsonObject } from '../../core/json';
import type { Oidc } from '../generated/platform';
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

/** Keys of each provider come over TLS, once, and are keys. */
export function providerKeys(subject: StackSubject): readonly Finding[] {
  return providersOf(subject).flatMap(([oidc, at]) => {
    const { name, report } = subject;
    const insecure = (['issuer', 'jwksUri'] as const)
      .filter((key) => oidc[key]?.startsWith('http://') && name !== LOCAL)
      .map((key) => report(kind.insecureIssuer, [...at, key], { message: `"${oidc[key]}" is not https` }));
    if (oidc.jwks === undefined) return insecure;
    const path = [...at, 'jwks'];
    if (oidc.jwksUri !== undefined)
      return [...insecure, report(kind.keys, path, { message: '"jwks" stands beside "jwksUri", and only one is read' })];
    return isKeySet(oidc.jwks)
      ? insecure
      : [...insecure, report(kind.keys, path, { message: '"jwks" is no JSON text with a list "keys" that holds a key' })];
  });
}

/** Providers differ, stand beside a real one, and are fetched as their keys say. */
export function providersTogether(subject: StackSubject): readonly Finding[] {
  const { document, resolved, report } = subject;
  const { also } = document.identity ?? {};
  if (also !== undefined && resolved.identity.kind === 'embedded')
    return [
      report(identityFindings.providers, ['identity', 'also'], {
        message: '"also" stands beside no provider; the embedded issuer is none',
      }),
    ];
  const names = [resolved.identity.issuer, ...(also ?? []).map(({ issuer }) => issuer)];
  const twice = (also ?? []).flatMap(({ issuer }, at) =>
    names.indexOf(issuer) <= at
      ? [report(identityFindings.providers, ['identity', 'also', at, 'issuer'], { message: `"${issuer}" is named twice` })]
      : [],
  );
  const unused = providersOf(subject).flatMap(([oidc, at]) =>
    (['proxy', 'ca'] as const)
      .filter((key) => oidc[key] !== undefined && (oidc.jwks !== undefined || oidc.jwksUri?.startsWith('http://') === true))
      .map((key) =>
        report(identityFindings.providers, [...at, key], {
          message: `"${key}" has no use: the keys ${oidc.jwks === undefined ? 'are not fetched over https' : 'stand in the file'}`,
        }),
      ),
  );
  return [...twice, ...unused];
}

/** Providers that exist, with where each stands in the file. */
function providersOf({ document }: StackSubject): readonly (readonly [Oidc, readonly (string | number)[]])[] {
  const { oidc, also } = document.identity ?? {};
  return [
    ...(oidc ? [[oidc, ['identity', 'oidc']] as const] : []),
    ...(also ?? []).map((each, at) => [each, ['identity', 'also', at]] as const),
  ];
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
