import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { loginPage, loginPolicy, lostPage } from './login-page';
import { makeProvider } from './provider';
import type { IssuerSettings } from './settings';
import type { Provider } from 'oidc-provider';

/** Names under which this machine calls itself. Any other one is a page that made its own name point here (DNS rebinding). */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const MAX_FORM_BYTES = 4096;

/** Answers every request to the issuer; one handler for all addresses it listens on, because sessions live in it. */
export function issuerHandler(settings: () => IssuerSettings): RequestListener {
  const provider = makeProvider(settings);
  const callback = provider.callback();
  return (request, response) => {
    if (!LOCAL_HOST.test(request.headers.host ?? ''))
      return void answer(response, 403, 'text/plain', 'this issuer answers on localhost only\n');
    if (!request.url?.startsWith('/login/')) return void callback(request, response);
    login(provider, settings(), request, response).catch(() => answer(response, 400, 'text/html', lostPage()));
  };
}

async function login(provider: Provider, settings: IssuerSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('content-security-policy', loginPolicy(settings.origins));
  const { people } = settings.directory;
  // Throws when the browser does not carry the cookie of this login.
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return answer(response, 200, 'text/html', loginPage(people, `/login/${uid}`));
  const chosen = new URLSearchParams(await readForm(request)).get('person');
  if (!people.some((person) => person.id === chosen)) return answer(response, 400, 'text/html', loginPage(people, `/login/${uid}`));
  await provider.interactionFinished(request, response, { login: { accountId: chosen ?? '' } }, { mergeWithLastSubmission: false });
}

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) throw new Error('the form is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
