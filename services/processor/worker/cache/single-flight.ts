interface Flight<T> {
  readonly result: Promise<T>;
  readonly cancel: () => void;
  waiters: number;
}

/** One call for many equal questions. It is cancelled only when nobody waits for it any more. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * Joins the flight of this key, or starts it with `start(onCancel)`; `start` must not throw. `leader` tells who started it.
   * Whoever leaves before the result came calls `leave`.
   */
  join(
    key: string,
    start: (onCancel: (cancel: () => void) => void) => Promise<T>,
  ): { result: Promise<T>; leader: boolean; leave: () => void } {
    const present = this.flights.get(key);
    const flight = present ?? this.begin(key, start);
    flight.waiters++;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      flight.waiters--;
      if (flight.waiters > 0) return;
      // Whoever asks next starts anew instead of joining a cancelled flight.
      if (this.flights.get(key) === flight) this.flights.delete(key);
      flight.cancel();
    };
    return { result: flight.result, leader: present === undefined, leave };
  }

  has(key: string): boolean {
    return this.flights.has(key);
  }

  get size(): number {
    return this.flights.size;
  }

  private begin(key: string, start: (onCancel: (cancel: () => void) => void) => Promise<T>): Flight<T> {
    let cancel: (() => void) | undefined;
    const result = start((each) => {
      cancel = each;
    });
    const flight: Flight<T> = { result, cancel: () => cancel?.(), waiters: 0 };
    this.flights.set(key, flight);
    const end = (): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    result.then(end, end);
    return flight;
  }
}
