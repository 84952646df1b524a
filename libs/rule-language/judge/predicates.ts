import type { PlannedNumber, PlannedPredicate } from '../plan/compile.js';
import type { Assembler, Register } from '../machine/assembler.js';
import { OP } from '../machine/machine.js';
import type { Space } from './space.js';

type PlannedComparison = Extract<PlannedPredicate, { op: unknown }>;

const OPS = {
  ...{ ge: OP.GREATER_OR_EQUAL, gt: OP.GREATER, le: OP.LESS_OR_EQUAL, lt: OP.LESS, eq: OP.EQUAL },
};
const MIRRORED = { ge: 'le', gt: 'lt', le: 'ge', lt: 'gt', eq: 'eq' } as const;

/** Writes the instructions that decide predicates. */
export class PredicateWriter {
  constructor(
    private readonly code: Assembler,
    private readonly space: Space,
    /** The register of a feature's value, by its key. */
    private readonly features: (key: string) => Register,
  ) {}

  /** Returns the truth register; the caller frees it. */
  write(node: PlannedPredicate): Register {
    const { code, space } = this;
    if ('all' in node) return this.combine(OP.ALL, node.all);
    if ('any' in node) return this.combine(OP.ANY, node.any);
    if ('not' in node) return this.then(this.write(node.not), (inner) => code.truth(OP.NOT, inner));
    if ('truth' in node) return code.truth(OP.CERTAIN, node.truth ? 1 : 0);
    if ('masks' in node) {
      if (space.coversAll(node.masks, node.day)) return code.truth(OP.CERTAIN, 1);
      return code.truth(OP.IN, space.maskSet(node.masks, node.day));
    }
    return this.compare(node);
  }

  /** A number on the right needs no register. */
  private compare(node: PlannedComparison): Register {
    const { code } = this;
    const mirrored = typeof node.left === 'number' && typeof node.right !== 'number';
    const [a, b] = mirrored ? [node.right, node.left] : [node.left, node.right];
    const left = this.number(a);
    const right = typeof b === 'number' ? { register: ~code.constant(b), mine: false } : this.number(b);
    const truth = code.truth(OPS[mirrored ? MIRRORED[node.op] : node.op], left.register, right.register);
    for (const { register, mine } of [left, right]) if (mine) code.freeNumber(register);
    return truth;
  }

  private combine(op: number, nodes: readonly PlannedPredicate[]): Register {
    const [first, ...more] = nodes;
    let all = this.write(first!);
    for (const node of more) {
      const one = this.write(node);
      all = this.then(all, (before) => this.code.truth(op, before, one));
      this.code.freeTruth(one);
    }
    return all;
  }

  private then(inner: Register, make: (inner: Register) => Register): Register {
    const made = make(inner);
    this.code.freeTruth(inner);
    return made;
  }

  /** `mine`: made here, to be freed here. */
  private number(node: PlannedNumber): { register: Register; mine: boolean } {
    const { code } = this;
    if (typeof node === 'number') return { register: code.everywhere(node), mine: false };
    if ('feature' in node) return { register: this.features(node.feature), mine: false };
    const [op, parts] =
      'mul' in node
        ? [OP.MULTIPLY, node.mul]
        : 'add' in node
          ? [OP.ADD, node.add]
          : [OP.SUBTRACT, node.sub as PlannedNumber[]];
    const [first, ...more] = parts.map((part) => this.number(part));
    let value = first!;
    for (const part of more) {
      const register = code.number(op, value.register, part.register);
      for (const used of [value, part]) if (used.mine) code.freeNumber(used.register);
      value = { register, mine: true };
    }
    return value;
  }
}
