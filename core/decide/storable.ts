/** What the worker knows of an answer when it decides whether to store it. */
export interface AnswerFacts {
  readonly status: number;
  /** The last byte was seen. */
  readonly complete: boolean;
  /** The answer came from a model, not from the gateway itself. */
  readonly fromModel: boolean;
  /** It fits the response schema, or nobody asked. */
  readonly valid: boolean;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Header names of the model's answer in lower case. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** Version whose key was looked up, and version that answered. */
  readonly keyedVersion: string;
  readonly answeredVersion: string;
}

export type StoreVerdict = { readonly store: true } | { readonly store: false; readonly because: string };

/** Only a complete 200 from the version in the key, valid, small enough, without cookies, and not forbidden by the model. */
export function storable(facts: AnswerFacts): StoreVerdict {
  if (facts.status !== 200) return no('status');
  if (!facts.complete) return no('incomplete');
  if (!facts.fromModel) return no('local-reply');
  if (!facts.valid) return no('invalid');
  if (facts.answeredVersion !== facts.keyedVersion) return no('other-version');
  if (facts.bytes > facts.maxBytes) return no('too-large');
  if (facts.headers['set-cookie'] !== undefined) return no('set-cookie');
  if (directives(facts.headers['cache-control']).some((word) => word === 'no-store' || word === 'private')) return no('cache-control');
  if (facts.headers['vary'] === '*') return no('vary');
  return { store: true };
}

function no(because: string): StoreVerdict {
  return { store: false, because };
}

function directives(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const text = typeof header === 'string' ? header : header.join(',');
  return text.split(',').map((part) => (part.split('=')[0] ?? '').trim().toLowerCase());
}
