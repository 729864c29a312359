import type { Protocol } from './bundle';

/** Every framework that a model file may name (`runtime.framework`), in the order of the documentation. */
export const FRAMEWORKS = [
  'onnx',
  'sklearn',
  'xgboost',
  'lightgbm',
  'mlflow',
  'tensorflow',
  'pytorch',
  'triton',
  'huggingface',
  'vllm',
  'python',
  'container',
] as const;

export type FrameworkName = (typeof FRAMEWORKS)[number];

const PROTOCOLS: { readonly [framework in FrameworkName]: Protocol } = {
  onnx: 'oip',
  sklearn: 'oip',
  xgboost: 'oip',
  lightgbm: 'oip',
  mlflow: 'oip',
  tensorflow: 'tfserving',
  pytorch: 'oip',
  triton: 'oip',
  huggingface: 'openai',
  vllm: 'openai',
  python: 'json',
  container: 'json',
};

const GRPC_PORTS: { readonly [framework in FrameworkName]?: number } = {
  triton: 8001,
  pytorch: 8001,
  sklearn: 8081,
  xgboost: 8081,
  lightgbm: 8081,
  mlflow: 8081,
};

/** Port on which the runtime of a framework speaks the Open Inference Protocol over gRPC, where it does. */
export function grpcPortOf(framework: FrameworkName): number | undefined {
  return GRPC_PORTS[framework];
}

/** What the runtime of a framework speaks: the codec's choice. */
export function protocolOf(framework: FrameworkName): Protocol {
  return PROTOCOLS[framework];
}

/** Name by which the runtime knows the model, in OIP and TensorFlow Serving paths and as OpenAI's `model`: the model's own name. */
export function runtimeModelName(model: string): string {
  return model;
}
