import { containerFiles } from './container';

/** What `kea new model` is asked for. */
export interface NewModel {
  readonly name: string;
  readonly owner: string;
  /** File name of the artifact that is copied beside the model file. */
  readonly artifact?: string;
}

/** The files of a new model, relative to its folder. With an artifact one line is enough; without one a program stands in its place. */
export function newModelFiles(model: NewModel): ReadonlyMap<string, string> {
  if (model.artifact === undefined) return containerFiles(model);
  return new Map([['model.yaml', `artifact: ${yamlText(model.artifact)}\n`]]);
}

/** A text as YAML, quoted where YAML would read it otherwise. */
function yamlText(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !/^(true|false|yes|no|on|off|null)$/i.test(text) ? text : JSON.stringify(text);
}
