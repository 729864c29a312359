import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Keys and tokens of a stand-in identity provider: RS256, one key, no network. */
export interface TokenMaker {
  /** JWKS document. */
  readonly jwks: string;
  readonly publicPem: string;
  /** Signed token; claims override the defaults, `undefined` removes one. */
  token(claims?: { readonly [name: string]: unknown }, header?: { readonly [name: string]: unknown }): string;
  /** The same claims under another signature: `none`, HS256 with the public key, or a foreign RSA key. */
  forged(kind: 'none' | 'hs256' | 'otherKey', claims?: { readonly [name: string]: unknown }): string;
}

export function tokenMaker(issuer: string, audience: string): TokenMaker {
  const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicPem = ours.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const body = (claims: object): string => {
    const now = Math.floor(Date.now() / 1000);
    return part({ iss: issuer, aud: audience, sub: 'ada', azp: 'cli', roles: [], iat: now, exp: now + 600, ...claims });
  };
  const rs256 = (key: KeyObject, claims: object, header: object): string => {
    const text = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT', ...header })}.${body(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
  };
  return {
    jwks: JSON.stringify({ keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] }),
    publicPem,
    token: (claims = {}, header = {}) => rs256(ours.privateKey, claims, header),
    forged: (kind, claims = {}) => {
      if (kind === 'otherKey') return rs256(foreign.privateKey, claims, {});
      const text = `${part({ alg: kind === 'none' ? 'none' : 'HS256', kid: 'one', typ: 'JWT' })}.${body(claims)}`;
      return `${text}.${kind === 'none' ? '' : createHmac('sha256', publicPem).update(text).digest('base64url')}`;
    },
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
