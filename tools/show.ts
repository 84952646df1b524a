import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** `… | npm run --silent show`: an answer of the API for people: JSON laid out, its first lines, whole characters. */
const MOST_LINES = 20;
const MOST_WIDTH = 110;

/** What to print of an answer, and whether it is one that was hoped for: no problem, and not nothing. */
export function show(answer: string): { shown: string; good: boolean } {
  if (answer.trim() === '') return { shown: 'No answer: is Yizhan running? (npm start)', good: false };
  const value = parse(answer);
  const lines = (value === undefined ? answer.trim() : layOut(value)).split('\n');
  const more = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map(cut);
  if (more > 0) shown.push(`… (${more} more lines)`);
  return { shown: shown.join('\n'), good: !isProblem(value) };
}

/** JSON with each value on one line where that is short enough. */
function layOut(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (indent.length + line.length <= MOST_WIDTH || typeof value !== 'object' || value === null) return line;
  const within = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([name, part]) => `${within}${isList ? '' : `${JSON.stringify(name)}: `}${layOut(part, within)}`,
  );
  return `${isList ? '[' : '{'}\n${parts.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

/** By code points: half a character is none. */
function cut(line: string): string {
  const characters = Array.from(line);
  return characters.length > MOST_WIDTH ? `${characters.slice(0, MOST_WIDTH).join('')}…` : line;
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}

/** RFC 9457, as every error of the API is. */
function isProblem(value: unknown): boolean {
  const { status, code } = (value ?? {}) as { status?: unknown; code?: unknown };
  return typeof status === 'number' && status >= 400 && typeof code === 'string';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { shown, good } = show(await text(process.stdin));
  process.stdout.write(`${shown}\n`);
  process.exitCode = good ? 0 : 1;
}
