import { valuesFor } from '../../core/contract/identity';
import type { ResolvedIdentity } from '../../schema/resolved';

/** Whose console the steps are for. */
type Provider = 'Entra ID' | 'Okta' | 'Auth0' | 'Google' | 'Keycloak' | 'the provider';

export interface ProviderStep {
  readonly role: string;
  readonly person: string;
  readonly change: 'grant' | 'revoke';
}

/**
 * What somebody does at a provider that is not ours so that tokens hold a role, or no longer do. The value that must stand in the claim is the role itself, or
 * one that the stack maps to it.
 */
export function providerSteps(
  { issuer, claims, roleOf = {} }: Pick<ResolvedIdentity, 'issuer' | 'claims' | 'roleOf'>,
  { role, person, change }: ProviderStep,
): readonly string[] {
  const values = valuesFor(role, roleOf);
  const mapped = values.slice(1);
  const value = mapped[0] ?? role;
  const isGroup = claims.roles.split('.').at(-1) === 'groups' || mapped.length > 0;
  const gives = change === 'grant';
  const provider = providerOf(issuer);
  const others = mapped.slice(1).map((each) => `"${each}"`);
  const named = `"${value}"${others.length > 0 ? ` (or ${others.join(' or ')})` : ''}`;
  const steps = stepsOf(provider, { value: named, person: `"${person}"`, gives, isGroup });
  const last = gives
    ? `With a new token, \`kea sso doctor\` shows "${value}" at claim "${claims.roles}"`
    : 'Tokens that are out hold it until they end; `kea access deny` turns them away at once';
  return [`At ${provider} (${issuer}):`, ...[...steps, last].map((step, at) => `  ${at + 1}. ${step}`)];
}

interface Words {
  readonly value: string;
  readonly person: string;
  readonly gives: boolean;
  readonly isGroup: boolean;
}

function stepsOf(provider: Provider, { value, person, gives, isGroup }: Words): readonly string[] {
  const change = gives ? 'add' : 'remove';
  switch (provider) {
    case 'Entra ID':
      return isGroup
        ? [`Groups → the group with the object id ${value} → Members: ${change} ${person}`]
        : [
            ...(gives
              ? [`App registrations → the application of the gateway → App roles: create the role with the value ${value} if there is none`]
              : []),
            `Enterprise applications → the same application → Users and groups: ${gives ? 'assign' : 'remove the assignment of'} ${person} ${gives ? 'to' : 'with'} the role ${value}`,
          ];
    case 'Okta':
      return [
        `Directory → Groups → the group ${value}${gives ? ', made if there is none' : ''} → People: ${gives ? 'assign' : 'remove'} ${person}`,
        ...(gives ? [`Security → API → the authorization server → Claims: the claim must let the group ${value} through its filter`] : []),
      ];
    case 'Auth0':
      return [
        ...(gives ? [`User Management → Roles: create the role ${value} if there is none`] : []),
        `User Management → Users → ${person} → Roles: ${gives ? 'assign' : 'remove'} ${value}`,
      ];
    case 'Google':
      return [
        `Google writes no groups into tokens. In Directory → Groups ${change} ${person} ${gives ? 'to' : 'from'} the group ${value}, and have the Keycloak in front of it map that group`,
      ];
    case 'Keycloak':
      return [
        isGroup
          ? `Groups → ${value} → Members: ${change} ${person}`
          : `Users → ${person} → Role mapping: ${gives ? 'assign' : 'unassign'} the role ${value}`,
      ];
    case 'the provider':
      return [
        `${gives ? 'Give' : 'Take from'} ${person} what makes tokens hold ${value}: ${isGroup ? 'membership of that group' : 'a role of that name'}`,
      ];
  }
}

function providerOf(issuer: string): Provider {
  const { hostname, pathname } = URL.canParse(issuer) ? new URL(issuer) : { hostname: '', pathname: '' };
  if (/(^|\.)(login\.microsoftonline\.(com|us)|sts\.windows\.net)$/.test(hostname)) return 'Entra ID';
  if (/\.(okta|oktapreview|okta-emea)\.com$/.test(hostname)) return 'Okta';
  if (/\.auth0\.com$/.test(hostname)) return 'Auth0';
  if (hostname === 'accounts.google.com') return 'Google';
  return pathname.includes('/realms/') ? 'Keycloak' : 'the provider';
}
