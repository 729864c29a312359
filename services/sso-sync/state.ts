import { gunzipSync } from 'node:zlib';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { canonicalJson } from '../../core/canonical';
import { packText } from '../../core/contract/bundle-codec';
import type { AppliedRealm } from '../../core/contract/realm';
import { RealmClient } from '../../core/contract/realm-names';

/** Name of the attribute: base64 of gzip of canonical JSON. */
const ATTRIBUTE = 'kea.applied';

/**
 * What was applied last lies in the realm itself, as an attribute of a client that can do nothing: it is read in the same export as the rest, is in
 * every backup of the database, and is not part of what the admin console writes back when somebody saves the realm's settings.
 */
export function readState(attributes: { readonly [name: string]: string }): AppliedRealm {
  const text = attributes[ATTRIBUTE];
  if (text === undefined) return {};
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as AppliedRealm;
  } catch {
    // Unreadable means that nothing is known: what people put into sets then stays in, and nothing else changes.
    return {};
  }
}

export async function writeState(admin: KeycloakAdminClient, applied: AppliedRealm): Promise<void> {
  const value = packText(canonicalJson(applied)).toString('base64');
  const attributes = { [ATTRIBUTE]: value };
  const [known] = await admin.clients.find({ clientId: RealmClient.state });
  if (known?.id === undefined) await admin.clients.create(powerless(RealmClient.state, attributes));
  else if (known.attributes?.[ATTRIBUTE] !== value) await admin.clients.update({ id: known.id }, { attributes });
}

/** A client that is a record only: off, and with every flow off. */
export function powerless(clientId: string, attributes: { readonly [name: string]: string }) {
  return {
    clientId,
    enabled: false,
    bearerOnly: true,
    standardFlowEnabled: false,
    fullScopeAllowed: false,
    defaultClientScopes: [],
    optionalClientScopes: [],
    attributes,
  };
}
