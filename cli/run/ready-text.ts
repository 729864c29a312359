import { methodPath } from '../../core/contract/names';
import type { ResolvedPlatform } from '../../schema/resolved';
import { SAMPLE_PASSWORD } from './keycloak/settings';
import type { LocalPlatform } from './local';

/** What a person sees once everything serves: where to click, what to call, how to get a token. */
export function readyText(running: LocalPlatform, seconds: number): string {
  const { url, issuer } = running;
  const platform = running.platform();
  const { kind } = platform.stack.identity;
  const isKeycloak = kind === 'keycloak';
  const names = 'log in as ada, tina or sam';
  const vouches = { embedded: "KEA's own, for this machine only", keycloak: 'Keycloak', oidc: 'gives out the tokens' }[kind];
  const versions = platform.models.flatMap((model) => model.contracts.flatMap((contract) => contract.versions));
  const sample = sampleCall(platform);
  return [
    '',
    `ready in ${seconds.toFixed(1)} s: ${count(platform.models.length, 'model')}, ${count(versions.length, 'version')}`,
    '',
    `  docs      ${url}/docs${kind === 'oidc' ? '' : `      ${names}${isKeycloak ? `, password ${SAMPLE_PASSWORD}` : ''}`}`,
    `  models    ${url}/models`,
    `  issuer    ${issuer}      ${vouches}`,
    ...(kind === 'oidc' ? [] : ['  a token   npx --no-install kea token [ada | tina | sam | batch]']),
    ...(sample === undefined ? [] : ['', ...curl(url, sample, kind === 'oidc' ? '$TOKEN' : '$(npx --no-install kea token)')]),
    '',
    'changes of model files are picked up; Ctrl-C ends everything',
    '',
  ].join('\n');
}

interface SampleCall {
  readonly path: string;
  readonly body: string;
}

/** An example of an idempotent method, the shortest path first, so that it can be pasted as often as one likes. */
function sampleCall(platform: ResolvedPlatform): SampleCall | undefined {
  const calls = platform.models.flatMap((model) =>
    model.contracts.flatMap((contract) =>
      contract.methods.flatMap((method) => {
        const [example] = method.examples;
        const path = methodPath(model.name, contract.contract, method.method);
        return example && method.idempotent ? [{ path, body: JSON.stringify(example.request), cached: method.cache.scope !== 'none' }] : [];
      }),
    ),
  );
  return calls.find(({ cached, body }) => cached && body.length < 200) ?? calls[0];
}

function curl(url: string, { path, body }: SampleCall, token: string): readonly string[] {
  return [
    `  curl -s ${url}${path} \\`,
    `    -H "authorization: Bearer ${token}" \\`,
    `    -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`,
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
