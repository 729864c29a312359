import { parentPort, Worker, workerData } from 'node:worker_threads';
import { loadModel, oneLine, UnusableModel, type LoadedModel, type Port, type TensorValues } from './model';

/** What the thread loads. */
export interface ThreadOptions {
  readonly model: string;
  readonly threads: number;
  readonly sha256?: string;
}

type ToThread = { readonly id: number; readonly feeds: TensorValues; readonly outputs: readonly string[] };
type FromThread =
  | { readonly kind: 'loaded'; readonly inputs: readonly Port[]; readonly outputs: readonly Port[] }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'answered'; readonly id: number; readonly answers: TensorValues }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

/**
 * Loads the graph in a thread of its own. ONNX Runtime's Node binding computes on the thread that calls it; on the main one, health checks
 * would wait behind inferences and requests would pile up unseen in socket buffers. Rejects with `UnusableModel`.
 * `died` hears when the thread ends by itself later on.
 */
export function loadInThread(entry: string, options: ThreadOptions, died: (reason: string) => void): Promise<LoadedModel> {
  const { model, threads, sha256 } = options;
  const worker = new Worker(entry, { workerData: { model, threads, sha256 }, argv: [] });
  const waiting = new Map<number, { readonly resolve: (answers: TensorValues) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  const run: LoadedModel['run'] = (feeds, outputs) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ id: last, feeds, outputs } satisfies ToThread);
    });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      switch (message.kind) {
        case 'loaded':
          return resolve({ inputs: message.inputs, outputs: message.outputs, run });
        case 'unusable':
          return reject(new UnusableModel(message.reason));
        case 'answered':
          waiting.get(message.id)?.resolve(message.answers);
          return void waiting.delete(message.id);
        case 'failed':
          waiting.get(message.id)?.reject(new Error(message.reason));
          return void waiting.delete(message.id);
      }
    });
    worker.once('error', (error) => died(`the inference thread failed: ${oneLine(error)}`));
  });
}

/** The thread's side: loads what it was told, then answers until the process ends. */
export function answerInThread(): void {
  const port = parentPort;
  if (port === null) throw new Error('this is to run in a thread');
  const send = (message: FromThread): void => port.postMessage(message);
  loadModel(workerData as ThreadOptions).then(
    ({ inputs, outputs, run }) => {
      port.on('message', ({ id, feeds, outputs: names }: ToThread) => {
        run(feeds, names).then(
          (answers) => send({ kind: 'answered', id, answers }),
          (error: unknown) => send({ kind: 'failed', id, reason: oneLine(error) }),
        );
      });
      send({ kind: 'loaded', inputs, outputs });
    },
    (error: unknown) => {
      if (!(error instanceof UnusableModel)) throw error;
      send({ kind: 'unusable', reason: error.message });
    },
  );
}
