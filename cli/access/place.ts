import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import type { ResolvedIssuer, ResolvedModel } from '../../schema/resolved';
import type { Cli } from '../context';
import { developmentPart } from '../development-part';
import { projectFlag, stackFlag, outputFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { Refusal } from '../refusal';
import type * as access from '../run/access';
import type { Approver, KeycloakPlace } from '../run/access';

export interface PlaceFlags extends OutputFlag {
  readonly stack?: string;
  readonly server?: string;
  readonly project?: string;
}

export interface LoginFlags extends PlaceFlags {
  readonly token?: string;
  readonly as?: string;
}

const optional = { kind: 'parsed', parse: text, optional: true } as const;

export const placeFlags = {
  output: outputFlag,
  stack: { ...stackFlag, brief: 'Stack whose people it is about; without it the platform that runs on this machine' },
  server: { ...optional, placeholder: 'URL', brief: "Address of Keycloak's admin API; without it https:// and the stack's adminHostname" },
  project: projectFlag,
} as const;

export const loginFlags = {
  ...placeFlags,
  token: {
    ...optional,
    placeholder: 'FILE',
    brief: 'File with an access token of yours instead of a login in the browser; - reads standard input',
  },
  as: { ...optional, placeholder: 'PERSON', brief: 'Decide as a sample person of the platform that runs here' },
} as const;

/** Where people and their roles are: our Keycloak, or a provider that is not ours. */
export interface AccessPlace {
  readonly models: readonly ResolvedModel[];
  readonly provider: ResolvedIssuer;
  readonly keycloak?: KeycloakPlace;
}

/** Undefined when the files have errors, which are printed. @throws Refusal */
export async function accessPlace(cli: Cli, root: string, flags: PlaceFlags, command: string): Promise<AccessPlace | undefined> {
  const loaded = await loadSound(cli, { command, root, stack: flags.stack, output: flags.output });
  if (!loaded) return undefined;
  const { models, stack } = loaded.platform;
  if (flags.stack !== undefined) {
    const { identity } = stack;
    if (!identity.keycloak) return { models, provider: identity };
    const server = (flags.server ?? `https://${identity.keycloak.adminHostname}`).replace(/\/+$/, '');
    return { models, provider: identity, keycloak: { server, realm: identity.keycloak.realm } };
  }
  const { localIssuer, runningPlatform } = await import('../run/token.ts');
  const { state } = runningPlatform(root);
  const provider = localIssuer(root);
  if (state.trusted) return { models, provider };
  if (!state.keycloak) {
    const message = 'sample people of the embedded issuer have the roles that they have';
    throw new Refusal(
      finding(identityFindings.accessCall, { message, fix: 'start the platform by `npm start -- --keycloak`, or name a --stack' }),
    );
  }
  const url = new URL(provider.issuer);
  return { models, provider, keycloak: { server: url.origin, realm: url.pathname.split('/').at(-1) ?? '' } };
}

/** What talks to Keycloak, by a package that a lean installation gets only where it asks for it. @throws Refusal */
export function keycloakAccess(): Promise<typeof access> {
  return developmentPart(
    () => import('../run/access.ts'),
    (missing) => `npm install ${missing}`,
  );
}

/** The login that decides. @throws Refusal */
export async function approverFrom(cli: Cli, root: string, flags: LoginFlags, place: KeycloakPlace): Promise<Approver> {
  const { approverOf, logInByBrowser } = await keycloakAccess();
  if (flags.as !== undefined) {
    if (flags.stack !== undefined || flags.token !== undefined) throw refused('--as names a sample person of the platform that runs here');
    const { localToken } = await import('../run/token.ts');
    return approverOf(await localToken({ root, person: flags.as }));
  }
  if (flags.token !== undefined) return approverOf(tokenIn(cli, flags.token));
  return logInByBrowser(place, ({ address, code }) => cli.say(`Log in at ${address} and confirm the code ${code}`));
}

function tokenIn(cli: Cli, file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(cli.cwd, file), 'utf8').trim();
  } catch (error) {
    throw refused(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code ?? ''}`);
  }
}

export function refused(message: string, fix?: string): Refusal {
  return new Refusal(finding(identityFindings.accessCall, { message, ...(fix === undefined ? {} : { fix }) }));
}
