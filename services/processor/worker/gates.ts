/** A place at the model; given back once. */
export type Place = () => void;

export type Entered =
  | { readonly kind: 'in'; readonly leave: Place }
  /** As many wait already as may. */
  | { readonly kind: 'full' }
  /** It waited as long as it could. */
  | { readonly kind: 'late' };

/** How many may be inside, and how many may wait outside. */
export interface Room {
  readonly inside: number;
  readonly waiting: number;
}

interface Gate {
  inside: number;
  /** First come, first served; those that gave up are skipped. */
  readonly queue: Set<() => void>;
}

/** Bounds the calls under way to each version; the others wait in line, up to a bound and to their own deadline. */
export class Gates {
  private readonly gates = new Map<string, Gate>();
  private queued = 0;

  /** Calls that wait now. */
  get waiting(): number {
    return this.queued;
  }

  /** `waitMs`: how long the caller can wait. `onLeave` is given a function that gives up waiting. */
  enter(name: string, room: Room, waitMs: number, onLeave: (giveUp: () => void) => void): Entered | Promise<Entered> {
    const gate = this.gates.get(name) ?? this.open(name);
    if (gate.inside < room.inside) return { kind: 'in', leave: this.take(name, gate) };
    if (gate.queue.size >= room.waiting) return { kind: 'full' };
    return this.wait(name, gate, waitMs, onLeave);
  }

  private open(name: string): Gate {
    const gate: Gate = { inside: 0, queue: new Set() };
    this.gates.set(name, gate);
    return gate;
  }

  private take(name: string, gate: Gate): Place {
    gate.inside++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      gate.inside--;
      const [next] = gate.queue;
      if (next !== undefined) next();
      // Versions come and go; an empty gate holds nothing that matters.
      else if (gate.inside === 0) this.gates.delete(name);
    };
  }

  private wait(name: string, gate: Gate, waitMs: number, onLeave: (giveUp: () => void) => void): Promise<Entered> {
    return new Promise((resolve) => {
      const end = (result: Entered): void => {
        clearTimeout(timer);
        if (gate.queue.delete(admit)) this.queued--;
        resolve(result);
      };
      const admit = (): void => end({ kind: 'in', leave: this.take(name, gate) });
      const timer = setTimeout(() => end({ kind: 'late' }), waitMs);
      gate.queue.add(admit);
      this.queued++;
      onLeave(() => end({ kind: 'late' }));
    });
  }
}
