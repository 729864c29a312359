import { join, resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { RealmClient } from '../../core/contract/realm-names';
import { accessPlace, keycloakAccess, placeFlags, refused, type PlaceFlags } from '../access/place';
import { work } from '../command';
import type { Cli } from '../context';
import { text } from '../flags';
import { print } from '../print/index';
import { projectOf, unknownModel } from '../project';

interface Flags extends PlaceFlags {
  readonly calls?: string;
  readonly strict: boolean;
}

export const accessReview = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'List who has which role, since when, by whom, and what is odd',
    fullDescription: `List who has which role of the models, since when, given by whom and why, and when it was last used; and what somebody should look at:
a role without a grant, one beyond its end, a grant without its role, a login that is disabled.

  KEA_SSO_SECRET=… kea access review --stack prod
  KEA_SSO_SECRET=… kea access review credit-score --stack prod --calls audit/

Logs in as the client KEA_SSO_CLIENT (kea-sso-sync) of the realm master with KEA_SSO_SECRET; on this machine with what the local run knows.
The last call is looked up in audit records (*.jsonl) below --calls; without it below .kea/audit of the project.`,
  },
  parameters: {
    flags: {
      ...placeFlags,
      calls: { kind: 'parsed', parse: text, optional: true, placeholder: 'DIR', brief: 'Folder with audit records of the gateway' },
      strict: { kind: 'boolean', default: false, withNegated: false, brief: 'Exit 1 when something is odd' },
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Model; all without it', parse: text, placeholder: 'MODEL', optional: true }],
    },
  },
  func: work('access review', async (cli, flags: Flags, model?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const place = await accessPlace(cli, root, flags, 'access review');
    if (!place) return;
    if (model !== undefined && !place.models.some(({ name }) => name === model))
      throw unknownModel(
        model,
        place.models.map(({ name }) => name),
      );
    if (!place.keycloak)
      throw refused(
        `people and their roles are at ${place.provider.issuer}`,
        'review them there: what must stand in tokens is what `kea access list` prints',
      );
    const { allRoles } = await import('../access/list.ts');
    const { dayOf, readRequests } = await import('../access/requests.ts');
    const { lastCalls, renderReview, reviewAccess, reviewFindings } = await import('../access/review.ts');
    const { holdersOf } = await keycloakAccess();
    const wanted = allRoles(place.models).filter(
      ({ model: own, opens }) => model === undefined || own === model || opens.some((each) => each.startsWith(`${model}/`)),
    );
    const { connectionOf } = await import('../run/sso.ts');
    const env = flags.stack === undefined ? await localSecret(root) : (cli.process.env ?? {});
    const holders = await holdersOf(place.keycloak, connectionOf(place.keycloak.server, env), wanted);
    const names = new Set(wanted.map(({ role }) => role));
    const requests = readRequests(root).filter(({ role }) => model === undefined || names.has(role));
    const calls = lastCalls(flags.calls === undefined ? join(root, '.kea/audit') : resolve(cli.cwd, flags.calls));
    const rows = reviewAccess({ holders, requests, roles: wanted }, calls, dayOf(Date.now()));
    const odd = rows.filter((row) => row.odd.length > 0).length;
    const summary = `${rows.length} ${rows.length === 1 ? 'role' : 'roles'} held; ${odd === 0 ? 'nothing is odd' : `${odd} to look at`}`;
    await print(
      cli,
      { command: 'access review', findings: reviewFindings(rows), data: rows as unknown as JsonValue, text: renderReview(rows), summary },
      { output: flags.output, root, strict: flags.strict },
    );
  }),
});

/** Of the Keycloak of a local run, which nobody else uses. */
async function localSecret(root: string): Promise<NodeJS.ProcessEnv> {
  const { runningPlatform } = await import('../run/token.ts');
  const { loadSecrets } = await import('../run/keycloak/settings.ts');
  return { KEA_SSO_CLIENT: RealmClient.sync, KEA_SSO_SECRET: loadSecrets(runningPlatform(root).folder.keycloak.secrets).sync };
}
