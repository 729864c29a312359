import { Transform, type TransformCallback } from 'node:stream';
import { FetchFailure } from './failure';

/** Bytes that may still be written, over all files of one artifact. */
export class Budget {
  private used = 0;

  constructor(private readonly most: number) {}

  /** Throws `FetchFailure` when the artifact becomes larger than allowed. */
  spend(bytes: number): void {
    this.used += bytes;
    if (this.used > this.most) throw new FetchFailure(`the artifact is larger than ${this.most} bytes`);
  }

  /** Gives back what an attempt that failed had written. */
  restore(bytes: number): void {
    this.used -= bytes;
  }

  /** Counts what flows through. */
  meter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) => {
        try {
          this.spend(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    });
  }
}
