const NONE = -1;
/** More digits than a number is exact with. */
const MAX_DIGITS = 15;
const TWO_32 = 4_294_967_296;
/** 2^32 divided by the golden ratio: spreads numbers that follow each other. */
const SPREAD = 0x9e3779b1;

/**
 * Ordinals by student number. Numbers of digits, as schools have them, lie side by side in memory, where a map of as many strings is
 * looked through at the price of several cache misses a row.
 */
export class StudentOrdinals {
  /** An open hash table; its length is a power of two. */
  private numbers = new Float64Array(1_024).fill(NONE);
  private ordinals = new Int32Array(1_024);
  private n = 0;
  /** Of student numbers that are not made of digits alone. */
  private readonly others = new Map<string, number>();

  get(student: string): number | undefined {
    const number = digitsOf(student);
    if (number === NONE) return this.others.get(student);
    const place = this.placeOf(number);
    return this.numbers[place] === number ? this.ordinals[place] : undefined;
  }

  set(student: string, ordinal: number): void {
    const number = digitsOf(student);
    if (number === NONE) this.others.set(student, ordinal);
    else this.put(number, ordinal);
  }

  private put(number: number, ordinal: number): void {
    if (2 * this.n >= this.numbers.length) this.grow();
    const place = this.placeOf(number);
    if (this.numbers[place] === NONE) this.n++;
    this.numbers[place] = number;
    this.ordinals[place] = ordinal;
  }

  /** Where a number is, or would be. */
  private placeOf(number: number): number {
    const last = this.numbers.length - 1;
    let place = (Math.imul(number % TWO_32, SPREAD) >>> 7) & last;
    while (this.numbers[place] !== number && this.numbers[place] !== NONE) place = (place + 1) & last;
    return place;
  }

  private grow(): void {
    const { numbers, ordinals } = this;
    this.numbers = new Float64Array(2 * numbers.length).fill(NONE);
    this.ordinals = new Int32Array(2 * ordinals.length);
    this.n = 0;
    for (const [i, number] of numbers.entries()) if (number !== NONE) this.put(number, ordinals[i]!);
  }
}

/** The number a text of digits stands for; NONE when another text could stand for the same, or it is no such text. */
function digitsOf(text: string): number {
  if (text.length === 0 || text.length > MAX_DIGITS || text.startsWith('0')) return NONE;
  let number = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NONE;
    number = 10 * number + digit;
  }
  return number;
}
