import { writeFile } from 'node:fs/promises';
import type { Row } from '../kit.js';

const WIDTH = 860;
const BAR = 22;
const LEFT = 300;
const PLOT = WIDTH - LEFT - 110;
const OURS = '#1f7a5c';
const OTHERS = '#9aa5b1';

/** Draws the seconds of an evaluation of 100 rules, on a logarithmic axis. */
export async function writePlot(path: string, rows: readonly Row[]): Promise<void> {
  const bars = rows
    .filter(({ id }) => id.startsWith('100 rules: '))
    .map(({ id, value }) => ({ name: id.replace('100 rules: ', ''), value }))
    .sort((a, b) => a.value - b.value);
  await writeFile(path, draw('100 rules × 50,000 students × 60 days, seconds (logarithmic)', bars));
}

function draw(title: string, bars: readonly { name: string; value: number }[]): string {
  const low = Math.floor(Math.log10(Math.min(...bars.map(({ value }) => value))));
  const high = Math.ceil(Math.log10(Math.max(...bars.map(({ value }) => value))));
  const x = (value: number): number => ((Math.log10(value) - low) / (high - low)) * PLOT;
  const height = 70 + bars.length * (BAR + 10);
  const lines = Array.from({ length: high - low + 1 }, (_, i) => {
    const at = LEFT + (PLOT * i) / (high - low);
    return `<line x1="${at}" y1="40" x2="${at}" y2="${height - 24}" stroke="#e1e5ea"/><text x="${at}" y="${height - 8}" text-anchor="middle" fill="#5b6670">${10 ** (low + i)} s</text>`;
  });
  const drawn = bars.map(({ name, value }, i) => {
    const y = 48 + i * (BAR + 10);
    const fill = name.startsWith('ours') ? OURS : OTHERS;
    return [
      `<text x="${LEFT - 10}" y="${y + 16}" text-anchor="end" fill="#20272e">${name}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${Math.max(2, x(value)).toFixed(1)}" height="${BAR}" rx="3" fill="${fill}"/>`,
      `<text x="${(LEFT + x(value) + 8).toFixed(1)}" y="${y + 16}" fill="#20272e">${Number(value.toPrecision(3))} s</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="20" y="26" font-size="15" font-weight="600" fill="#20272e">${title}</text>`,
    ...lines,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
