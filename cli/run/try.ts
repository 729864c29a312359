import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFile } from '../../core/contract/bundle-files';
import { decodeIndex, decodePart } from '../../core/contract/bundle-codec';
import { Header } from '../../core/contract/headers';
import { methodPath } from '../../core/contract/names';
import { finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { nearest } from '../../core/names';
import { Refusal } from '../refusal';
import { localToken, runningPlatform } from './token';
import type { BundleExample, BundleMethod, BundlePart } from '../../core/contract/bundle';
import type { JsonValue } from '../../core/json';

export interface TryOptions {
  readonly root: string;
  readonly model: string;
  readonly method: string;
  /** @default - the newest contract that has the method */
  readonly contract?: string;
  /** @default - the first example */
  readonly example?: string;
  /** @default ada */
  readonly person?: string;
  /** Pins a version. */
  readonly version?: string;
}

export interface TryResult {
  readonly url: string;
  readonly example: string;
  readonly request: JsonValue;
  readonly status: number;
  /** Those that say something about the answer: version, cache, limits, request id. */
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonValue | string;
  readonly milliseconds: number;
  /** What the example says that comes back, if it does. */
  readonly expected?: JsonValue;
}

const SHOWN = [Header.servedVersion, Header.cacheStatus, 'age', 'ratelimit', 'retry-after', Header.requestId, 'content-type'];

/** Sends an example of a method to the platform that runs in the project. @throws Refusal when there is none to send or nothing runs */
export async function tryExample(options: TryOptions): Promise<TryResult> {
  const { state, folder } = runningPlatform(options.root);
  const { contract, method } = chooseMethod(readParts(folder.bundle), options);
  const example = chooseExample(method, options);
  const token = await localToken(options);
  const url = `${state.url}${methodPath(options.model, contract, method.method)}`;
  const started = performance.now();
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(options.version === undefined ? {} : { [Header.version]: options.version }),
    },
    body: JSON.stringify(example.request),
  });
  const text = await answer.text();
  return {
    url,
    example: example.name,
    request: example.request,
    status: answer.status,
    headers: Object.fromEntries(SHOWN.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? '']] : []))),
    body: asJson(text),
    milliseconds: Math.round((performance.now() - started) * 10) / 10,
    ...(example.response === undefined ? {} : { expected: example.response }),
  };
}

/** The parts of a bundle folder. */
export function readParts(folder: string): readonly BundlePart[] {
  const index = decodeIndex(readFileSync(join(folder, BundleFile.index), 'utf8'));
  return index.parts.map(({ name, digest }) => decodePart(readFileSync(join(folder, BundleFile.part(name, digest))), digest));
}

function chooseMethod(parts: readonly BundlePart[], options: TryOptions): { readonly contract: string; readonly method: BundleMethod } {
  const models = [...new Set(parts.map((part) => part.contract.model))];
  const own = parts
    .map((part) => part.contract)
    .filter(({ model, contract }) => model === options.model && (options.contract === undefined || contract === options.contract))
    .sort((a, b) => Number(b.contract.slice(1)) - Number(a.contract.slice(1)));
  if (own.length === 0) throw unknown(`the running platform has no model "${options.model}"`, options.model, models);
  for (const { contract, methods } of own) {
    const method = methods.find((each) => each.method === options.method);
    if (method) return { contract, method };
  }
  throw unknown(`${options.model} has no method "${options.method}"`, options.method, [
    ...new Set(own.flatMap(({ methods }) => methods.map((each) => each.method))),
  ]);
}

function chooseExample(method: BundleMethod, options: TryOptions): BundleExample {
  const example = options.example === undefined ? method.examples[0] : method.examples.find(({ name }) => name === options.example);
  if (example) return example;
  const names = method.examples.map(({ name }) => name);
  if (names.length === 0) throw unknown(`${options.model} ${method.method} has no examples to send`, '', []);
  throw unknown(`${options.model} ${method.method} has no example "${options.example ?? ''}"`, options.example ?? '', names);
}

function unknown(message: string, word: string, words: readonly string[]): Refusal {
  const close = nearest(word, words);
  const fix = close ? `did you mean "${close}"?` : undefined;
  const listed = words.length > 0 ? `; there ${words.length === 1 ? 'is' : 'are'} ${words.slice(0, 20).join(', ')}` : '';
  return new Refusal(finding(runFindings.unknownMethod, { message: `${message}${listed}`, ...(fix ? { fix } : {}) }));
}

function asJson(text: string): JsonValue | string {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
