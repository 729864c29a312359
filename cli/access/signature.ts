import { createPublicKey, verify, type JsonWebKey, type KeyObject, constants } from 'node:crypto';
import type { TokenFact } from '../../core/decide/explain-access';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';

const WAIT_MS = 10_000;

/** Digest and form of each signature that the gateway verifies. Symmetric ones are not among them: whoever reads the keys could sign. */
const ALGORITHMS: { readonly [alg: string]: { readonly hash: string | null; readonly pss?: true; readonly points?: true } } = {
  ...Object.fromEntries(
    [256, 384, 512].flatMap((bits) => {
      const hash = `sha${bits}`;
      return [
        [`RS${bits}`, { hash }],
        [`PS${bits}`, { hash, pss: true }],
        [`ES${bits}`, { hash, points: true }],
      ] as const;
    }),
  ),
  EdDSA: { hash: null },
};

/** Keys of a provider, or a sentence that says why there are none. */
export type Keys = readonly JsonObject[] | string;

/**
 * The keys of `jwks`, the set itself, else those that `jwksUri` answers, by the stack's proxy where it names one. `ca`: authorities (PEM) for the
 * provider's certificate instead of those that Node knows.
 */
export async function keysOf(
  { jwks, jwksUri, proxy }: { readonly jwks?: string; readonly jwksUri: string; readonly proxy?: string },
  ca?: string,
): Promise<Keys> {
  if (jwks !== undefined) return readKeys(jwks, 'the stack file');
  try {
    const { Agent, fetch, ProxyAgent } = await import('undici');
    const tls = ca === undefined ? {} : { ca };
    const way = proxy === undefined ? new Agent({ connect: tls }) : new ProxyAgent({ uri: `http://${proxy}`, requestTls: tls });
    const answer = await fetch(jwksUri, { signal: AbortSignal.timeout(WAIT_MS), dispatcher: way });
    if (!answer.ok) return `${jwksUri} answers ${answer.status} instead of keys`;
    return readKeys(await answer.text(), jwksUri);
  } catch (error) {
    const { cause, message } = error as Error & { readonly cause?: { readonly code?: string; readonly message?: string } };
    return `${jwksUri} does not answer from here: ${cause?.code ?? cause?.message ?? message}`;
  }
}

function readKeys(text: string, where: string): Keys {
  try {
    const value = JSON.parse(text) as JsonValue;
    if (isJsonObject(value) && Array.isArray(value['keys'])) return (value['keys'] as JsonValue[]).filter(isJsonObject);
    return `${where} holds JSON without a list "keys"; is it the discovery document? \`jwksUri\` is the address of the keys`;
  } catch {
    return /^\s*</.test(text) ? `${where} holds a web page and no keys` : `${where} holds no JSON`;
  }
}

/** Whether one of the provider's keys signed the token. Says nothing of times, issuer and audience. */
export function signatureFact(token: string, keys: Keys): TokenFact {
  const say = (holds: boolean, said: string): TokenFact => ({ about: 'signature', holds, said });
  if (typeof keys === 'string') return say(false, keys);
  const [head = '', body = '', signature = ''] = token.split('.');
  const { alg, kid } = headerOf(head);
  const how = typeof alg === 'string' && Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (how === undefined) return say(false, `signed by "${String(alg)}", and the gateway takes RS, PS, ES and EdDSA`);
  const fitting = keys.filter((key) => (kid === undefined || key['kid'] === kid) && (key['use'] ?? 'sig') === 'sig');
  if (fitting.length === 0) {
    const names = keys.map((key) => `"${String(key['kid'])}"`).join(', ');
    const what = kid === undefined ? 'any of the keys' : `key "${String(kid)}"`;
    return say(
      false,
      `signed by ${what}, and the provider has ${names || 'none'}: the token is of before a change of keys, or of another provider`,
    );
  }
  const text = Buffer.from(`${head}.${body}`);
  const bytes = Buffer.from(signature, 'base64url');
  const good = fitting.some((key) => {
    const loaded = keyOf(key);
    return loaded !== undefined && verify(how.hash, text, withForm(loaded, how), bytes);
  });
  const name = kid === undefined ? 'a key of the provider' : `key "${String(kid)}"`;
  return good
    ? say(true, `by ${name} (${alg as string})`)
    : say(false, `not by ${name}: the token was changed, or another provider signed it`);
}

function withForm(key: KeyObject, { pss, points }: { readonly pss?: true; readonly points?: true }): Parameters<typeof verify>[2] {
  if (pss) return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return points ? { key, dsaEncoding: 'ieee-p1363' } : key;
}

function keyOf(key: JsonObject): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function headerOf(part: string): JsonObject {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
