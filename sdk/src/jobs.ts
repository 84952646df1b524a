import { pause } from './send.js';

/** Work that takes longer than a request, as far as waiting for it goes. */
export interface Job {
  id: string;
  status: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
  progress: { done: number; total: number | null; failed: number };
  /** Where what went wrong is listed. */
  errors: string | null;
}

export interface WaitOptions<J extends Job = Job> {
  /** Told of the job each time that it was asked. */
  onProgress?: (job: J) => void;
  signal?: AbortSignal;
}

export class JobFailed extends Error {
  override readonly name = 'JobFailed';

  constructor(readonly job: Job) {
    super(
      `job ${job.id} ${job.status === 'cancelled' ? 'was cancelled' : 'failed'}${job.errors === null ? '' : `; its errors are at ${job.errors}`}`,
    );
  }
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Asks until the job has ended, less and less often. Throws JobFailed, or what `signal` was aborted with. */
export async function waitFor<J extends Job>(
  ask: () => Promise<J>,
  { onProgress, signal }: WaitOptions<J>,
  wait: typeof pause = pause,
): Promise<J> {
  for (let ms = FIRST_PAUSE_MS; ; ms = Math.min(LONGEST_PAUSE_MS, ms * 1.5)) {
    const job = await ask();
    onProgress?.(job);
    if (job.status === 'failed' || job.status === 'cancelled') throw new JobFailed(job);
    if (job.status === 'succeeded') return job;
    await wait(ms, signal);
  }
}
