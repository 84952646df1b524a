import { BITS, DAY, LANES, NUMBER, OP, TRUTH } from './machine.js';
import type { Arena } from './memory.js';

/** Name of a register. */
export type Register = number;

/** Puts a program together: instructions, constants, and registers that are reused once they are let go. */
export class Assembler {
  private readonly words: number[] = [];
  private readonly constants: number[] = [];
  private readonly numbers = new Registers();
  private readonly truths = new Registers();
  private readonly filled = new Map<number, Register>();
  private tableDays = 0;

  emit(op: number, ...operands: number[]): void {
    this.words.push(op, ...operands);
  }

  /** An instruction on numbers whose result goes into a new register. */
  number(op: number, ...operands: number[]): Register {
    const into = this.numbers.take();
    this.emit(op, ...operands, into);
    return into;
  }

  truth(op: number, ...operands: number[]): Register {
    const into = this.truths.take();
    this.emit(op, ...operands, into);
    return into;
  }

  newNumber(): Register {
    return this.numbers.take();
  }

  /** Index of a constant. */
  constant(value: number): number {
    let i = this.constants.findIndex((known) => Object.is(known, value));
    if (i < 0) i = this.constants.push(value) - 1;
    return i;
  }

  /** A register that holds a number in every lane; filled once, not to be freed. */
  everywhere(value: number): Register {
    let register = this.filled.get(value);
    if (register === undefined) {
      register = this.numbers.take();
      this.emit(OP.CONSTANT, register, this.constant(value));
      this.filled.set(value, register);
    }
    return register;
  }

  freeNumber(register: Register): void {
    if (![...this.filled.values()].includes(register)) this.numbers.give(register);
  }

  /** Frees all number registers that `write` took and no longer needs, but for those it answers. */
  freeAfter(write: () => Iterable<Register>): void {
    const before = this.numbers.inUse();
    this.keep([...before, ...write()]);
  }

  /** Frees all number registers but these, and those that were filled once and for all. */
  keep(registers: Iterable<Register>): void {
    const kept = new Set([...registers, ...this.filled.values()]);
    for (const register of this.numbers.inUse()) if (!kept.has(register)) this.numbers.give(register);
  }

  freeTruth(register: Register): void {
    this.truths.give(register);
  }

  /** Makes the days of a table ready for the instructions that follow. */
  resolve({ address, days, wide }: { address: number; days: readonly number[]; wide: boolean }): void {
    this.tableDays = Math.max(this.tableDays, days.length);
    this.emit(OP.RESOLVE, address, days.length, wide ? 1 : 0);
  }

  /**
   * Writes the program into memory with all that it works on; answers as many addresses to run it at as may run at a time, each with
   * registers of its own.
   */
  finish(arena: Arena, blockStart: number, n = 1): number[] {
    const constants = arena.allocate(8 * Math.max(1, this.constants.length));
    const absent = arena.allocate(DAY);
    new Float64Array(arena.buffer, constants, this.constants.length).set(this.constants);
    new Int32Array(arena.buffer, absent, LANES).fill(-1);
    const code = arena.write([...this.words, OP.END]);
    return Array.from({ length: n }, () => {
      const numbers = arena.allocate(this.numbers.size * NUMBER);
      const truths = arena.allocate(this.truths.size * TRUTH);
      const days = arena.allocate(4 * Math.max(1, this.tableDays));
      const copies = arena.allocate(DAY * Math.max(1, this.tableDays));
      return arena.write([numbers, truths, constants, days, copies, absent, blockStart, code]);
    });
  }
}

class Registers {
  size = 0;
  private readonly free: Register[] = [];
  private readonly used = new Set<Register>();

  take(): Register {
    const register = this.free.pop() ?? this.size++;
    this.used.add(register);
    return register;
  }

  give(register: Register): void {
    this.free.push(register);
    this.used.delete(register);
  }

  inUse(): Register[] {
    return [...this.used];
  }
}

/** Bytes of a bit set over so many lanes. */
export function bitSetBytes(lanes: number): number {
  return Math.ceil(lanes / LANES) * BITS;
}
