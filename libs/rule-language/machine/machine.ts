import { MACHINE_CODE } from './machine-code.js';

/** Lanes a program works on at a time. */
export const LANES = 512;
/** Bytes of a register of 512 numbers (f64), of a truth register (bit set of true lanes, bit set of false lanes), of a bit set. */
export const NUMBER = 8 * LANES;
export const BITS = LANES / 8;
export const TRUTH = 2 * BITS;
/** Bytes of a wide day (int32), and words of a day table's entry. */
export const DAY = 4 * LANES;
export const ENTRY_WORDS = 7;
/** Largest value of a narrow day (int16). */
export const MAX_NARROW = 32_767;

/** No data; a day that does not exist for the lane. */
export const MISSING = -1;
export const PAUSED = -2;

/** Instructions, by their code. What they do is told in plain-machine.ts. */
export const OP = {
  END: 0,
  RESOLVE: 1,
  SUMS: 2,
  SQUARES: 3,
  COUNT_IN: 4,
  PICK: 5,
  HOURS: 6,
  STREAK: 7,
  DISTINCT: 8,
  CONSTANT: 9,
  ADD: 10,
  SUBTRACT: 11,
  MULTIPLY: 12,
  DIVIDE: 13,
  DEVIATION: 14,
  AT_LEAST: 15,
  ABOVE: 16,
  OTHERWISE: 17,
  STORE: 18,
  LOAD: 19,
  GREATER_OR_EQUAL: 20,
  GREATER: 21,
  LESS_OR_EQUAL: 22,
  LESS: 23,
  EQUAL: 24,
  ALL: 25,
  ANY: 26,
  NOT: 27,
  IN: 28,
  CERTAIN: 29,
  LEVELS: 30,
} as const;

/** Runs programs over numbers that lie in one memory. The WebAssembly and the plain machine give the same bits. */
export interface Machine {
  /** Runs a program over the lanes from … to - 1; `from` is a multiple of 512. */
  run(program: number, from: number, to: number): void;
  /** Places of values in their cohorts; see plain-machine.ts. */
  rank(
    values: number,
    order: number,
    starts: number,
    cohorts: number,
    least: number,
    asRank: number,
    room: number,
    into: number,
  ): void;
}

/** A call of a machine, to be carried out here or in a thread. */
export type Call = { [F in keyof Machine]: [name: F, ...args: Parameters<Machine[F]>] }[keyof Machine];

export function machineCode(): Uint8Array {
  return Buffer.from(MACHINE_CODE, 'base64');
}

/** The machine in WebAssembly with SIMD, in the calling thread. */
export function wasmMachine(memory: WebAssembly.Memory): Machine {
  const module = new WebAssembly.Module(machineCode());
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Machine;
}

export function carryOut(machine: Machine, calls: readonly Call[]): void {
  for (const [name, ...args] of calls) (machine[name] as (...args: number[]) => void)(...args);
}
