/** One JSON line to stderr. Fields never hold tokens, bodies, or other people's values. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: { readonly [name: string]: unknown }) => void;

export const log: Log = (level, message, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, service: 'processor', message, ...fields })}\n`);
};
