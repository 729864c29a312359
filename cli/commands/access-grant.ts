import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { accessPlace, approverFrom, keycloakAccess, loginFlags, refused, type LoginFlags } from '../access/place';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, text } from '../flags';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends LoginFlags {
  readonly reason?: string;
  readonly until?: string;
  readonly audit?: string;
  readonly done: boolean;
}

export const accessGrant = buildCommand<Flags, [string, string], Cli>({
  docs: {
    brief: 'Give a role, as one of those who approve',
    fullDescription: `Give somebody a role, with a login of yours: that of a member of the groups that approve. Keycloak holds who may give what; this command only asks it.

  kea access grant credit-score:score ada --stack dev
  kea access grant credit-score:score ada --stack dev --reason "on call" --until 2027-01-31
  kea access grant credit-score:score sam --as tina

Reason and end are those of the request in access/, if there is one. The file then says who gave the role and when: commit it. One record goes to the audit folder.
With a provider of your own its steps are printed; once they are done, --done notes it.`,
  },
  parameters: {
    flags: {
      ...loginFlags,
      reason: { kind: 'parsed', parse: text, optional: true, placeholder: 'TEXT', brief: 'What for; without it that of the request' },
      until: { kind: 'parsed', parse: calendarDate, optional: true, placeholder: 'DAY', brief: 'Last day; without it that of the request' },
      audit: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'DIR',
        brief: 'Folder for the audit record; without it .kea/audit of the project',
      },
      done: { kind: 'boolean', default: false, withNegated: false, brief: "The provider's own steps were done: note it in the file" },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Role, as kea access list prints it', parse: text, placeholder: 'ROLE' },
        { brief: 'Name of the login', parse: text, placeholder: 'PERSON' },
      ],
    },
  },
  func: work('access grant', async (cli, flags: Flags, name: string, login: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const place = await accessPlace(cli, root, flags, 'access grant');
    if (!place) return;
    const { roleNamed } = await import('../access/list.ts');
    const { dayOf, isOver, readRequest, writeRequest } = await import('../access/requests.ts');
    const role = roleNamed(place.models, name);
    const today = dayOf(Date.now());
    const asked = readRequest(root, role.role, login);
    // What was taken back was another grant: it needs a request, or a reason, of its own.
    const before = asked?.revoked ? undefined : asked;
    const reason = flags.reason ?? before?.reason;
    const until = flags.until ?? before?.until;
    if (!reason)
      throw refused(
        `nobody asked that "${login}" gets ${role.role}, and --reason is missing`,
        'have it asked for by `kea access request`, or give a --reason',
      );
    if (isOver({ ...(until === undefined ? {} : { until }) }, today))
      throw refused(`the end, ${until ?? ''}, is over`, 'give another --until');
    const note = (by: string): string =>
      writeRequest(root, {
        role: role.role,
        person: login,
        reason,
        requested: before?.requested ?? today,
        ...(until === undefined ? {} : { until }),
        granted: { on: today, by },
      });
    const { output } = flags;
    if (!place.keycloak) {
      const { providerSteps } = await import('../access/provider-steps.ts');
      const steps = providerSteps(place.provider, { role: role.role, person: login, change: 'grant' });
      const summary = flags.done
        ? `${note(process.env['USER'] ?? 'somebody')} notes it; commit it`
        : 'Nothing was changed. Once it is done: the same with --done';
      const data = { steps: steps as unknown as JsonValue };
      return print(cli, { command: 'access grant', findings: [], data, text: steps.join('\n'), summary }, { output, root });
    }
    const { approves, changeRole, notApprover, personNamed, recordAccess } = await keycloakAccess();
    const approver = await approverFrom(cli, root, flags, place.keycloak);
    if (!approves(approver, role.approvers)) throw notApprover(approver, role);
    const person = await personNamed(place.keycloak, approver, login);
    if (person.id === approver.subject) throw notApprover({ name: `${approver.name}, for himself,` }, role);
    if (!person.enabled) throw refused(`the login "${login}" is disabled`, 'have it enabled first, or leave it');
    await changeRole(place.keycloak, approver, role, person, 'grant');
    const { subject, issuer } = approver;
    const record = await recordAccess(flags.audit ?? join(root, '.kea/audit'), {
      activity_id: 1,
      time: Date.now(),
      actor: { subject, issuer, name: approver.name },
      user: { uid: person.id, name: person.name },
      privileges: [role.role],
      reason,
      ...(until === undefined ? {} : { until }),
    });
    const file = note(approver.name);
    const summary = `"${login}" has ${role.role}${until === undefined ? '' : ` until ${until}`}, in tokens from now on; ${file} says so: commit it`;
    await print(
      cli,
      { command: 'access grant', findings: [], data: { file, record: record as unknown as JsonValue }, summary },
      { output, root },
    );
  }),
});
