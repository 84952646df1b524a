import type { Readable } from 'node:stream';

/**
 * Where the contents of files lie. A key is `<service>/<id of the file>`; what is stored under it is never changed. An object is put
 * before its row is written and deleted after its row is gone, so an object without a row is what a crash has left.
 */
export interface Storage {
  /** Stores the content of a file of this machine. It is there for good when this returns. */
  put(key: string, path: string): Promise<void>;
  /** Undefined when there is no such object. */
  get(key: string): Promise<Readable | undefined>;
  /** What is not there is as good as deleted. */
  delete(key: string): Promise<void>;
  /** The keys of a service, in no order. */
  list(service: string): AsyncIterable<string>;
  /** Throws when objects can be neither read nor written. */
  check(): Promise<void>;
}
