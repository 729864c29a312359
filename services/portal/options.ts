import { parseArgs } from 'node:util';

/** How the portal was started. */
export interface PortalOptions {
  /** Folder of the gateway bundle; read anew whenever its index changes. */
  readonly bundle: string;
  readonly host: string;
  readonly port: number;
  /** Folder that holds Scalar's `standalone.js`. */
  readonly assets: string;
  /** Public client of the identity provider with PKCE, for trying calls on the page. */
  readonly client: string;
}

export const USAGE = 'usage: portal --bundle FOLDER [--host H] [--port P] [--assets DIR] [--client ID]';

/** The options, or a sentence that says what is wrong with them. */
export function parseOptions(args: readonly string[], defaultAssets: string): PortalOptions | { readonly problem: string } {
  const text = { type: 'string' } as const;
  let values: { readonly [name: string]: string | undefined };
  try {
    ({ values } = parseArgs({
      args: [...args],
      strict: true,
      options: { bundle: text, host: text, port: text, assets: text, client: text },
    }));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const port = Number(values['port'] ?? '8080');
  if (!values['bundle']) return { problem: '--bundle is missing' };
  if (!Number.isInteger(port) || port < 0 || port > 65535) return { problem: `--port is "${values['port'] ?? ''}", allowed: 0 to 65535` };
  return {
    bundle: values['bundle'],
    host: values['host'] ?? '0.0.0.0',
    port,
    assets: values['assets'] ?? defaultAssets,
    client: values['client'] ?? 'kea-portal',
  };
}
