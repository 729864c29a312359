import { join } from 'node:path';
import { finding } from '../../../core/findings/finding';
import { runFindings } from '../../../core/findings/run';
import type { ResolvedPlatform } from '../../../schema/resolved';
import { Refusal } from '../../refusal';
import type { Child } from '../child';
import type { LocalIdentity } from '../identity';
import { onThisMachine } from '../platform-identity';
import { nodeProgram } from '../programs';
import { writeLogin } from '../secrets';
import type { StateFolder } from '../state';
import { requestToken } from '../token';
import { loadKeys } from './keys';
import { sampleDirectory } from './people';
import { Client, IssuerPath, issuerUrl, type FromIssuer, type ToIssuer } from './settings';

/** KEA's own issuer with the sample people, for one machine: asks for no password. */
export async function embeddedIssuer(
  folder: StateFolder,
  place: { readonly host: string; readonly port: number },
  first: ResolvedPlatform,
): Promise<LocalIdentity> {
  const machines = sampleDirectory(first).machines.map(({ id }) => id);
  const keys = await loadKeys(folder.keys, machines);
  const issuer = issuerUrl(place.port + 1);
  const login = writeLogin(folder.secrets, {
    clientId: Client.login,
    origin: `http://localhost:${place.port}`,
    clientSecret: keys.secrets[Client.login] ?? '',
    sessionKey: keys.session,
    authorizationEndpoint: `${issuer}${IssuerPath.authorization}`,
    tokenEndpoint: `${issuer}${IssuerPath.token}`,
    endSessionEndpoint: `${issuer}${IssuerPath.endSession}`,
  });
  const settings = (platform: ResolvedPlatform): ToIssuer => ({
    type: 'settings',
    settings: { port: place.port + 1, origins: originsOf(place), directory: sampleDirectory(platform), keys },
  });
  let current = first;
  let child: Child | undefined;
  return {
    issuer,
    login,
    onThisMachine: (platform) => onThisMachine(platform, place.port, keys),
    start: (crew, platform) =>
      new Promise((resolve, reject) => {
        current = platform;
        const program = nodeProgram('cli/run/issuer/main.js', {
          name: 'issuer',
          args: [],
          log: join(folder.logs, 'issuer.log'),
          ipc: true,
        });
        child = crew.start(program, {
          onStart: (started) => started.send(settings(current)),
          onMessage: (message) => {
            const said = message as FromIssuer;
            if (said.type === 'listening') return resolve();
            const kind = said.code === 'EADDRINUSE' ? runFindings.portTaken : runFindings.notReady;
            reject(new Refusal(finding(kind, { message: `the issuer: ${said.reason}` })));
          },
        });
      }),
    follow: (platform) => {
      current = platform;
      child?.send(settings(platform));
      return Promise.resolve();
    },
    token: (person) => requestToken(issuer, keys, person),
    child: () => child,
  };
}

/** Origins under which a browser sees the gateway. */
function originsOf({ host, port }: { readonly host: string; readonly port: number }): readonly string[] {
  const named = new URL(`http://${host.includes(':') ? `[${host}]` : host}`).host;
  const names = new Set(['localhost', '127.0.0.1', ...(/^(0\.0\.0\.0|\[::\])$/.test(named) ? [] : [named])]);
  return [...names].map((name) => `http://${name}:${port}`);
}
