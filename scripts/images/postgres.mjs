// PostgreSQL from this machine's packages, started as its published image is: by environment, on a volume that may be empty.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from '../parts/tools.mjs';
import { whereIs } from './keycloak.mjs';

const ENTRY = '/usr/local/bin/docker-entrypoint.sh';
const PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_isready'];
const TOOLS = ['cat', 'chmod', 'locale', 'mkdir'];
/** Libraries of the server that need others of hundreds of megabytes, or other languages. */
const LEFT_OUT = /^(llvmjit|bitcode|pgxs|plperl|plpython|pltcl|sepgsql)/;

/** Makes the cluster of databases once, as the published image does with the same variables; then becomes the server. */
const SCRIPT = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  initdb --no-sync --username="$(cat "$POSTGRES_USER_FILE")" --pwfile="$POSTGRES_PASSWORD_FILE" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -j postgres
fi
exec postgres -c listen_addresses='*' "$@"
`;

/** `server`: resolves with the path of the program `postgres`. */
export function postgresRecipe(image, server) {
  return {
    image,
    user: { uid: 999, gid: 999 },
    files: ['postgres.mjs'],
    key: async () =>
      createHash('sha256')
        .update(await execute(await server(), ['--version']))
        .digest('hex'),
    async make(into) {
      const bin = dirname(realpathSync(await server()));
      const home = dirname(bin);
      for (const name of PROGRAMS) await into.program(join(bin, name));
      for (const name of TOOLS) await into.program(await whereIs(name), `/usr/bin/${name}`);
      await into.program(realpathSync('/bin/sh'), '/usr/bin/sh');
      for (const name of readdirSync(join(home, 'lib')).filter((file) => !LEFT_OUT.test(file))) await into.program(join(home, 'lib', name));
      // Its share lies where it was compiled to look: beside the others of the system, or below its own home.
      const share = [home.replace('/usr/lib/', '/usr/share/'), join(home, 'share')].find((folder) =>
        existsSync(join(folder, 'postgres.bki')),
      );
      into.copy(share);
      for (const data of ['/usr/share/zoneinfo', '/usr/lib/locale/C.utf8']) if (existsSync(data)) into.copy(data);
      mkdirSync(dirname(into.path(ENTRY)), { recursive: true });
      writeFileSync(into.path(ENTRY), SCRIPT);
      chmodSync(into.path(ENTRY), 0o755);
      return { entrypoint: [ENTRY], environment: { PATH: `${bin}:/usr/bin:/bin`, LANG: 'C.UTF-8' } };
    },
  };
}
