import { randomBytes } from 'node:crypto';
import { ADMINS } from '../../core/contract/realm-names';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { connect, type Connection } from '../../services/sso-sync/connect';
import { Refusal } from '../refusal';
import { refusing } from './sso';

/** Somebody who administers a realm from now on. */
export interface MadeAdministrator {
  /** For the first login only; undefined when he had a login before. */
  readonly password?: string;
}

/** What a person must do at the first login: a password of his own, and a second factor. */
const FIRST_LOGIN = ['UPDATE_PASSWORD', 'CONFIGURE_TOTP'];

/** Puts somebody into `kea-admins`, with a new login where there is none of that name. @throws Refusal */
export function makeAdministrator(
  connection: Connection,
  realm: string,
  username: string,
  email: string | undefined,
): Promise<MadeAdministrator> {
  return refusing(async () => {
    const admin = connect(connection, realm);
    const group = (await admin.groups.find({ search: ADMINS, exact: true })).find(({ name }) => name === ADMINS);
    if (group?.id === undefined)
      throw new Refusal(
        finding(identityFindings.noRole, { message: `the realm "${realm}" has no group ${ADMINS}`, fix: 'run `kea sso apply` first' }),
      );
    const [known] = await admin.users.find({ username, exact: true });
    if (known?.id !== undefined) {
      await admin.users.addToGroup({ id: known.id, groupId: group.id });
      return {};
    }
    const password = randomBytes(18).toString('base64url');
    const credentials = [{ type: 'password', value: password, temporary: true }];
    const mail = email === undefined ? {} : { email };
    const { id } = await admin.users.create({ username, enabled: true, ...mail, credentials, requiredActions: FIRST_LOGIN });
    await admin.users.addToGroup({ id, groupId: group.id });
    return { password };
  });
}
