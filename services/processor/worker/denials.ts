import type { DenyList } from '../../../core/contract/deny-list';
import { denier } from '../../../core/decide/denied';
import type { Call } from './call';
import { refusal, type Refusal } from './refusal';

/** Who is turned away although the edge let the token in; the supervisor says it, at any time. */
export class Denials {
  private find = denier({ format: 1, entries: [] });

  set(list: DenyList): void {
    this.find = denier(list);
  }

  /** The same answer as for a missing role, so that nobody learns of the list; the record names the reason. */
  refuse(call: Call): Refusal | undefined {
    const entry = this.find(call.caller, call.time);
    if (entry === undefined) return undefined;
    call.notes.reason = `deny list: ${entry.reason}`;
    return refusal('forbidden');
  }
}
