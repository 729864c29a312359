import { contractKeys as contract } from './contract';
import { modelKeys as model } from './model';

/** Keys that are true of the model, and so belong into `model.yaml`. */
export const modelKeys: readonly string[] = Object.keys(model);

/** Keys that are true of one contract, and so belong into `vN.yaml`. */
export const contractKeys: readonly string[] = Object.keys(contract);
