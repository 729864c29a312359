import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import { refused } from '../access/place';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';

interface Flags extends OutputFlag {
  readonly reason: string;
  readonly until?: string;
  readonly stack?: string;
  readonly project?: string;
}

export const accessRequest = buildCommand<Flags, [string, string], Cli>({
  docs: {
    brief: 'Ask for a role: writes a file for a pull request',
    fullDescription: `Ask that somebody gets a role. Writes access/<role>/<person>.yaml, for a pull request, in which those who approve say yes or no.

  kea access request credit-score:score ada --reason "quarterly review"
  kea access request credit-analyst ada --reason "joins the risk team" --until 2027-01-31

PERSON is the name of a login at the provider. \`kea access list\` prints the roles. Nothing is given before an approver runs \`kea access grant\`.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      reason: { kind: 'parsed', parse: text, placeholder: 'TEXT', brief: 'What for; it stays in the file' },
      until: {
        kind: 'parsed',
        parse: calendarDate,
        optional: true,
        placeholder: 'DAY',
        brief: 'Last day, such as 2027-01-31; without it until it is taken away',
      },
      stack: stackFlag,
      project: projectFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Role, as kea access list prints it', parse: text, placeholder: 'ROLE' },
        { brief: 'Name of the login', parse: text, placeholder: 'PERSON' },
      ],
    },
  },
  func: work('access request', async (cli, flags: Flags, name: string, person: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, { command: 'access request', root, stack: flags.stack, output: flags.output });
    if (!loaded) return;
    const { approvedBy, roleNamed } = await import('../access/list.ts');
    const { dayOf, isGranted, isOver, readRequest, requestFile, writeRequest } = await import('../access/requests.ts');
    const role = roleNamed(loaded.platform.models, name);
    const requested = dayOf(Date.now());
    const { reason, until } = flags;
    if (reason.trim() === '' || person.trim() === '') throw refused('--reason and PERSON must say something');
    if (isOver({ ...(until === undefined ? {} : { until }) }, requested)) throw refused(`--until ${until ?? ''} is over`);
    const before = readRequest(root, role.role, person);
    if (before && isGranted(before) && !isOver(before, requested))
      throw refused(
        `${requestFile(role.role, person)} says that "${person}" has ${role.role} already`,
        'look at it by `kea access review`',
      );
    const request = { role: role.role, person, reason, requested, ...(until === undefined ? {} : { until }) };
    const file = writeRequest(root, request);
    const summary = `${file} is written; ${approvedBy(role.approvers)}\nOpen a pull request with it. Then: kea access grant ${role.role} ${person}`;
    const data = { file, request: request as unknown as JsonValue, approvers: role.approvers as unknown as JsonValue };
    await print(cli, { command: 'access request', findings: [], data, summary }, { output: flags.output, root });
  }),
});
