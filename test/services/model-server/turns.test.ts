import { QueueFull, Turns } from '../../../services/model-server/turns';

const never = new AbortController().signal;

function gate(): { readonly open: () => void; readonly task: () => Promise<string> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), task: () => opened.then(() => 'done') };
}

test('one runs, one waits, the third is refused at once', async () => {
  const turns = new Turns(1, 1);
  const first = gate();
  const one = turns.take(first.task, never);
  const two = turns.take(() => Promise.resolve('two'), never);
  await expect(turns.take(() => Promise.resolve('three'), never)).rejects.toBeInstanceOf(QueueFull);
  expect(turns.waiting).toBe(1);
  first.open();
  expect(await Promise.all([one, two])).toEqual(['done', 'two']);
  expect(turns.waiting).toBe(0);
});

test('first come, first served, and a failed task gives its turn on', async () => {
  const turns = new Turns(1, 10);
  const order: number[] = [];
  const failed = turns.take(() => Promise.reject(new Error('broken')), never);
  const others = [1, 2, 3].map((number) => turns.take(async () => order.push(number), never));
  await expect(failed).rejects.toThrow('broken');
  await Promise.all(others);
  expect(order).toEqual([1, 2, 3]);
});

test('who goes away while waiting leaves the queue and never runs', async () => {
  const turns = new Turns(1, 1);
  const first = gate();
  const one = turns.take(first.task, never);
  const leaving = new AbortController();
  let ran = false;
  const two = turns.take(async () => (ran = true), leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(two).rejects.toThrow('gone');
  expect(turns.waiting).toBe(0);
  first.open();
  await one;
  expect(ran).toBe(false);
});
