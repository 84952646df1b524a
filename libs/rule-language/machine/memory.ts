declare global {
  /** What the machine uses of WebAssembly's JavaScript interface; the types of Node 20 leave it to the DOM's. */
  // eslint-disable-next-line @typescript-eslint/no-namespace -- that is how the global is named in types
  namespace WebAssembly {
    class Memory {
      constructor(options: { initial: number; maximum: number; shared: boolean });
      readonly buffer: SharedArrayBuffer;
      grow(pages: number): number;
    }
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module, imports: { env: { memory: Memory } });
      readonly exports: object;
    }
  }
}

const PAGE = 65_536;
/** 4 GiB: all that 32-bit addresses reach. */
const MAX_PAGES = 65_536;
/** Address 0 is nothing. */
const START = 1024;

/** One memory that grows, dealt out in pieces. Pieces are multiples of 64 bytes; freed ones are reused by their size. */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  private readonly free = new Map<number, number[]>();
  private top = START;

  /** Shared, so that a thread can compute on it. */
  constructor() {
    this.wasm = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  }

  get buffer(): SharedArrayBuffer {
    return this.wasm.buffer;
  }

  /** Bytes that were ever dealt out. */
  get size(): number {
    return this.top;
  }

  /** Address of a piece of at least so many bytes, with what was there before. Throws RangeError when there is no more. */
  allocate(bytes: number): number {
    const size = sizeOf(bytes);
    const reused = this.free.get(size)?.pop();
    if (reused !== undefined) return reused;
    const address = this.top;
    const pages = this.buffer.byteLength / PAGE;
    const missing = Math.ceil((address + size) / PAGE) - pages;
    // In steps of 4 MB: every growth makes new views of everybody.
    if (missing > 0) this.wasm.grow(Math.max(missing, Math.min(64, MAX_PAGES - pages)));
    this.top += size;
    return address;
  }

  release(address: number, bytes: number): void {
    const size = sizeOf(bytes);
    const pieces = this.free.get(size);
    if (pieces) pieces.push(address);
    else this.free.set(size, [address]);
  }
}

/**
 * Vectors of days are read side by side. Were they whole multiples of 4 KB apart, all would compete for the same few lines of the
 * processor's first cache.
 */
const PAGE_OF_CACHE = 4_096;
const OFF_STEP = 320;

/** Sizes come in 16 steps per doubling, so that what one frees fits another, and at most 6 % are wasted. */
export function sizeOf(bytes: number): number {
  const step = Math.max(64, 2 ** (Math.ceil(Math.log2(Math.max(1, bytes))) - 5));
  return Math.ceil(bytes / step) * step + (bytes < PAGE_OF_CACHE ? 0 : OFF_STEP);
}

/** Pieces of a memory that are given back together. */
export class Arena {
  private readonly pieces: [address: number, bytes: number][] = [];

  constructor(private readonly memory: Memory) {}

  get buffer(): SharedArrayBuffer {
    return this.memory.buffer;
  }

  allocate(bytes: number): number {
    const address = this.memory.allocate(bytes);
    this.pieces.push([address, bytes]);
    return address;
  }

  /** A piece with these words in it. */
  write(words: ArrayLike<number>): number {
    const address = this.allocate(4 * Math.max(1, words.length));
    new Int32Array(this.buffer, address, words.length).set(words);
    return address;
  }

  release(): void {
    for (const [address, bytes] of this.pieces.splice(0)) this.memory.release(address, bytes);
  }
}
