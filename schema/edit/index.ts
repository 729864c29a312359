/** Edits of documents through the YAML tree: comments, order and spelling of everything else stay. Pure: text in, text and differences out. */
export { EditRefused, type Edit } from './edit';
export { fix } from './fix';
export { freeze } from './freeze';
export { purge } from './purge';
export { currentWeights, endTrial, promote, rollback, setWeights, type WeightsOf } from './weights';
