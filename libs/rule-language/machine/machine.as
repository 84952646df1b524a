// The lane machine in AssemblyScript: WebAssembly with SIMD over the engine's shared memory. Every instruction does exactly what
// its namesake in plain-machine.ts does, where the instructions are described. `npm run machine` compiles this file.

const LANES: i32 = 512;
/** Bytes of a number register (f64), of a truth register (two bit sets: true, false), of a bit set, of a wide day (int32). */
const NUMBER: usize = 4096;
const TRUTH: usize = 128;
const BITS: usize = 64;
const DAY: usize = 2048;
/** Bytes of an entry of a day table: address, first lane, lane behind the last, masks of excluded and paused lanes, paused for all, wide. */
const ENTRY: usize = 28;

const MISSING: i32 = -1;
const PAUSED: i32 = -2;

let numbers: usize = 0;
let truths: usize = 0;
let constants: usize = 0;
let days: usize = 0;
let copies: usize = 0;
let absent: usize = 0;
let blockStart: i32 = 0;
let table: usize = 0;
/** Whether the days of the table are int32; else int16. */
let wide: bool = false;
/** Nobody reads it: without it the compiler would leave out `fetch`. */
let fetched: i32 = 0;

// @ts-ignore: decorator
@inline function word(pc: usize, i: i32): i32 {
  return load<i32>(pc + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline function number(pc: usize, i: i32): usize {
  return numbers + <usize>word(pc, i) * NUMBER;
}

// @ts-ignore: decorator
@inline function truth(pc: usize, i: i32): usize {
  return truths + <usize>word(pc, i) * TRUTH;
}

// @ts-ignore: decorator
@inline function constant(pc: usize, i: i32): f64 {
  return load<f64>(constants + (<usize>word(pc, i) << 3));
}

// @ts-ignore: decorator
@inline function dayAt(i: i32): usize {
  return load<usize>(days + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline function entryPausedForAll(i: i32): bool {
  return load<i32>(table + <usize>i * ENTRY + 20) != 0;
}

/** Runs a program over the lanes from … to - 1; `from` is a multiple of 512. */
export function run(program: usize, from: i32, to: i32): void {
  numbers = load<usize>(program);
  truths = load<usize>(program + 4);
  constants = load<usize>(program + 8);
  days = load<usize>(program + 12);
  copies = load<usize>(program + 16);
  absent = load<usize>(program + 20);
  blockStart = load<i32>(program + 24);
  const code = load<usize>(program + 28);
  for (let lane = from; lane < to; lane += LANES) runChunk(code, lane);
}

function runChunk(start: usize, lane: i32): void {
  let pc = start;
  while (true) {
    switch (word(pc, 0)) {
      case 0: return;
      case 1: wide = word(pc, 3) != 0; resolve(load<usize>(pc + 4), word(pc, 2), lane); pc += 16; break;
      case 2: if (wide) wideSums(pc); else sums(pc); pc += 28; break;
      case 3: if (wide) wideSquares(pc); else squares(pc); pc += 20; break;
      case 4: if (wide) wideCountIn(pc); else countIn(pc); pc += 28; break;
      case 5: if (wide) widePick(pc); else pick(pc); pc += 20; break;
      case 6: if (wide) hours(pc, true); else hours(pc, false); pc += 28; break;
      case 7: if (wide) streak(pc, true); else streak(pc, false); pc += 24; break;
      case 8: if (wide) distinct(pc, true); else distinct(pc, false); pc += 16; break;
      case 9: fill(number(pc, 1), constant(pc, 2)); pc += 12; break;
      case 10: arithmetic(pc, 0); pc += 16; break;
      case 11: arithmetic(pc, 1); pc += 16; break;
      case 12: arithmetic(pc, 2); pc += 16; break;
      case 13: arithmetic(pc, 3); pc += 16; break;
      case 14: deviation(pc); pc += 20; break;
      case 15: guard(pc, false); pc += 20; break;
      case 16: guard(pc, true); pc += 20; break;
      case 17: otherwise(pc); pc += 16; break;
      case 18: memory.copy(load<usize>(pc + 4) + (<usize>lane << 3), number(pc, 2), NUMBER); pc += 12; break;
      case 19: memory.copy(number(pc, 1), load<usize>(pc + 8) + (<usize>lane << 3), NUMBER); pc += 12; break;
      case 20: compare(pc, 0); pc += 16; break;
      case 21: compare(pc, 1); pc += 16; break;
      case 22: compare(pc, 2); pc += 16; break;
      case 23: compare(pc, 3); pc += 16; break;
      case 24: compare(pc, 4); pc += 16; break;
      case 25: both(pc); pc += 16; break;
      case 26: either(pc); pc += 16; break;
      case 27: not(pc); pc += 12; break;
      case 28: bits(pc, lane); pc += 12; break;
      case 29: certain(pc); pc += 12; break;
      case 30: pc = levels(pc, lane); break;
      default: unreachable();
    }
  }
}

/** RESOLVE table n wide: finds (or makes, where masks, borders or the width ask for it) the chunk of every day. */
function resolve(at: usize, n: i32, lane: i32): void {
  table = at;
  const shift: usize = wide ? 2 : 1;
  const maskOffset = <usize>(lane - blockStart) >> 3;
  for (let i = 0; i < n; i++) {
    const entry = at + <usize>i * ENTRY;
    const address = load<usize>(entry);
    const first = load<i32>(entry + 4);
    const end = load<i32>(entry + 8);
    let exclude = load<usize>(entry + 12);
    let pause = load<usize>(entry + 16);
    const fits = (load<i32>(entry + 24) != 0) == wide;
    exclude = exclude != 0 && any(exclude + maskOffset) ? exclude + maskOffset : 0;
    pause = pause != 0 && any(pause + maskOffset) ? pause + maskOffset : 0;
    const overlaps = address != 0 && first < lane + LANES && end > lane;
    let found = absent;
    if (overlaps && fits && first <= lane && end >= lane + LANES && exclude == 0 && pause == 0) {
      found = address + (<usize>(lane - first) << shift);
      fetch(found, <usize>LANES << shift);
    } else if (overlaps || pause != 0) {
      found = copies + <usize>i * DAY;
      memory.fill(found, 255, <usize>LANES << shift);
      if (overlaps) {
        const low = max(first, lane);
        const high = min(end, lane + LANES);
        const into = found + (<usize>(low - lane) << shift);
        if (fits) memory.copy(into, address + (<usize>(low - first) << shift), <usize>(high - low) << shift);
        else widen(into, address + (<usize>(low - first) << 1), high - low);
      }
      if (exclude != 0) mark(found, exclude, MISSING);
      if (pause != 0) mark(found, pause, PAUSED);
    }
    store<usize>(days + (<usize>i << 2), found);
  }
}

/** Asks for all cache lines of a chunk at once, so that they come side by side rather than one after the other when they are used. */
function fetch(from: usize, bytes: usize): void {
  let all = 0;
  for (let k: usize = 0; k < bytes; k += 64) all |= load<i32>(from + k);
  fetched = all;
}

/** Writes n numbers of int16 as int32. */
function widen(into: usize, from: usize, n: i32): void {
  for (let k: usize = 0; k < <usize>n; k++) store<i32>(into + (k << 2), load<i16>(from + (k << 1)));
}

function any(set: usize): bool {
  return v128.any_true(v128.or(v128.or(v128.load(set), v128.load(set, 16)), v128.or(v128.load(set, 32), v128.load(set, 48))));
}

function mark(values: usize, set: usize, value: i32): void {
  for (let w: usize = 0; w < 8; w++) {
    let left = load<u64>(set + (w << 3));
    while (left != 0) {
      const bit = <usize>ctz(left);
      const at = (w << 6) + bit;
      if (wide) store<i32>(values + (at << 2), value);
      else store<i16>(values + (at << 1), <i16>value);
      left &= left - 1;
    }
  }
}

/** Adds the numbers of a register (none: nothing) to two, and writes them. */
// @ts-ignore: decorator
@inline function storeTwo(into: usize, before: usize, none: bool, low: v128, high: v128): void {
  if (none) {
    v128.store(into, low);
    v128.store(into, high, 16);
  } else {
    v128.store(into, f64x2.add(low, v128.load(before)));
    v128.store(into, f64x2.add(high, v128.load(before, 16)), 16);
  }
}

/** Eight whole numbers of int16 as numbers, on top of what was before. */
// @ts-ignore: decorator
@inline function storeCounts(into: usize, before: usize, none: bool, counts: v128): void {
  const low = i32x4.extend_low_i16x8_s(counts);
  const high = i32x4.extend_high_i16x8_s(counts);
  storeTwo(into, before, none, f64x2.convert_low_i32x4_s(low), f64x2.convert_low_i32x4_s(upper(low)));
  storeTwo(into + 32, before + 32, none, f64x2.convert_low_i32x4_s(high), f64x2.convert_low_i32x4_s(upper(high)));
}

/** SUMS i0 i1 beforeSum beforeCount sum count: of fewer than 32,768 days */
function sums(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const none = word(pc, 3) < 0;
  const beforeSum = number(pc, 3);
  const beforeCount = number(pc, 4);
  const sum = number(pc, 5);
  const count = number(pc, 6);
  const zero = i16x8.splat(0);
  const missing = i16x8.splat(-1);
  for (let j: usize = 0; j < DAY / 2; j += 16) {
    let sumLow = zero;
    let sumHigh = zero;
    let present = zero;
    for (let i = low; i <= high; i += 2) {
      const one = v128.load(dayAt(i) + j);
      const other = i < high ? v128.load(dayAt(i + 1) + j) : missing;
      present = i16x8.sub(present, i16x8.add(i16x8.ge_s(one, zero), i16x8.ge_s(other, zero)));
      // Of two days at most 65,534.
      const both = i16x8.add(i16x8.max_s(one, zero), i16x8.max_s(other, zero));
      sumLow = i32x4.add(sumLow, i32x4.extend_low_i16x8_u(both));
      sumHigh = i32x4.add(sumHigh, i32x4.extend_high_i16x8_u(both));
    }
    const at = j << 2;
    storeTwo(sum + at, beforeSum + at, none, f64x2.convert_low_i32x4_s(sumLow), f64x2.convert_low_i32x4_s(upper(sumLow)));
    storeTwo(sum + at + 32, beforeSum + at + 32, none, f64x2.convert_low_i32x4_s(sumHigh), f64x2.convert_low_i32x4_s(upper(sumHigh)));
    storeCounts(count + at, beforeCount + at, none, present);
  }
}

/** SQUARES i0 i1 before squares: two days at a time, side by side, whose squares one instruction adds up within 32 bits */
function squares(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const none = word(pc, 3) < 0;
  const before = number(pc, 3);
  const into = number(pc, 4);
  const zero = i16x8.splat(0);
  for (let j: usize = 0; j < DAY / 2; j += 16) {
    let a = zero;
    let b = zero;
    let c = zero;
    let d = zero;
    for (let i = low; i <= high; i += 2) {
      const one = i16x8.max_s(v128.load(dayAt(i) + j), zero);
      const other = i < high ? i16x8.max_s(v128.load(dayAt(i + 1) + j), zero) : zero;
      const pairsLow = v128.shuffle<i16>(one, other, 0, 8, 1, 9, 2, 10, 3, 11);
      const pairsHigh = v128.shuffle<i16>(one, other, 4, 12, 5, 13, 6, 14, 7, 15);
      const squaredLow = i32x4.dot_i16x8_s(pairsLow, pairsLow);
      const squaredHigh = i32x4.dot_i16x8_s(pairsHigh, pairsHigh);
      a = i64x2.add(a, i64x2.extend_low_i32x4_u(squaredLow));
      b = i64x2.add(b, i64x2.extend_high_i32x4_u(squaredLow));
      c = i64x2.add(c, i64x2.extend_low_i32x4_u(squaredHigh));
      d = i64x2.add(d, i64x2.extend_high_i32x4_u(squaredHigh));
    }
    const at = j << 2;
    storeTwo(into + at, before + at, none, fromWhole(a), fromWhole(b));
    storeTwo(into + at + 32, before + at + 32, none, fromWhole(c), fromWhole(d));
  }
}

/** COUNT_IN i0 i1 lo hi before count */
function countIn(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  // A bound beyond int16 admits nothing from below, and everything from above.
  const none = word(pc, 5) < 0;
  const least = i16x8.splat(<i16>min(word(pc, 3), 32_767));
  const most = i16x8.splat(word(pc, 3) > 32_767 ? -1 : <i16>min(word(pc, 4), 32_767));
  const before = number(pc, 5);
  const into = number(pc, 6);
  for (let j: usize = 0; j < DAY / 2; j += 16) {
    let found = i16x8.splat(0);
    for (let i = low; i <= high; i++) {
      const value = v128.load(dayAt(i) + j);
      found = i16x8.sub(found, v128.and(i16x8.ge_s(value, least), i16x8.le_s(value, most)));
    }
    storeCounts(into + (j << 2), before + (j << 2), none, found);
  }
}

/** PICK which i0 i1 value: 0 largest, 1 smallest, 2 latest */
function pick(pc: usize): void {
  const which = word(pc, 1);
  const low = word(pc, 2);
  const high = word(pc, 3);
  const into = number(pc, 4);
  const zero = i16x8.splat(0);
  for (let j: usize = 0; j < DAY / 2; j += 16) {
    let best = i16x8.splat(-1);
    for (let i = high; i >= low; i--) {
      const value = v128.load(dayAt(i) + j);
      if (which == 0) best = i16x8.max_s(best, value);
      // As unsigned numbers, missing and paused are the largest.
      else if (which == 1) best = i16x8.min_u(best, value);
      else best = v128.bitselect(value, best, i16x8.lt_s(best, zero));
    }
    storePresent(into, j << 1, i32x4.extend_low_i16x8_s(best));
    storePresent(into, (j << 1) + 16, i32x4.extend_high_i16x8_s(best));
  }
}

/** SUMS of int32 */
function wideSums(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const none = word(pc, 3) < 0;
  const beforeSum = number(pc, 3);
  const beforeCount = number(pc, 4);
  const sum = number(pc, 5);
  const count = number(pc, 6);
  const zero = i32x4.splat(0);
  for (let j: usize = 0; j < DAY; j += 16) {
    let wholeLow = i64x2.splat(0);
    let wholeHigh = i64x2.splat(0);
    let present = zero;
    for (let i = low; i <= high; i++) {
      const value = v128.load(dayAt(i) + j);
      present = i32x4.sub(present, i32x4.ge_s(value, zero));
      const counted = i32x4.max_s(value, zero);
      wholeLow = i64x2.add(wholeLow, i64x2.extend_low_i32x4_u(counted));
      wholeHigh = i64x2.add(wholeHigh, i64x2.extend_high_i32x4_u(counted));
    }
    const at = j << 1;
    let sumLow = fromWhole(wholeLow);
    let sumHigh = fromWhole(wholeHigh);
    let countLow = f64x2.convert_low_i32x4_s(present);
    let countHigh = f64x2.convert_low_i32x4_s(upper(present));
    if (!none) {
      sumLow = f64x2.add(sumLow, v128.load(beforeSum + at));
      sumHigh = f64x2.add(sumHigh, v128.load(beforeSum + at, 16));
      countLow = f64x2.add(countLow, v128.load(beforeCount + at));
      countHigh = f64x2.add(countHigh, v128.load(beforeCount + at, 16));
    }
    v128.store(sum + at, sumLow);
    v128.store(sum + at, sumHigh, 16);
    v128.store(count + at, countLow);
    v128.store(count + at, countHigh, 16);
  }
}

/** Whole numbers from 0 to 2^52 as f64: put behind the exponent of 2^52, which is then taken away. */
// @ts-ignore: decorator
@inline function fromWhole(value: v128): v128 {
  const exponent = i64x2.splat(0x4330000000000000);
  return f64x2.sub(v128.or(value, exponent), exponent);
}

// @ts-ignore: decorator
@inline function upper(value: v128): v128 {
  return v128.shuffle<i32>(value, value, 2, 3, 2, 3);
}

/** SQUARES of int32 */
function wideSquares(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const none = word(pc, 3) < 0;
  const before = number(pc, 3);
  const into = number(pc, 4);
  const zero = i32x4.splat(0);
  for (let j: usize = 0; j < DAY; j += 16) {
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    for (let i = low; i <= high; i++) {
      const counted = i32x4.max_s(v128.load(dayAt(i) + j), zero);
      const a = f64x2.convert_low_i32x4_s(counted);
      const b = f64x2.convert_low_i32x4_s(upper(counted));
      sumLow = f64x2.add(sumLow, f64x2.mul(a, a));
      sumHigh = f64x2.add(sumHigh, f64x2.mul(b, b));
    }
    const at = j << 1;
    if (!none) {
      sumLow = f64x2.add(sumLow, v128.load(before + at));
      sumHigh = f64x2.add(sumHigh, v128.load(before + at, 16));
    }
    v128.store(into + at, sumLow);
    v128.store(into + at, sumHigh, 16);
  }
}

/** COUNT_IN of int32 */
function wideCountIn(pc: usize): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const least = i32x4.splat(word(pc, 3));
  const most = i32x4.splat(word(pc, 4));
  const none = word(pc, 5) < 0;
  const before = number(pc, 5);
  const into = number(pc, 6);
  for (let j: usize = 0; j < DAY; j += 16) {
    let found = i32x4.splat(0);
    for (let i = low; i <= high; i++) {
      const value = v128.load(dayAt(i) + j);
      found = i32x4.sub(found, v128.and(i32x4.ge_s(value, least), i32x4.le_s(value, most)));
    }
    const at = j << 1;
    let countLow = f64x2.convert_low_i32x4_s(found);
    let countHigh = f64x2.convert_low_i32x4_s(upper(found));
    if (!none) {
      countLow = f64x2.add(countLow, v128.load(before + at));
      countHigh = f64x2.add(countHigh, v128.load(before + at, 16));
    }
    v128.store(into + at, countLow);
    v128.store(into + at, countHigh, 16);
  }
}

/** Writes int32 lanes as numbers; negative ones are missing. */
// @ts-ignore: decorator
@inline function storePresent(into: usize, j: usize, value: v128): void {
  const absentLow = i64x2.extend_low_i32x4_s(i32x4.lt_s(value, i32x4.splat(0)));
  const absentHigh = i64x2.extend_high_i32x4_s(i32x4.lt_s(value, i32x4.splat(0)));
  const nan = f64x2.splat(NaN);
  v128.store(into + (j << 1), v128.bitselect(nan, f64x2.convert_low_i32x4_s(value), absentLow));
  v128.store(into + (j << 1), v128.bitselect(nan, f64x2.convert_low_i32x4_s(upper(value)), absentHigh), 16);
}

/** PICK of int32 */
function widePick(pc: usize): void {
  const which = word(pc, 1);
  const low = word(pc, 2);
  const high = word(pc, 3);
  const into = number(pc, 4);
  const zero = i32x4.splat(0);
  for (let j: usize = 0; j < DAY; j += 16) {
    let best = i32x4.splat(-1);
    for (let i = high; i >= low; i--) {
      const value = v128.load(dayAt(i) + j);
      if (which == 0) best = i32x4.max_s(best, value);
      // As unsigned numbers, missing and paused are the largest.
      else if (which == 1) best = i32x4.min_u(best, value);
      else best = v128.bitselect(value, best, i32x4.lt_s(best, zero));
    }
    storePresent(into, j, best);
  }
}

/** Four lanes of a day, of which j counts bytes of int32. */
// @ts-ignore: decorator
@inline function four(i: i32, j: usize, isWide: bool): v128 {
  return isWide ? v128.load(dayAt(i) + j) : v128.load_ext<i16>(dayAt(i) + (j >> 1));
}

/** HOURS i0 i1 lo hi lastHours hours */
// @ts-ignore: decorator
@inline function hours(pc: usize, isWide: bool): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const least = i32x4.splat(word(pc, 3));
  const most = i32x4.splat(word(pc, 4));
  const lastHours = constant(pc, 5);
  const into = number(pc, 6);
  const paused = i32x4.splat(PAUSED);
  const nan = f64x2.splat(NaN);
  for (let j: usize = 0; j < DAY; j += 16) {
    let away = i32x4.splat(-1);
    let full = i32x4.splat(0);
    let last = i32x4.splat(0);
    for (let i = high; i >= low; i--) {
      if (entryPausedForAll(i)) continue;
      const value = four(i, j, isWide);
      away = v128.andnot(away, v128.and(i32x4.ge_s(value, least), i32x4.le_s(value, most)));
      if (!v128.any_true(away)) break;
      const counts = v128.andnot(away, i32x4.eq(value, paused));
      if (i == high) last = i32x4.sub(last, counts);
      else full = i32x4.sub(full, counts);
    }
    for (let half = 0; half < 2; half++) {
      const f = f64x2.convert_low_i32x4_s(half == 0 ? full : upper(full));
      const l = f64x2.convert_low_i32x4_s(half == 0 ? last : upper(last));
      const never = i64x2.extend_low_i32x4_s(half == 0 ? away : upper(away));
      const value = f64x2.add(f64x2.mul(f64x2.splat(24), f), f64x2.mul(f64x2.splat(lastHours), l));
      v128.store(into + (j << 1) + (<usize>half << 4), v128.bitselect(nan, value, never));
    }
  }
}

/** STREAK i0 i1 lo hi run */
// @ts-ignore: decorator
@inline function streak(pc: usize, isWide: bool): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const least = i32x4.splat(word(pc, 3));
  const most = i32x4.splat(word(pc, 4));
  const into = number(pc, 5);
  const paused = i32x4.splat(PAUSED);
  for (let j: usize = 0; j < DAY; j += 16) {
    let going = i32x4.splat(-1);
    let length = i32x4.splat(0);
    for (let i = high; i >= low; i--) {
      if (entryPausedForAll(i)) continue;
      const value = four(i, j, isWide);
      const meets = v128.and(going, v128.and(i32x4.ge_s(value, least), i32x4.le_s(value, most)));
      length = i32x4.sub(length, meets);
      going = v128.and(going, v128.or(meets, i32x4.eq(value, paused)));
      if (!v128.any_true(going)) break;
    }
    storePresent(into, j, length);
  }
}

/** DISTINCT i0 i1 count */
// @ts-ignore: decorator
@inline function distinct(pc: usize, isWide: bool): void {
  const low = word(pc, 1);
  const high = word(pc, 2);
  const into = number(pc, 3);
  const zero = i32x4.splat(0);
  for (let j: usize = 0; j < DAY; j += 16) {
    let found = zero;
    for (let i = low; i <= high; i++) {
      const value = four(i, j, isWide);
      let fresh = i32x4.ge_s(value, zero);
      for (let k = low; k < i; k++) fresh = v128.andnot(fresh, i32x4.eq(value, four(k, j, isWide)));
      found = i32x4.sub(found, fresh);
    }
    storePresent(into, j, found);
  }
}

function fill(into: usize, value: f64): void {
  const all = f64x2.splat(value);
  for (let j: usize = 0; j < NUMBER; j += 16) v128.store(into + j, all);
}

/** ADD, SUBTRACT, MULTIPLY, DIVIDE a b into */
// @ts-ignore: decorator
@inline function arithmetic(pc: usize, how: i32): void {
  const a = number(pc, 1);
  const b = number(pc, 2);
  const into = number(pc, 3);
  for (let j: usize = 0; j < NUMBER; j += 16) {
    const x = v128.load(a + j);
    const y = v128.load(b + j);
    if (how == 0) v128.store(into + j, f64x2.add(x, y));
    else if (how == 1) v128.store(into + j, f64x2.sub(x, y));
    else if (how == 2) v128.store(into + j, f64x2.mul(x, y));
    else v128.store(into + j, f64x2.div(x, y));
  }
}

/** DEVIATION n sum squares into */
function deviation(pc: usize): void {
  const n = number(pc, 1);
  const sum = number(pc, 2);
  const squared = number(pc, 3);
  const into = number(pc, 4);
  const zero = f64x2.splat(0);
  for (let j: usize = 0; j < NUMBER; j += 16) {
    const count = v128.load(n + j);
    const total = v128.load(sum + j);
    const spread = f64x2.sub(f64x2.mul(count, v128.load(squared + j)), f64x2.mul(total, total));
    v128.store(into + j, f64x2.div(f64x2.sqrt(f64x2.max(zero, spread)), count));
  }
}

/** AT_LEAST, ABOVE value by limit into */
// @ts-ignore: decorator
@inline function guard(pc: usize, above: bool): void {
  const value = number(pc, 1);
  const by = number(pc, 2);
  const limit = f64x2.splat(constant(pc, 3));
  const into = number(pc, 4);
  const nan = f64x2.splat(NaN);
  for (let j: usize = 0; j < NUMBER; j += 16) {
    const against = v128.load(by + j);
    const fits = above ? f64x2.gt(against, limit) : f64x2.ge(against, limit);
    v128.store(into + j, v128.bitselect(v128.load(value + j), nan, fits));
  }
}

/** OTHERWISE value constant into */
function otherwise(pc: usize): void {
  const value = number(pc, 1);
  const other = f64x2.splat(constant(pc, 2));
  const into = number(pc, 3);
  for (let j: usize = 0; j < NUMBER; j += 16) {
    const x = v128.load(value + j);
    v128.store(into + j, v128.bitselect(x, other, f64x2.eq(x, x)));
  }
}

/** Comparisons a b truth: true where it holds, false where its opposite does, neither with a NaN. A negative b names constant ~b. */
// @ts-ignore: decorator
@inline function compare(pc: usize, how: i32): void {
  if (word(pc, 2) < 0) compareTo(pc, how, true);
  else compareTo(pc, how, false);
}

// @ts-ignore: decorator
@inline function compareTo(pc: usize, how: i32, fixed: bool): void {
  const a = number(pc, 1);
  const b: usize = fixed ? 0 : number(pc, 2);
  const all = f64x2.splat(fixed ? load<f64>(constants + (<usize>~word(pc, 2) << 3)) : 0);
  const into = truth(pc, 3);
  for (let w: usize = 0; w < <usize>LANES >> 4; w++) {
    const at = w << 7;
    const x0 = v128.load(a + at);
    const x1 = v128.load(a + at, 16);
    const x2 = v128.load(a + at, 32);
    const x3 = v128.load(a + at, 48);
    const x4 = v128.load(a + at, 64);
    const x5 = v128.load(a + at, 80);
    const x6 = v128.load(a + at, 96);
    const x7 = v128.load(a + at, 112);
    const y0 = fixed ? all : v128.load(b + at);
    const y1 = fixed ? all : v128.load(b + at, 16);
    const y2 = fixed ? all : v128.load(b + at, 32);
    const y3 = fixed ? all : v128.load(b + at, 48);
    const y4 = fixed ? all : v128.load(b + at, 64);
    const y5 = fixed ? all : v128.load(b + at, 80);
    const y6 = fixed ? all : v128.load(b + at, 96);
    const y7 = fixed ? all : v128.load(b + at, 112);
    const holds = sixteen(
      eight(yes(x0, y0, how), yes(x1, y1, how), yes(x2, y2, how), yes(x3, y3, how)),
      eight(yes(x4, y4, how), yes(x5, y5, how), yes(x6, y6, how), yes(x7, y7, how)),
    );
    const fails = sixteen(
      eight(no(x0, y0, how), no(x1, y1, how), no(x2, y2, how), no(x3, y3, how)),
      eight(no(x4, y4, how), no(x5, y5, how), no(x6, y6, how), no(x7, y7, how)),
    );
    store<u16>(into + (w << 1), <u16>holds);
    store<u16>(into + BITS + (w << 1), <u16>fails);
  }
}

/** Eight lanes of truth, as int16, of four pairs of 64 bits. */
// @ts-ignore: decorator
@inline function eight(a: v128, b: v128, c: v128, d: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
}

// @ts-ignore: decorator
@inline function sixteen(a: v128, b: v128): i32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(a, b));
}

// @ts-ignore: decorator
@inline function yes(x: v128, y: v128, how: i32): v128 {
  if (how == 0) return f64x2.ge(x, y);
  if (how == 1) return f64x2.gt(x, y);
  if (how == 2) return f64x2.le(x, y);
  if (how == 3) return f64x2.lt(x, y);
  return f64x2.eq(x, y);
}

// @ts-ignore: decorator
@inline function no(x: v128, y: v128, how: i32): v128 {
  if (how == 0) return f64x2.lt(x, y);
  if (how == 1) return f64x2.le(x, y);
  if (how == 2) return f64x2.gt(x, y);
  if (how == 3) return f64x2.ge(x, y);
  return v128.or(f64x2.lt(x, y), f64x2.gt(x, y));
}

/** ALL a b into */
function both(pc: usize): void {
  const a = truth(pc, 1);
  const b = truth(pc, 2);
  const into = truth(pc, 3);
  for (let j: usize = 0; j < BITS; j += 16) {
    v128.store(into + j, v128.and(v128.load(a + j), v128.load(b + j)));
    v128.store(into + BITS + j, v128.or(v128.load(a + BITS + j), v128.load(b + BITS + j)));
  }
}

/** ANY a b into */
function either(pc: usize): void {
  const a = truth(pc, 1);
  const b = truth(pc, 2);
  const into = truth(pc, 3);
  for (let j: usize = 0; j < BITS; j += 16) {
    v128.store(into + j, v128.or(v128.load(a + j), v128.load(b + j)));
    v128.store(into + BITS + j, v128.and(v128.load(a + BITS + j), v128.load(b + BITS + j)));
  }
}

/** NOT a into */
function not(pc: usize): void {
  const a = truth(pc, 1);
  const into = truth(pc, 2);
  for (let j: usize = 0; j < BITS; j += 16) {
    const holds = v128.load(a + j);
    v128.store(into + j, v128.load(a + BITS + j));
    v128.store(into + BITS + j, holds);
  }
}

/** IN set into: lanes of a bit set over the block; 0 = the empty set */
function bits(pc: usize, lane: i32): void {
  const set = load<usize>(pc + 4);
  const into = truth(pc, 2);
  for (let j: usize = 0; j < BITS; j += 16) {
    const holds = set == 0 ? i32x4.splat(0) : v128.load(set + (<usize>(lane - blockStart) >> 3) + j);
    v128.store(into + j, holds);
    v128.store(into + BITS + j, v128.not(holds));
  }
}

/** CERTAIN truth into */
function certain(pc: usize): void {
  const into = truth(pc, 2);
  const holds = word(pc, 1) != 0;
  memory.fill(into, holds ? 255 : 0, BITS);
  memory.fill(into + BITS, holds ? 0 : 255, BITS);
}

/** LEVELS out unknown judged n (rank truth)… */
function levels(pc: usize, lane: i32): usize {
  const out = load<usize>(pc + 4) + <usize>lane;
  const unknown = <u8>word(pc, 2);
  const judged = load<usize>(pc + 12);
  const n = word(pc, 4);
  const maskOffset = <usize>(lane - blockStart) >> 3;
  memory.fill(out, 0, LANES);
  for (let w: usize = 0; w < 8; w++) {
    const eligible: u64 = judged == 0 ? u64.MAX_VALUE : load<u64>(judged + maskOffset + (w << 3));
    let said: u64 = 0;
    for (let i = 0; i < n; i++) {
      const holds = truths + <usize>word(pc, 6 + 2 * i) * TRUTH + (w << 3);
      const yes = load<u64>(holds) & eligible;
      const unsure = ~(load<u64>(holds) | load<u64>(holds, BITS)) & eligible & ~said;
      if (yes != 0) write(out + (w << 6), yes, <u8>word(pc, 5 + 2 * i));
      said |= yes;
      if (unknown != 0 && unsure != 0) {
        write(out + (w << 6), unsure, unknown);
        said |= unsure;
      }
    }
  }
  return pc + 20 + (<usize>n << 3);
}

function write(out: usize, set: u64, level: u8): void {
  if (set == u64.MAX_VALUE) {
    memory.fill(out, level, 64);
    return;
  }
  while (set != 0) {
    store<u8>(out + <usize>ctz(set), level);
    set &= set - 1;
  }
}

/**
 * Places of values in their cohorts: `order` lists the lanes cohort by cohort, cohort i from starts[i] to starts[i + 1] - 1.
 * `room` has 32 bytes for every member of the largest cohort. Lanes that are in no cohort keep what `into` held.
 */
export function rank(values: usize, order: usize, starts: usize, cohorts: i32, least: i32, asRank: i32, room: usize, into: usize): void {
  for (let c = 0; c < cohorts; c++) {
    const from = load<i32>(starts + (<usize>c << 2));
    const size = load<i32>(starts + (<usize>c << 2), 4) - from;
    rankCohort(values, order + (<usize>from << 2), size, least, asRank != 0, room, into);
  }
}

/** Sorts by buckets of equal width, which most often leaves next to nothing to sort in a bucket. */
function rankCohort(values: usize, lanes: usize, size: i32, least: i32, asRank: bool, room: usize, into: usize): void {
  const keys = room;
  const owners = room + (<usize>size << 3);
  const sorted = owners + (<usize>size << 2);
  const sortedOwners = sorted + (<usize>size << 3);
  const ends = sortedOwners + (<usize>size << 2);
  const buckets = ends + (<usize>size << 2);
  let n = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < size; i++) {
    const lane = load<i32>(lanes + (<usize>i << 2));
    const value = load<f64>(values + (<usize>lane << 3));
    store<f64>(into + (<usize>lane << 3), NaN);
    if (value != value) continue;
    store<f64>(keys + (<usize>n << 3), value);
    store<i32>(owners + (<usize>n << 2), lane);
    low = min(low, value);
    high = max(high, value);
    n++;
  }
  if (n < least || n == 0) return;
  const scale = high > low ? <f64>(n - 1) / (high - low) : 0;
  memory.fill(ends, 0, <usize>n << 2);
  for (let i = 0; i < n; i++) {
    const bucket = <i32>((key(keys, i) - low) * scale);
    store<i32>(buckets + (<usize>i << 2), bucket);
    const end = ends + (<usize>bucket << 2);
    store<i32>(end, load<i32>(end) + 1);
  }
  let before = 0;
  for (let b = 0; b < n; b++) {
    const end = ends + (<usize>b << 2);
    before += load<i32>(end);
    store<i32>(end, before);
  }
  for (let i = n - 1; i >= 0; i--) {
    const end = ends + (<usize>load<i32>(buckets + (<usize>i << 2)) << 2);
    const at = load<i32>(end) - 1;
    store<i32>(end, at);
    put(sorted, sortedOwners, at, key(keys, i), load<i32>(owners + (<usize>i << 2)));
  }
  // By now a bucket's end is its beginning.
  for (let b = 0; b < n; b++) {
    const first = load<i32>(ends + (<usize>b << 2));
    const next = b + 1 < n ? load<i32>(ends + (<usize>b << 2), 4) : n;
    if (next - first > 1) sort(sorted, sortedOwners, first, next - 1);
  }
  const others = <f64>max(1, n - 1);
  let smaller = 0;
  for (let i = 0; i < n; i++) {
    if (i > 0 && key(sorted, i) != key(sorted, i - 1)) smaller = i;
    const place = asRank ? <f64>(smaller + 1) : (100 * <f64>smaller) / others;
    store<f64>(into + (<usize>load<i32>(sortedOwners + (<usize>i << 2)) << 3), place);
  }
}

/** Three-way quicksort of keys with their owners: values are often equal. */
function sort(keys: usize, owners: usize, low: i32, high: i32): void {
  while (high - low > 16) {
    const a = key(keys, low);
    const b = key(keys, (low + high) >>> 1);
    const c = key(keys, high);
    const pivot = max(min(a, b), min(max(a, b), c));
    let less = low;
    let more = high;
    let i = low;
    while (i <= more) {
      const value = key(keys, i);
      if (value < pivot) swap(keys, owners, i++, less++);
      else if (value > pivot) swap(keys, owners, i, more--);
      else i++;
    }
    if (less - low < high - more) {
      sort(keys, owners, low, less - 1);
      low = more + 1;
    } else {
      sort(keys, owners, more + 1, high);
      high = less - 1;
    }
  }
  for (let i = low + 1; i <= high; i++) {
    const value = key(keys, i);
    const owner = load<i32>(owners + (<usize>i << 2));
    let j = i - 1;
    while (j >= low && key(keys, j) > value) {
      put(keys, owners, j + 1, key(keys, j), load<i32>(owners + (<usize>j << 2)));
      j--;
    }
    put(keys, owners, j + 1, value, owner);
  }
}

function swap(keys: usize, owners: usize, i: i32, j: i32): void {
  const value = key(keys, i);
  const owner = load<i32>(owners + (<usize>i << 2));
  put(keys, owners, i, key(keys, j), load<i32>(owners + (<usize>j << 2)));
  put(keys, owners, j, value, owner);
}

// @ts-ignore: decorator
@inline function key(keys: usize, i: i32): f64 {
  return load<f64>(keys + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline function put(keys: usize, owners: usize, i: i32, value: f64, owner: i32): void {
  store<f64>(keys + (<usize>i << 3), value);
  store<i32>(owners + (<usize>i << 2), owner);
}
