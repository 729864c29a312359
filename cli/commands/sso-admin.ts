import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { accessPlace, placeFlags, refused, type PlaceFlags } from '../access/place';
import { work } from '../command';
import type { Cli } from '../context';
import { developmentPart } from '../development-part';
import { text } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends PlaceFlags {
  readonly stack: string;
  readonly email?: string;
}

export const ssoAdmin = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: 'Make somebody an administrator of the realm: the first person of a new platform',
    fullDescription: `Make somebody an administrator of the realm of a stack: a member of the group kea-admins, with a new login where there is none of that name.

  KEA_SSO_SECRET=… kea sso admin olga --email olga@example.com --stack dev

A new login gets a password that is printed once; at the first login it must be replaced, and a second factor set up.
Logs in as the client KEA_SSO_CLIENT (kea-sso-sync) of the realm master with KEA_SSO_SECRET.`,
  },
  parameters: {
    flags: {
      ...placeFlags,
      stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack whose realm it is about' },
      email: { kind: 'parsed', parse: text, optional: true, placeholder: 'ADDRESS', brief: 'Mail address of a new login' },
    },
    positional: { kind: 'tuple', parameters: [{ brief: 'Name of the login', parse: text, placeholder: 'PERSON' }] },
  },
  func: work('sso admin', async (cli, flags: Flags, person: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const place = await accessPlace(cli, root, flags, 'sso admin');
    if (!place) return;
    if (!place.keycloak) throw refused(`people are at ${place.provider.issuer}`, 'make administrators there');
    const { connectionOf } = await import('../run/sso.ts');
    const { makeAdministrator } = await developmentPart(
      () => import('../run/administrator.ts'),
      (missing) => `npm install ${missing}`,
    );
    const { server, realm } = place.keycloak;
    const made = await makeAdministrator(connectionOf(server, cli.process.env ?? {}), realm, person, flags.email);
    const summary = `"${person}" administers the realm "${realm}", at ${server}/admin/${realm}/console`;
    const data = { person, realm, ...made } as unknown as JsonValue;
    const shown = made.password === undefined ? {} : { text: made.password };
    await print(cli, { command: 'sso admin', findings: [], data, summary, ...shown }, { output: flags.output, root });
  }),
});
