import { Child, type Program } from './child';
import { Keeper } from './keeper/keeper';
import { processNamed, type StartedProcess } from './state';
import type { Listener } from './events';

/** The platform's own programs, each kept alive, and everybody's process ids for the keeper and the state file. */
export class Crew {
  private readonly children: Child[] = [];
  private readonly keeper = new Keeper();
  private known = new Map<number, StartedProcess>();

  constructor(
    private readonly socketFolder: string,
    private readonly listen: Listener,
    /** Model servers, which live elsewhere. */
    private readonly others: () => readonly { readonly name: string; readonly pid: number }[],
    private readonly noted: (processes: readonly StartedProcess[]) => void,
  ) {}

  /** Starts a program and keeps it alive until `stop`. `onStart` runs in each of its lives. */
  start(
    program: Program,
    events: { readonly onStart?: (child: Child) => void; readonly onMessage?: (message: unknown) => void } = {},
  ): Child {
    let lives = 0;
    const child = new Child(program, {
      onStart: (started) => {
        lives += 1;
        events.onStart?.(started);
        this.note();
        if (lives > 1) this.listen({ type: 'back', name: program.name });
      },
      onDeath: (how, restartMs) => {
        this.note();
        this.listen({ type: 'died', name: program.name, how, ...(restartMs === undefined ? {} : { restartMs }) });
      },
      ...(events.onMessage ? { onMessage: events.onMessage } : {}),
    });
    this.children.push(child);
    child.start();
    return child;
  }

  /** Tells the keeper and the state file who runs now. */
  note(): void {
    const own = this.children.flatMap(({ program, pid }) => (pid === undefined ? [] : [{ name: program.name, pid }]));
    const all = [...own, ...this.others()];
    this.keeper.watch(
      all.map(({ pid }) => pid),
      this.socketFolder,
    );
    // A process keeps its start time: it is asked for once.
    const next = new Map<number, StartedProcess>();
    for (const { name, pid } of all) {
      const process = this.known.get(pid) ?? processNamed(name, pid);
      if (process) next.set(pid, process);
    }
    this.known = next;
    this.noted([...next.values()]);
  }

  get processes(): readonly StartedProcess[] {
    return [...this.known.values()];
  }

  /** Ends the programs named, all at once. */
  async stop(...children: readonly (Child | undefined)[]): Promise<void> {
    await Promise.all(children.flatMap((child) => (child ? [child.stop()] : [])));
  }

  release(): void {
    this.keeper.release();
  }
}
