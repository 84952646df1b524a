import type { NumberFormat } from './formats.js';

const DAY_MS = 86_400_000;
const SECONDS = 86_400;
/** Day 0 of the two date systems; that of 1900 has a 29 February which never was, as day 60. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
const NEVER_WAS = 60;
/** 9999-12-31. */
const LAST_DAY = 2_958_465;
/** Digits of a number that Excel keeps. */
const DIGITS = 15;

/**
 * The text that a person sees for a number: of a date `2026-09-01`, of a moment `2026-09-01 07:30:00`, of a time `07:30:00`. A whole number
 * of more than 15 digits comes with an exponent: its last digits are lost already, and no one shall take it for whole. A number that no
 * calendar has as a day stays a number.
 */
export function textOfNumber(raw: string, format: NumberFormat, from1904: boolean): string {
  const number = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(number)) return raw;
  if (typeof format === 'object') return padded(plain(number), format.zeros);
  if (format === 'number' || format === 'text') return plain(number);
  if (format === 'elapsed') return timeOf(Math.round(number * SECONDS));
  return momentOf(number, format, from1904) ?? plain(number);
}

function plain(number: number): string {
  if (Number.isInteger(number)) return Math.abs(number) < 10 ** DIGITS ? String(number) : exponential(number);
  // Excel shows 15 digits of 0.1 + 0.2, so its binary remainder is not seen.
  return String(Number(number.toPrecision(DIGITS)));
}

function exponential(number: number): string {
  return number.toExponential(DIGITS - 1).replace('e', 'E');
}

function padded(text: string, digits: number): string {
  return /^\d+$/.test(text) ? text.padStart(digits, '0') : text;
}

function momentOf(serial: number, format: 'date' | 'time' | 'moment', from1904: boolean): string | undefined {
  if (serial < 0 || serial >= LAST_DAY + 1) return undefined;
  const seconds = Math.round(serial * SECONDS);
  const [day, ofDay] = [Math.floor(format === 'date' ? serial : seconds / SECONDS), seconds % SECONDS];
  if (format === 'time' || (format === 'moment' && day === 0 && ofDay > 0)) return timeOf(ofDay);
  // Empty cells of a formula or of another system come out as day 0 or 1: "no date".
  if (day === 0 || (day === 1 && !from1904)) return '';
  const date = dayOf(day, from1904);
  return format === 'date' || ofDay === 0 ? date : `${date} ${timeOf(ofDay)}`;
}

function dayOf(day: number, from1904: boolean): string {
  if (!from1904 && day === NEVER_WAS) return '1900-02-29';
  const epoch = from1904 ? EPOCH_1904 : day < NEVER_WAS ? EPOCH_1900 + DAY_MS : EPOCH_1900;
  return new Date(epoch + day * DAY_MS).toISOString().slice(0, 10);
}

function timeOf(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [h, m, s].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A date that is written out (ISO 8601), as the same text: without its time when that is midnight. */
export function textOfIsoDate(raw: string): string {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?)?$/.exec(raw.trim()) ?? [];
  if (!date) return raw;
  return time && time !== '00:00:00' ? `${date} ${time}` : date;
}
