/** One structured line on stderr. Fields are identifiers, counts and reasons: never a body, a header value or a token. */
export function log(
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: { readonly [field: string]: string | number | boolean | undefined } = {},
): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** What writes such lines. */
export type Log = typeof log;
