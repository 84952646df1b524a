const PLACES = 8;
const UNIT = 10n ** BigInt(PLACES);
/** What is rounded, half away from zero, is rounded to so many decimals: means, quotients. */
const KEPT = 4;
const STEP = 10n ** BigInt(PLACES - KEPT);

/** As scores, weights and limits are written: at most four decimals, so that weight × score is exact. */
export const DECIMAL = /^-?\d{1,9}(\.\d{1,4})?$/;

/** An exact decimal number: no score is ever a binary fraction. */
export class Exact {
  static readonly zero = new Exact(0n);

  private constructor(private readonly units: bigint) {}

  /** From its text, such as `87.5`, or as the database writes a numeric. */
  static of(text: string): Exact {
    const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
    if (sign === undefined || fraction.length > PLACES) throw new Error('is no exact decimal');
    const units = BigInt(whole) * UNIT + BigInt(fraction.padEnd(PLACES, '0'));
    return new Exact(sign ? -units : units);
  }

  static ofInt(value: bigint | number): Exact {
    return new Exact(BigInt(value) * UNIT);
  }

  plus(other: Exact): Exact {
    return new Exact(this.units + other.units);
  }

  minus(other: Exact): Exact {
    return new Exact(this.units - other.units);
  }

  /** Exact for factors of four decimals. */
  times(other: Exact): Exact {
    return new Exact(quotient(this.units * other.units, UNIT));
  }

  /** Rounded to four decimals. Throws RangeError for a division by zero. */
  over(other: Exact): Exact {
    return new Exact(quotient(this.units * UNIT, other.units * STEP) * STEP);
  }

  /** Rounded to four decimals. */
  rounded(): Exact {
    return new Exact(quotient(this.units, STEP) * STEP);
  }

  compare(other: Exact): number {
    return this.units < other.units ? -1 : this.units > other.units ? 1 : 0;
  }

  /** Without zeros at the end. */
  toString(): string {
    const digits = String(this.units < 0n ? -this.units : this.units).padStart(PLACES + 1, '0');
    const fraction = digits.slice(-PLACES).replace(/0+$/, '');
    return `${this.units < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction && `.${fraction}`}`;
  }
}

/** Rounded half away from zero. */
function quotient(a: bigint, b: bigint): bigint {
  const [up, down] = b < 0n ? [-a, -b] : [a, b];
  const twice = 2n * (up < 0n ? -up : up) + down;
  const rounded = twice / (2n * down);
  return up < 0n ? -rounded : rounded;
}
