import type { IConstruct } from 'constructs';
import type { ResolvedModel } from '../../schema/resolved';

/** What a gateway needs of a model, whoever makes its pods. */
export interface IModelEndpoint extends IConstruct {
  /** The model with everything resolved: contracts, versions, methods, routing. */
  readonly model: ResolvedModel;
  /** Namespace of its Services, which are named `versionName(model, version)`. */
  readonly namespace: string;
}
