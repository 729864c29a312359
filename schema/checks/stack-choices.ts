import { stackFindings as kind } from '../../core/findings/stack';
import type { Keycloak } from '../generated/platform';
import type { Finding } from '../../core/findings/finding';
import type { KeyPath } from '../load/document';
import { quoted, type StackSubject } from './subject';

/** Ways that exclude each other: one of them, where any is written. */
export function exactlyOne({ document, report }: StackSubject): readonly Finding[] {
  const choices: readonly { readonly path: KeyPath; readonly of: object | undefined; readonly keys: readonly string[] }[] = [
    { path: ['identity'], of: document.identity, keys: ['oidc', 'keycloak', 'embedded'] },
    { path: ['identity', 'keycloak'], of: databases(document.identity?.keycloak), keys: ['database', 'devDatabase'] },
    ...Object.entries(document.identity?.keycloak?.brokers ?? {}).map(([name, broker]) => ({
      path: ['identity', 'keycloak', 'brokers', name],
      of: broker && { oidc: broker.oidc, saml: broker.saml },
      keys: ['oidc', 'saml'],
    })),
    { path: ['cache'], of: document.cache, keys: ['redis', 'none'] },
    { path: ['cache', 'redis'], of: document.cache?.redis, keys: ['external', 'managed'] },
    { path: ['exposure'], of: document.exposure, keys: ['httpRoute', 'loadBalancer', 'ingress', 'none'] },
    {
      path: ['defaults', 'scaling', 'target'],
      of: document.defaults?.scaling?.target,
      keys: ['cpu', 'concurrency', 'rps', 'gpu', 'queue'],
    },
  ];
  return choices.flatMap(({ path, of, keys }) => {
    if (of === undefined) return [];
    const given = Object.entries(of).flatMap(([key, value]) => (value === undefined || !keys.includes(key) ? [] : [key]));
    if (given.length === 1) return [];
    const name = path.join('.');
    const message =
      given.length === 0
        ? `"${name}" chooses nothing; one of ${quoted(keys)} is needed`
        : `"${name}" has ${quoted(given)}, must have exactly one of ${quoted(keys)}`;
    return [report(kind.exactlyOne, path, { message })];
  });
}

function databases(keycloak: Keycloak | undefined): Pick<Keycloak, 'database' | 'devDatabase'> | undefined {
  return keycloak && { database: keycloak.database, devDatabase: keycloak.devDatabase };
}
