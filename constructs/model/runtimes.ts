import { programCommand } from '../../core/contract/programs';
import { Port } from '../../core/contract/ports';
import type { Framework } from '../../schema/resolved';
import { type ImageName, KeaImage } from '../shared/images';
import { GiB, MiB } from '../shared/quantities';

/**
 * One line of the table of runtimes: everything that the plan needs to run one framework. Pure data, so that a new framework is a new entry
 * here (and a word in the schema and in `core/contract/protocols.ts`). In texts, `{model}` is the model's name, `{artifact}` the path of the
 * fetched file or folder.
 */
export interface Runtime {
  readonly title: string;
  /** Image by name and tag, digest from the stack's lock; `model` where the model brings its own. */
  readonly image: ImageName | 'model';
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** Stands before the model file's own `runtime.args`. */
  readonly args: readonly string[];
  readonly port: number;
  /** Arguments that replace those of the same name once the contract opens gRPC; the port is `grpcPortOf` of the framework. */
  readonly grpcArgs?: readonly string[];
  /** Only where metrics have a port of their own: one that Prometheus may reach without reaching the model. */
  readonly metrics?: { readonly port: number; readonly path: string };
  readonly health: {
    /** The process lives; never depends on the model. */
    readonly live: string;
    /** The model is loaded. */
    readonly ready: string;
  };
  readonly artifact: {
    readonly shape: 'file' | 'folder' | 'either' | 'none';
    /** Where the artifact comes to stand. A path that ends in `/` takes a file under the name in its address. */
    readonly target: string;
  };
  readonly env: { readonly [name: string]: string };
  /** Folders that the server writes to, in bytes at most. `/tmp` is there for all. `memory` ones count against the memory limit. */
  readonly caches: readonly { readonly name: string; readonly path: string; readonly bytes: number; readonly memory?: boolean }[];
  readonly gpu: 'none' | 'optional' | 'required';
  /** Unprivileged user that the image can run as. @default - 65532 */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** `ran`: served real calls under KEA's tests. `rendered`: its objects pass a real API server, the image itself was not run. */
  readonly proof: 'ran' | 'rendered';
  readonly note: string;
}

/** Where the artifact's volume is mounted, read-only in the server. */
export const ARTIFACT_FOLDER = '/artifact';

const port = Port.model;
const OIP_HEALTH = { live: '/v2/health/live', ready: '/v2/models/{model}/ready' } as const;

const MLSERVER = {
  image: { name: 'docker.io/seldonio/mlserver', tag: '1.7.1' },
  args: [],
  port,
  metrics: { port: 8082, path: '/metrics' },
  health: OIP_HEALTH,
  gpu: 'none',
  user: { uid: 1000, gid: 1000 },
  proof: 'rendered',
} as const;

/** MLServer is configured by its environment alone, so that no settings file has to travel. */
function mlserverEnv(implementation: string): { readonly [name: string]: string } {
  return {
    MLSERVER_MODEL_NAME: '{model}',
    MLSERVER_MODEL_IMPLEMENTATION: implementation,
    MLSERVER_MODEL_URI: '{artifact}',
    MLSERVER_HTTP_PORT: String(port),
    MLSERVER_METRICS_PORT: '8082',
    MLSERVER_METRICS_DIR: '/tmp/metrics',
    MLSERVER_PARALLEL_WORKERS: '0',
    MODELS_DIR: ARTIFACT_FOLDER,
    MPLCONFIGDIR: '/tmp/matplotlib',
    NUMBA_CACHE_DIR: '/tmp/numba',
  };
}

const TRITON = {
  image: { name: 'nvcr.io/nvidia/tritonserver', tag: '25.08-py3' },
  command: ['tritonserver'],
  args: [
    `--model-repository=${ARTIFACT_FOLDER}`,
    `--http-port=${port}`,
    '--allow-grpc=false',
    '--metrics-port=8002',
    '--exit-on-error=true',
    '--strict-readiness=true',
  ],
  grpcArgs: ['--allow-grpc=true', '--grpc-port=8001'],
  port,
  metrics: { port: 8002, path: '/metrics' },
  health: OIP_HEALTH,
  artifact: { shape: 'folder', target: `${ARTIFACT_FOLDER}/{model}` },
  env: {},
  caches: [{ name: 'shm', path: '/dev/shm', bytes: 256 * MiB, memory: true }],
  gpu: 'optional',
  user: { uid: 1000, gid: 1000 },
  proof: 'rendered',
} as const;

const LLM_CACHES = [
  { name: 'cache', path: '/home/kea', bytes: 4 * GiB },
  { name: 'shm', path: '/dev/shm', bytes: 2 * GiB, memory: true },
] as const;

/** Keeps every library of the Hugging Face family off the network and inside the writable folder. */
const LLM_ENV = { HOME: '/home/kea', HF_HOME: '/home/kea/huggingface', HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' } as const;

/** The table. */
export const runtimes: { readonly [framework in Framework]: Runtime } = {
  onnx: {
    title: "ONNX, KEA's own server on ONNX Runtime",
    image: KeaImage.modelServer,
    command: programCommand('model-server'),
    args: ['--model={artifact}', '--name={model}', '--host=0.0.0.0', `--port=${port}`],
    port,
    health: OIP_HEALTH,
    artifact: { shape: 'file', target: `${ARTIFACT_FOLDER}/model.onnx` },
    env: {},
    caches: [],
    gpu: 'none',
    proof: 'ran',
    note: 'Open Inference Protocol over REST on CPU; the server of `npm start`.',
  },
  sklearn: {
    ...MLSERVER,
    title: 'scikit-learn on MLServer',
    artifact: { shape: 'file', target: `${ARTIFACT_FOLDER}/` },
    env: mlserverEnv('mlserver_sklearn.SKLearnModel'),
    caches: [],
    note: 'A joblib or pickle file; train with the scikit-learn of the image.',
  },
  xgboost: {
    ...MLSERVER,
    title: 'XGBoost on MLServer',
    artifact: { shape: 'file', target: `${ARTIFACT_FOLDER}/` },
    env: mlserverEnv('mlserver_xgboost.XGBoostModel'),
    caches: [],
    note: 'A .json, .ubj or .bst file.',
  },
  lightgbm: {
    ...MLSERVER,
    title: 'LightGBM on MLServer',
    artifact: { shape: 'file', target: `${ARTIFACT_FOLDER}/` },
    env: mlserverEnv('mlserver_lightgbm.LightGBMModel'),
    caches: [],
    note: 'A .bst or .txt file.',
  },
  mlflow: {
    ...MLSERVER,
    title: 'MLflow model on MLServer',
    artifact: { shape: 'folder', target: `${ARTIFACT_FOLDER}/model` },
    env: mlserverEnv('mlserver_mlflow.MLflowRuntime'),
    caches: [],
    note: 'The folder that holds MLmodel; the libraries of its flavour must be in the image.',
  },
  tensorflow: {
    title: 'SavedModel on TensorFlow Serving',
    image: { name: 'docker.io/tensorflow/serving', tag: '2.19.1' },
    command: ['tensorflow_model_server'],
    args: [`--rest_api_port=${port}`, '--port=8500', '--model_name={model}', `--model_base_path=${ARTIFACT_FOLDER}/{model}`],
    port,
    health: { live: '/v1/models/{model}/versions/1', ready: '/v1/models/{model}' },
    artifact: { shape: 'folder', target: `${ARTIFACT_FOLDER}/{model}/1` },
    env: { TF_CPP_MIN_LOG_LEVEL: '1' },
    caches: [],
    gpu: 'optional',
    proof: 'rendered',
    note: 'The folder that holds saved_model.pb. REST only; the server has no health path that does not ask for the model.',
  },
  pytorch: {
    ...TRITON,
    title: 'TorchScript on Triton',
    note: 'A Triton model folder (config.pbtxt and 1/model.pt): Triton cannot read tensor names out of TorchScript.',
  },
  triton: {
    ...TRITON,
    title: 'Any Triton model folder',
    note: 'The folder that holds config.pbtxt and numbered versions.',
  },
  huggingface: {
    title: 'Hugging Face text generation (TGI)',
    image: { name: 'ghcr.io/huggingface/text-generation-inference', tag: '3.3.4' },
    args: ['--model-id={artifact}', '--served-model-name={model}', '--hostname=0.0.0.0', `--port=${port}`, '--disable-custom-kernels'],
    port,
    health: { live: '/info', ready: '/health' },
    artifact: { shape: 'folder', target: `${ARTIFACT_FOLDER}/{model}` },
    env: { ...LLM_ENV, HUGGINGFACE_HUB_CACHE: '/home/kea/huggingface/hub' },
    caches: LLM_CACHES,
    gpu: 'required',
    proof: 'rendered',
    note: "OpenAI-compatible chat and completions; the folder is the model repository's content (config.json, safetensors, tokenizer).",
  },
  vllm: {
    title: 'vLLM',
    image: { name: 'docker.io/vllm/vllm-openai', tag: 'v0.10.2' },
    command: ['vllm', 'serve'],
    args: ['{artifact}', '--served-model-name={model}', '--host=0.0.0.0', `--port=${port}`],
    port,
    health: { live: '/ping', ready: '/health' },
    artifact: { shape: 'folder', target: `${ARTIFACT_FOLDER}/{model}` },
    env: {
      ...LLM_ENV,
      VLLM_CACHE_ROOT: '/home/kea/vllm',
      TRITON_CACHE_DIR: '/home/kea/triton',
      TORCHINDUCTOR_CACHE_DIR: '/home/kea/inductor',
      VLLM_NO_USAGE_STATS: '1',
      DO_NOT_TRACK: '1',
    },
    caches: LLM_CACHES,
    gpu: 'required',
    proof: 'rendered',
    note: 'OpenAI-compatible chat, completions and embeddings; compile caches go to a sized folder.',
  },
  python: {
    title: 'A Python class, wrapped into an image',
    image: 'model',
    args: [],
    port,
    health: { live: '/-/live', ready: '/-/ready' },
    artifact: { shape: 'either', target: `${ARTIFACT_FOLDER}/` },
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    caches: [],
    gpu: 'optional',
    proof: 'rendered',
    note: 'The image is built by its owner; it speaks the contract as JSON, one path a method.',
  },
  container: {
    title: 'Any image that speaks HTTP',
    image: 'model',
    args: [],
    port,
    health: { live: '', ready: '/' },
    artifact: { shape: 'either', target: `${ARTIFACT_FOLDER}/` },
    env: { PORT: '{port}' },
    caches: [],
    gpu: 'optional',
    proof: 'rendered',
    note: 'Takes JSON by POST on the path that `call` names. `runtime.port` and `runtime.readyPath` say where; liveness is the open port.',
  },
};

/** The runtime's entry with the version's own port and paths filled in. */
export function runtimeOf(framework: Framework, own: { readonly port?: number; readonly readyPath?: string }): Runtime {
  const runtime = runtimes[framework];
  if (runtime.image !== 'model') return runtime;
  return { ...runtime, port: own.port ?? runtime.port, health: { ...runtime.health, ready: own.readyPath ?? runtime.health.ready } };
}

/** The runtime's arguments, with gRPC where the contract opens it. */
export function argumentsOf({ args, grpcArgs = [] }: Runtime, grpc: boolean): readonly string[] {
  if (!grpc) return args;
  const nameOf = (arg: string): string => arg.split('=', 1)[0] ?? arg;
  const replaced = new Set(grpcArgs.map(nameOf));
  return [...args.filter((arg) => !replaced.has(nameOf(arg))), ...grpcArgs];
}

/** Fills `{model}`, `{artifact}` and `{port}` into a text of the table. */
export function fill(text: string, values: { readonly model: string; readonly artifact: string; readonly port: number }): string {
  return text.replaceAll('{model}', values.model).replaceAll('{artifact}', values.artifact).replaceAll('{port}', String(values.port));
}
