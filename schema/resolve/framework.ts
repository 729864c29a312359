import type { Framework } from '../resolved';
import type { ArtifactFile } from './sources';

const SUFFIXES: readonly (readonly [suffix: string, framework: Framework])[] = [
  ['.onnx', 'onnx'],
  ['.joblib', 'sklearn'],
  ['.pkl', 'sklearn'],
  ['.pickle', 'sklearn'],
  ['.skops', 'sklearn'],
  ['.ubj', 'xgboost'],
  ['.bst', 'xgboost'],
  ['.xgb', 'xgboost'],
  ['.lgb', 'lightgbm'],
  ['.lgbm', 'lightgbm'],
  ['.pb', 'tensorflow'],
  ['.savedmodel', 'tensorflow'],
  ['.pt', 'pytorch'],
  ['.pt2', 'pytorch'],
  ['.pth', 'pytorch'],
  ['.torchscript', 'pytorch'],
  ['.mar', 'pytorch'],
];

/** Suffixes that tell the framework, for findings. */
export const knownSuffixes: readonly string[] = SUFFIXES.map(([suffix]) => suffix);

/** The framework that an artifact's name, or a folder's content, shows; nothing where that is not certain (`.json`, `.txt`, `.bin`). */
export function frameworkOf(uri: string, file: ArtifactFile | undefined): Framework | undefined {
  const name = uri.replace(/\/+$/, '').toLowerCase();
  return SUFFIXES.find(([suffix]) => name.endsWith(suffix))?.[1] ?? file?.framework;
}

/** Files by which a folder shows its framework. */
export const TELLTALES: readonly (readonly [file: string, framework: NonNullable<ArtifactFile['framework']>])[] = [
  ['MLmodel', 'mlflow'],
  ['saved_model.pb', 'tensorflow'],
  ['config.pbtxt', 'triton'],
  ['config.json', 'huggingface'],
];
