import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import type { Role } from '../access/list';
import { accessPlace, approverFrom, keycloakAccess, loginFlags, refused, type AccessPlace, type LoginFlags } from '../access/place';
import type { AccessRequest } from '../access/requests';
import { work } from '../command';
import type { Cli } from '../context';
import { text } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends LoginFlags {
  readonly reason?: string;
  readonly audit?: string;
  readonly expired: boolean;
  readonly done: boolean;
}

/** By whom grants end whose day has come: nobody decides it anew. */
const PROGRAM = 'kea access revoke --expired';

export const accessRevoke = buildCommand<Flags, [string?, string?], Cli>({
  docs: {
    brief: 'Take a role away, or all whose end has come',
    fullDescription: `Take a role away, with a login of yours: that of a member of the groups that approve.

  kea access revoke credit-score:score ada --stack dev --reason "changed teams"
  KEA_SSO_SECRET=… kea access revoke --expired --stack dev

Tokens that are out keep the role until they end, five minutes at most with the managed Keycloak; \`kea access deny\` turns somebody away at once.
With --expired every grant of access/ whose last day has passed is taken away, with the client of sso-sync: for a scheduled job.`,
  },
  parameters: {
    flags: {
      ...loginFlags,
      reason: { kind: 'parsed', parse: text, optional: true, placeholder: 'TEXT', brief: 'Why; it stays in the file' },
      audit: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'DIR',
        brief: 'Folder for the audit record; without it .kea/audit of the project',
      },
      expired: { kind: 'boolean', default: false, withNegated: false, brief: 'All grants whose last day has passed' },
      done: { kind: 'boolean', default: false, withNegated: false, brief: "The provider's own steps were done: note it in the file" },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Role, as kea access list prints it', parse: text, placeholder: 'ROLE', optional: true },
        { brief: 'Name of the login', parse: text, placeholder: 'PERSON', optional: true },
      ],
    },
  },
  func: work('access revoke', async (cli, flags: Flags, name?: string, login?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const place = await accessPlace(cli, root, flags, 'access revoke');
    if (!place) return;
    const { roleNamed } = await import('../access/list.ts');
    const show = (summary: string, data: JsonValue, lines: readonly string[] = []): Promise<void> =>
      print(cli, { command: 'access revoke', findings: [], data, text: lines.join('\n'), summary }, { output: flags.output, root });
    if (flags.expired) {
      if (name !== undefined || login !== undefined) throw refused('--expired is about all roles: name no ROLE and no PERSON');
      const ended = await revokeExpired(cli, root, flags, place);
      return show(ended.length === 0 ? 'no grant has ended' : `${ended.length} taken away; commit access/`, ended, ended);
    }
    if (name === undefined || login === undefined) throw refused('name ROLE and PERSON, or --expired');
    const { reason } = flags;
    if (!reason) throw refused('--reason is missing');
    const role = roleNamed(place.models, name);
    if (!place.keycloak) {
      const { providerSteps } = await import('../access/provider-steps.ts');
      const steps = providerSteps(place.provider, { role: role.role, person: login, change: 'revoke' });
      const file = flags.done ? await noteEnd(root, role.role, login, { by: process.env['USER'] ?? 'somebody', reason }) : undefined;
      return show(
        file === undefined ? 'Nothing was changed. Once it is done: the same with --done' : `${file} notes it; commit it`,
        { steps },
        steps,
      );
    }
    const { approves, changeRole, notApprover, personNamed, recordAccess } = await keycloakAccess();
    const approver = await approverFrom(cli, root, flags, place.keycloak);
    if (!approves(approver, role.approvers)) throw notApprover(approver, role);
    const person = await personNamed(place.keycloak, approver, login);
    await changeRole(place.keycloak, approver, role, person, 'revoke');
    const { subject, issuer } = approver;
    const record = await recordAccess(flags.audit ?? join(root, '.kea/audit'), {
      activity_id: 2,
      time: Date.now(),
      actor: { subject, issuer, name: approver.name },
      user: { uid: person.id, name: person.name },
      privileges: [role.role],
      reason,
    });
    const file = await noteEnd(root, role.role, login, { by: approver.name, reason });
    await show(`"${login}" has ${role.role} no longer; tokens that are out hold it until they end; ${file} says so: commit it`, {
      file,
      record: record as unknown as JsonValue,
    });
  }),
});

/** Notes in the file that the role was taken away; makes the file where somebody had the role without one. */
async function noteEnd(root: string, role: string, person: string, end: { readonly by: string; readonly reason: string }): Promise<string> {
  const { dayOf, readRequest, writeRequest } = await import('../access/requests.ts');
  const on = dayOf(Date.now());
  const known: AccessRequest = readRequest(root, role, person) ?? { role, person, reason: 'never asked for', requested: on };
  return writeRequest(root, { ...known, revoked: { on, ...end } });
}

/** Ends every grant whose last day has passed; answers one line each. @throws Refusal */
async function revokeExpired(cli: Cli, root: string, { audit }: Flags, { models, keycloak }: AccessPlace): Promise<string[]> {
  const { allRoles } = await import('../access/list.ts');
  const { dayOf, isGranted, isOver, readRequests } = await import('../access/requests.ts');
  if (!keycloak) throw refused('--expired needs the managed Keycloak', 'take each away at the provider: `kea access review` names them');
  const { connectionOf } = await import('../run/sso.ts');
  const { endRole, recordAccess } = await keycloakAccess();
  const connection = connectionOf(keycloak.server, cli.process.env ?? {});
  const known = new Map(allRoles(models).map((role) => [role.role, role]));
  const ended: string[] = [];
  for (const request of readRequests(root)) {
    if (!isGranted(request) || !isOver(request, dayOf(Date.now()))) continue;
    const { role, person: login } = request;
    const reason = `the grant ended on ${request.until ?? ''}`;
    // A role that no model has any more went from everybody with it.
    const there: Role | undefined = known.get(role);
    const person = there && (await endRole(keycloak, connection, there, login));
    if (person)
      await recordAccess(audit ?? join(root, '.kea/audit'), {
        activity_id: 2,
        time: Date.now(),
        actor: { subject: connection.credentials.client, name: PROGRAM, issuer: keycloak.server },
        user: { uid: person.id, name: login },
        privileges: [role],
        reason,
      });
    await noteEnd(root, role, login, { by: PROGRAM, reason });
    ended.push(`${role}  ${login}: ${reason}`);
  }
  return ended;
}
