import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal, type LocalOptions, type LocalPlatform } from '../../cli/run/local';
import { packageRoot } from '../../core/package-root';
import { isFree } from '../../cli/run/ports';
import type { RunEvent } from '../../cli/run/events';

/** A real local platform over a copy of the sample models, for tests; what `npm start` runs. */
export interface TestPlatform extends LocalPlatform {
  /** The copy of the project, free to be edited. */
  readonly root: string;
  readonly events: readonly RunEvent[];
  /** Calls a method as a sample person; `null` sends no token. */
  readonly call: (method: string, body: unknown, options?: CallOptions) => Promise<Answer>;
  /** Resolves with the first event from now on, or already seen since `mark`, that fits. */
  readonly event: (fits: (event: RunEvent) => boolean, since?: number) => Promise<RunEvent>;
}

export interface CallOptions {
  readonly as?: string | null;
  readonly headers?: { readonly [name: string]: string };
  readonly verb?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  readonly body: any;
}

/** A project with the sample models, in a temporary folder. */
export function sampleProject(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'kea-project-')));
  cpSync(join(packageRoot(), 'models'), join(root, 'models'), { recursive: true });
  return root;
}

/** Two free ports beside each other, the first of which is returned. */
export async function portPair(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port + 1, '127.0.0.1'))) return port;
  }
}

export async function startTestPlatform(options: Partial<LocalOptions> = {}): Promise<TestPlatform> {
  const root = options.root ?? sampleProject();
  const events: RunEvent[] = [];
  const waiting = new Set<() => void>();
  const listen = (event: RunEvent): void => {
    events.push(event);
    for (const look of [...waiting]) look();
  };
  const running = await startLocal({ ...options, root, port: options.port ?? (await portPair()), listen });
  const tokens = new Map<string, Promise<string>>();
  const token = (person: string): Promise<string> => {
    if (!tokens.has(person)) tokens.set(person, running.token(person));
    return tokens.get(person) as Promise<string>;
  };
  const stop = async (): Promise<void> => {
    await running.stop();
    if (!options.root) rmSync(root, { recursive: true, force: true });
  };
  return {
    ...bound(running),
    stop,
    root,
    events,
    async call(method, body, { as = 'ada', headers = {}, verb = 'POST' } = {}) {
      const answer = await fetch(`${running.url}/models/${method}`, {
        method: verb,
        headers: {
          'content-type': 'application/json',
          ...(as === null ? {} : { authorization: `Bearer ${await token(as)}` }),
          ...headers,
        },
        ...(verb === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    event(fits, since = 0) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such event; there were ${JSON.stringify(events.slice(since))}`));
        }, 20_000);
        const look = (): void => {
          const found = events.slice(since).find(fits);
          if (!found) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}

function bound(running: LocalPlatform): LocalPlatform {
  const { url, issuer, state, platform, digest, processes, token, reload, stop } = running;
  return { url, issuer, state, platform, digest, processes, token, reload, stop };
}
