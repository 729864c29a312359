import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { Agent, request, type Dispatcher } from 'undici';
import type { Budget } from './budget';
import { FetchFailure } from './failure';

export interface ClientOptions {
  /** PEM of certificate authorities that are trusted besides those of the system. */
  readonly ca?: string;
  /** Milliseconds to connect, to the first byte, and between two bytes. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Pause before the second attempt; doubles each time, at most 10 s. */
  readonly pauseMs: number;
}

export const DEFAULT_CLIENT: ClientOptions = { timeoutMs: 30_000, attempts: 5, pauseMs: 500 };

/** Headers for one URL of a chain of redirects; a credential goes only where its maker says. */
export type HeadersFor = (url: URL) => { readonly [name: string]: string };

const MOST_REDIRECTS = 5;
const MOST_TEXT = 4 * 1024 * 1024;

type Answer = Dispatcher.ResponseData & { readonly url: URL };

/** Fetches over HTTP with bounded time, size, redirects and attempts. All failures are `FetchFailure`. */
export class Client {
  private readonly agent: Agent;

  constructor(private readonly options: ClientOptions = DEFAULT_CLIENT) {
    const { timeoutMs, ca } = options;
    this.agent = new Agent({
      connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 4,
    });
  }

  /** The body into a new file. A failed attempt leaves nothing counted. */
  async download(url: URL, headers: HeadersFor, file: string, budget: Budget): Promise<void> {
    await this.retry(url, async () => {
      const answer = await this.get(url, headers);
      const length = Number(answer.headers['content-length'] ?? 0);
      let written = 0;
      try {
        if (answer.statusCode !== 200) throw await refusal(answer);
        // Told beforehand, it need not be downloaded to be refused.
        budget.spend(length);
        budget.restore(length);
        await pipeline(
          answer.body.on('data', (chunk: Buffer) => (written += chunk.length)),
          budget.meter(),
          createWriteStream(file),
        );
      } catch (error) {
        answer.body.on('error', () => undefined).destroy();
        budget.restore(written);
        throw error;
      }
    });
  }

  /** A small body as text, with the status and headers: for listings, manifests and tokens. 4xx are given back, not thrown, where `accept` has them. */
  text(
    url: URL,
    headers: HeadersFor,
    accept: readonly number[] = [200],
  ): Promise<{ readonly status: number; readonly text: string; readonly header: (name: string) => string | undefined }> {
    return this.retry(url, async () => {
      const answer = await this.get(url, headers);
      if (!accept.includes(answer.statusCode)) throw await refusal(answer);
      const text = await bounded(answer.body, MOST_TEXT);
      const header = (name: string): string | undefined => [answer.headers[name] ?? []].flat()[0];
      return { status: answer.statusCode, text, header };
    });
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async get(url: URL, headers: HeadersFor): Promise<Answer> {
    let at = url;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const answer = await request(at, { dispatcher: this.agent, method: 'GET', headers: headers(at) });
      const location = answer.headers['location'];
      if (![301, 302, 303, 307, 308].includes(answer.statusCode) || typeof location !== 'string') return { ...answer, url: at };
      await answer.body.dump();
      const next = new URL(location, at);
      if (next.protocol !== 'https:' && next.protocol !== at.protocol)
        throw new FetchFailure(`${at.host} redirects to ${next.protocol}//, which is not safe`);
      at = next;
    }
    throw new FetchFailure(`${url.host} redirects more than ${MOST_REDIRECTS} times`);
  }

  private async retry<T>(url: URL, attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        const failure = asFailure(error, url.host);
        if (!failure.transient) throw failure;
        if (tries >= this.options.attempts) throw new FetchFailure(`${failure.message} (${tries} attempts)`);
        const pause = Math.min(this.options.pauseMs * 2 ** (tries - 1), 10_000);
        // Some randomness, so that many pods that start together do not come back together.
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      }
    }
  }
}

async function refusal(answer: Answer): Promise<FetchFailure> {
  const text = await bounded(answer.body, 4096).catch(() => '');
  // S3 and registries say in a code what they mind; the rest of an error page helps nobody.
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text)?.[1] ?? /"code"\s*:\s*"([A-Z_]{1,60})"/.exec(text)?.[1];
  const transient = answer.statusCode >= 500 || answer.statusCode === 429 || answer.statusCode === 408;
  return new FetchFailure(
    `${answer.url.host} answered ${answer.statusCode}${code ? ` ${code}` : ''} for ${answer.url.pathname}`,
    transient,
  );
}

async function bounded(body: Readable, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new FetchFailure(`an answer is larger than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What the network or the disk threw, in our words; a broken certificate will not mend itself, a full disk neither. */
function asFailure(error: unknown, host: string): FetchFailure {
  if (error instanceof FetchFailure) return error;
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') return new FetchFailure(`the artifact cannot be written: ${code}`);
  const certificate = typeof code === 'string' && /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY/.test(code);
  return new FetchFailure(`the connection to ${host} failed: ${code ?? message ?? String(error)}`, !certificate);
}
