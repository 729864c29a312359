import { parseArgs } from 'node:util';

/** How the model server was started. */
export interface ServerOptions {
  /** ONNX file, or a folder with one. */
  readonly model: string;
  /** Name in the paths of the protocol. */
  readonly name: string;
  /** MAJOR.MINOR.PATCH */
  readonly version: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Digest (hex) that the file or folder must have, as `kea digest` prints it. */
  readonly sha256?: string;
  /** Threads inside one inference. */
  readonly threads: number;
  /** Requests that may wait for their turn; more are answered with 503. */
  readonly queue: number;
  /** Most rows of one request. */
  readonly maxBatch: number;
  /** Largest request body in bytes. */
  readonly maxBody: number;
  /** Longest time in milliseconds from SIGTERM to the end. */
  readonly drainMs: number;
}

export const USAGE = `usage: model-server --model FILE --name NAME [--version V] [--host H] [--port P] [--sha256 HEX]
                    [--threads N] [--queue N] [--max-batch N] [--max-body BYTES] [--drain-ms MS]`;

/** The options, or a sentence that says what is wrong with them. */
export function parseOptions(args: readonly string[]): ServerOptions | { readonly problem: string } {
  const text = { type: 'string' } as const;
  let values: { readonly [name: string]: string | undefined };
  try {
    ({ values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        model: text,
        name: text,
        version: { ...text, default: '1.0.0' },
        host: { ...text, default: '0.0.0.0' },
        port: { ...text, default: '8080' },
        sha256: text,
        threads: { ...text, default: '1' },
        queue: { ...text, default: '64' },
        'max-batch': { ...text, default: '256' },
        'max-body': { ...text, default: String(8 * 1024 * 1024) },
        'drain-ms': { ...text, default: '25000' },
      },
    }));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const { model, name, version, host, sha256 } = values;
  if (!model) return { problem: '--model is missing' };
  if (!name) return { problem: '--name is missing' };
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) return { problem: '--sha256 is not 64 hexadecimal digits in small letters' };
  const limits: readonly (readonly [string, number, number])[] = [
    ['port', 0, 65535],
    ['threads', 1, 256],
    ['queue', 0, 100_000],
    ['max-batch', 1, 1_000_000],
    ['max-body', 1, 1024 ** 3],
    ['drain-ms', 0, 3_600_000],
  ];
  const numbers: number[] = [];
  for (const [option, low, high] of limits) {
    const value = values[option] ?? '';
    const number = /^[0-9]{1,10}$/.test(value) ? Number(value) : -1;
    if (number < low || number > high) return { problem: `--${option} is "${value}", allowed: ${low} to ${high}` };
    numbers.push(number);
  }
  const [port, threads, queue, maxBatch, maxBody, drainMs] = numbers as [number, number, number, number, number, number];
  return {
    ...{ model, name, version: version ?? '', host: host ?? '', port, threads, queue, maxBatch, maxBody, drainMs },
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}
