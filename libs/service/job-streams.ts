import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { holdOpen } from '#http';
import { Overloaded } from '#problems';
import type { Job } from './jobs.js';
import { JobDto } from './jobs.dto.js';

const LOOK_MS = 500;
/** Less than what proxies and browsers let pass in silence. */
const SILENCE_MS = 15_000;
/** The caller connects again: then its token and its rights are looked at again. */
const OPEN_MS = 60_000;
const MOST_OPEN = 200;

/** Jobs told of as they go, as Server-Sent Events (WHATWG HTML §9.2). */
@Injectable()
export class JobStreams implements BeforeApplicationShutdown {
  private watched = 0;
  private readonly ending = new AbortController();

  constructor() {
    setMaxListeners(MOST_OPEN, this.ending.signal);
  }

  beforeApplicationShutdown(): void {
    this.ending.abort();
  }

  /** `look` finds the job anew. */
  open(reply: FastifyReply, job: Job, look: () => Promise<Job>): StreamableFile {
    if (this.watched >= MOST_OPEN) throw new Overloaded({ retryAfter: 5 });
    this.watched++;
    holdOpen(reply);
    // nginx passes on at once what is so marked.
    void reply.header('Cache-Control', 'no-store').header('X-Accel-Buffering', 'no');
    const stream = Readable.from(this.told(job, look)).once('close', () => this.watched--);
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }

  private async *told(job: Job, look: () => Promise<Job>): AsyncGenerator<string> {
    const until = performance.now() + OPEN_MS;
    let said = '';
    let saidAt = 0;
    for (let now = job; ; now = await look()) {
      const text = JSON.stringify(JobDto.from(now));
      if (text !== said) yield `event: job\ndata: ${text}\n\n`;
      else if (performance.now() - saidAt >= SILENCE_MS) yield ':\n\n';
      if (text !== said || performance.now() - saidAt >= SILENCE_MS) saidAt = performance.now();
      said = text;
      if (now.finishedAt || performance.now() > until || this.ending.signal.aborted) return;
      await pause(LOOK_MS, undefined, { signal: this.ending.signal }).catch(() => undefined);
    }
  }
}
