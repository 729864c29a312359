// The package's `./pulumi`: a platform or a model inside another team's Pulumi program, and the program of a project of stack files.
export { type DeployOptions, deployStack, type StackOutputs } from '../program';
export type { StackArgs } from '../generated/stack-args';
export { Model, type ModelArgs, type SingleModelArgs } from './model';
export { Platform, type PlatformArgs } from './platform';
export { type ClusterArgs, ClusterProvider } from './provider';
export type { SecretValues } from './secrets';
