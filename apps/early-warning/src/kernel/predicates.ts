import type { PlannedNumber, PlannedPredicate } from './compile.js';
import type { Assembler, Register } from './machine/assembler.js';
import { OP } from './machine/machine.js';
import type { Space } from './space.js';

/** Writes the instructions that decide predicates. */
export class PredicateWriter {
  constructor(
    private readonly code: Assembler,
    private readonly space: Space,
    /** The register of a feature's value, by its key. */
    private readonly features: (key: string) => Register,
  ) {}

  /** Answers the truth register; the caller frees it. */
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
    const left = this.number(node.left);
    const right = this.number(node.right);
    const [a, b] = node.op === 'le' || node.op === 'lt' ? [right, left] : [left, right];
    const op = { ge: OP.GREATER_OR_EQUAL, le: OP.GREATER_OR_EQUAL, gt: OP.GREATER, lt: OP.GREATER, eq: OP.EQUAL }[
      node.op
    ];
    const truth = code.truth(op, a.register, b.register);
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
