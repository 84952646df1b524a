import { Arena, Assembler, type Call, Memory, OP, sizeOf } from '#rule-language';
import { MachineThreads } from '../src/engine/machine-thread.js';

/** A program that writes 2 + 3 for every lane. */
function program(memory: Memory, lanes: number): { address: number; out: number; arena: Arena } {
  const arena = new Arena(memory);
  const out = arena.allocate(8 * lanes);
  new Float64Array(memory.buffer, out, lanes).fill(0);
  const code = new Assembler();
  const sum = code.number(OP.ADD, code.everywhere(2), code.everywhere(3));
  code.emit(OP.STORE, out, sum);
  return { address: code.finish(arena, 0)[0]!, out, arena };
}

describe('the machine in its thread', () => {
  it('computes in the memory that this side sees, also after it has grown', async () => {
    const memory = new Memory();
    const thread = new MachineThreads(memory, 1);
    try {
      for (const lanes of [512, 2_048, 262_144]) {
        const { address, out, arena } = program(memory, lanes);
        await thread.carryOut([[['run', address, 0, lanes]]]);
        expect(new Set(new Float64Array(memory.buffer, out, lanes))).toEqual(new Set([5]));
        arena.release();
      }
    } finally {
      await thread.close();
    }
  });

  it('does not hold up the event loop', async () => {
    const memory = new Memory();
    const thread = new MachineThreads(memory, 1);
    try {
      const lanes = 262_144;
      const { address } = program(memory, lanes);
      await thread.carryOut([[['run', address, 0, lanes]]]);
      let turns = 0;
      const counting = setInterval(() => turns++, 1);
      await thread.carryOut([Array.from({ length: 500 }, () => ['run', address, 0, lanes] as const)]);
      clearInterval(counting);
      expect(turns).toBeGreaterThan(5);
    } finally {
      await thread.close();
    }
  });

  it('tells of a program that fails, and goes on with the next', async () => {
    const memory = new Memory();
    const thread = new MachineThreads(memory, 1);
    try {
      const bad = new Arena(memory).write([0, 0, 0, 0, 0, 0, 0, new Arena(memory).write([999])]);
      await expect(thread.carryOut([[['run', bad, 0, 512]]])).rejects.toThrow();
      const { address, out } = program(memory, 512);
      await thread.carryOut([[['run', address, 0, 512]]]);
      expect(new Float64Array(memory.buffer, out, 1)[0]).toBe(5);
    } finally {
      await thread.close();
    }
  });

  it('works here, slice by slice, where there is no thread', async () => {
    const memory = new Memory();
    const thread = new MachineThreads(memory, 1);
    thread['threads'][0] = Promise.resolve(undefined);
    const { address, out } = program(memory, 8_192);
    let turns = 0;
    const counting = setImmediate(function again() {
      turns++;
      setImmediate(again).unref();
    });
    await thread.carryOut([[['run', address, 0, 8_192]]]);
    clearImmediate(counting);
    expect(turns).toBeGreaterThan(0);
    expect(new Set(new Float64Array(memory.buffer, out, 8_192))).toEqual(new Set([5]));
  });
});

describe('the machine in several threads', () => {
  it('carries out every call once, and goes on after one that failed', async () => {
    const memory = new Memory();
    const threads = new MachineThreads(memory, 2);
    try {
      const programs = [1, 2, 3, 4, 5].map(() => program(memory, 512));
      const calls = programs.map(({ address }): Call => ['run', address, 0, 512]);
      const bad = new Arena(memory).write([0, 0, 0, 0, 0, 0, 0, new Arena(memory).write([999])]);
      await expect(threads.carryOut([[['run', bad, 0, 512], ...calls], calls])).rejects.toThrow();
      await threads.carryOut([calls]);
      for (const { out } of programs) expect(new Set(new Float64Array(memory.buffer, out, 512))).toEqual(new Set([5]));
    } finally {
      await threads.close();
    }
  });
});

describe('threads that are ended while some are still starting', () => {
  it('leave nobody waiting', async () => {
    for (let i = 0; i < 5; i++) {
      const memory = new Memory();
      const threads = new MachineThreads(memory, 4);
      const { address } = program(memory, 512);
      const done = threads.carryOut([[['run', address, 0, 512]]]).then(
        () => 'done',
        () => 'refused',
      );
      await threads.close();
      expect(['done', 'refused']).toContain(await done);
      await threads.close();
    }
  });
});

describe('stages', () => {
  it('begin when all of the one before is done', async () => {
    const memory = new Memory();
    const threads = new MachineThreads(memory, 2);
    const arena = new Arena(memory);
    const lanes = 131_072;
    const array = (): number => arena.allocate(8 * lanes);
    const numbers = Array.from({ length: 6 }, array);
    new Float64Array(memory.buffer, numbers[0]!, lanes).fill(1);
    // Each stage adds 1 to what the one before has written, slice by slice; the first slice is the slowest.
    const stages = numbers.slice(1).map((into, i) => {
      const code = new Assembler();
      const before = code.newNumber();
      code.emit(OP.LOAD, before, numbers[i]!);
      code.emit(OP.STORE, into, code.number(OP.ADD, before, code.everywhere(1)));
      const cuts = [0, 65_536, 66_048, 66_560, 67_072, lanes];
      const programs = code.finish(arena, 0, cuts.length - 1);
      return programs.map((program, k): Call => ['run', program, cuts[k]!, cuts[k + 1]!]);
    });
    try {
      for (let i = 0; i < 20; i++) {
        for (const into of numbers.slice(1)) new Float64Array(memory.buffer, into, lanes).fill(0);
        await threads.carryOut(stages);
        expect(new Set(new Float64Array(memory.buffer, numbers.at(-1)!, lanes))).toEqual(new Set([6]));
      }
    } finally {
      await threads.close();
    }
  });
});

describe('the memory', () => {
  it('wastes at most a sixteenth, and deals out again what was given back', () => {
    for (let bytes = 1_024; bytes < 10_000_000; bytes = Math.ceil(bytes * 1.37)) {
      expect(sizeOf(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(sizeOf(bytes)).toBeLessThanOrEqual(bytes * (1 + 1 / 16) + 384);
    }
    const memory = new Memory();
    const first = memory.allocate(200_000);
    memory.release(first, 200_000);
    expect(memory.allocate(199_990)).toBe(first);
    expect(memory.allocate(199_990)).not.toBe(first);
  });
});
