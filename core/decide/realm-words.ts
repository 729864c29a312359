import type { JsonValue } from '../json';
import type { RealmEdit, RealmStep } from './realm-difference';

/** Longest value that a line shows. */
const LONGEST = 80;

/** A step as people read it: one line, and one more for each thing that changes. Holds names and settings, never a secret: a plan has none. */
export function describeStep(step: RealmStep): readonly string[] {
  const name = `${step.object.kind} ${step.object.name}`;
  switch (step.do) {
    case 'create':
      return [`+ ${name}${members(step.object.sets)}`];
    case 'delete':
      return [`- ${name}`];
    case 'change':
      return [`~ ${name}`, ...step.edits.flatMap(describeEdit).map((line) => `    ${line}`)];
  }
}

function describeEdit(edit: RealmEdit): readonly string[] {
  if ('set' in edit) return [...edit.add.map((name) => `+ ${edit.set}: ${name}`), ...edit.remove.map((name) => `- ${edit.set}: ${name}`)];
  const change = `${edit.field}: ${shown(edit.from)} → ${shown(edit.to)}`;
  return [edit.byHand ? `${change}   (was changed by hand)` : change];
}

function members(sets: { readonly roles?: readonly string[] }): string {
  return sets.roles && sets.roles.length > 0 ? `   roles ${sets.roles.join(', ')}` : '';
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
