import type { Channel } from './channel.entity.js';

/** What is sent over a channel. */
export interface Outgoing {
  /** Of the delivery: the same in all attempts. */
  id: string;
  /** Which attempt, from 1. */
  attempt: number;
  /** userid or e-mail address. */
  to: string;
  title: string;
  body: string;
  link: string | null;
  /** When the message was made, as people read it. */
  at: string;
}

/** What came of handing something to a channel. `problem` is a code, without addresses or what the channel wrote. */
export type Outcome =
  | { state: 'sent'; reference: string | null; checkAfterMs?: number }
  | { state: 'failed'; problem: string }
  /** Worth another attempt; not before `waitMs`. */
  | { state: 'again'; problem: string; waitMs?: number };

/** What the channel says became of what it took. */
export type Result =
  | { state: 'unknown' }
  | { state: 'delivered'; read: boolean }
  | { state: 'failed'; problem: string }
  /** It was dropped for a limit: `today`, until the day is over. */
  | { state: 'dropped'; problem: string; until: 'minute' | 'tomorrow' };

/** Settings and secret of a channel as they are now. */
export interface Account<S = object> {
  settings: S;
  secret: string;
  /** Whoever keeps a token keeps it for this version. */
  version: number;
}

/** A way out of the house. It throws only what nobody foresees: no answer, or none that can be read. */
export interface Adapter<S = object> {
  send(account: Account<S>, outgoing: Outgoing): Promise<Outcome>;
  result?(account: Account<S>, reference: string, to: string): Promise<Result>;
}

export type Adapters = Readonly<Record<Channel['key'], Adapter>>;
