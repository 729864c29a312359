import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { digestPath } from '../../core/digests';
import { datatypeOf, type Elements, type OrtType } from './datatypes';

/** One input or output of the graph. -1 in a shape is free. */
export interface Port {
  readonly name: string;
  readonly type: OrtType;
  readonly shape: readonly number[];
}

/** A tensor as plain data, so that it can pass between threads. */
export interface TensorValue {
  readonly type: OrtType;
  readonly dims: readonly number[];
  readonly data: Elements;
}

/** Tensors by name. */
export interface TensorValues {
  readonly [name: string]: TensorValue;
}

/** A graph in memory, ready to answer. */
export interface LoadedModel {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Runs the graph once; rejects with ONNX Runtime's message if the values do not suit it. */
  run(feeds: TensorValues, outputs: readonly string[]): Promise<TensorValues>;
}

/** A file that cannot be served, in one line that names it. */
export class UnusableModel extends Error {}

/** Loads the graph into ONNX Runtime. Throws `UnusableModel`. */
export async function loadModel(options: {
  readonly model: string;
  readonly threads: number;
  readonly sha256?: string;
}): Promise<LoadedModel> {
  const file = await graphFile(options.model);
  if (options.sha256 !== undefined) {
    const found = digestPath(options.model).sha256;
    if (found !== options.sha256) throw new UnusableModel(`${options.model} has sha256 ${found}, not ${options.sha256}`);
  }
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Otherwise the runtime prints its own coloured lines for every request that does not fit.
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw new UnusableModel(`${file} is not a model that ONNX Runtime can load: ${oneLine(error)}`);
  }
  const inputs = session.inputMetadata.map((entry) => port(file, entry));
  // The runtime's Node binding can only return tensors; a map (zipmap) beside them is left out.
  const outputs = session.outputMetadata.filter((entry) => entry.isTensor).map((entry) => port(file, entry));
  if (outputs.length === 0) throw new UnusableModel(`${file} has no output that is a tensor (export it with zipmap off)`);
  return {
    inputs,
    outputs,
    run: async (feeds, names) => {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const);
      const answers = await session.run(Object.fromEntries(tensors), [...names], { logSeverityLevel: 4 });
      return Object.fromEntries(Object.entries(answers).map(([name, { type, data, dims }]) => [name, { type, data, dims }]));
    },
  };
}

/** The file itself; of a folder `model.onnx` or its only `.onnx` file. */
async function graphFile(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isFile()) return path;
    const names = (await readdir(path)).filter((name) => name.endsWith('.onnx'));
    const name = names.includes('model.onnx') ? 'model.onnx' : names.length === 1 ? names[0] : undefined;
    if (name === undefined) throw new UnusableModel(`${path} holds ${names.length} .onnx files and no model.onnx`);
    return join(path, name);
  } catch (error) {
    if (error instanceof UnusableModel) throw error;
    throw new UnusableModel(`${path} cannot be read: ${oneLine(error)}`);
  }
}

function port(file: string, entry: InferenceSession.ValueMetadata): Port {
  if (!entry.isTensor) throw new UnusableModel(`${file} has the input "${entry.name}" that is not a tensor`);
  if (datatypeOf(entry.type) === undefined) {
    throw new UnusableModel(
      `${file} has the tensor "${entry.name}" of type ${entry.type}, which the Open Inference Protocol does not know`,
    );
  }
  const shape = entry.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1));
  return { name: entry.name, type: entry.type, shape };
}

/** The message of an error without line breaks and colours. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);

  return message
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
