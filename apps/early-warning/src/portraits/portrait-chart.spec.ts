import { addDays } from '#time';
import { inWords, portraitChart } from './portrait-chart.js';
import type { PortraitMetricDto, PortraitPointDto, StudentPortraitDto } from './student-portrait.dto.js';

const WEEKS = Array.from({ length: 10 }, (_, i) => addDays('2026-09-07', 7 * i));

function point(week: string, i: number, value: number | null): PortraitPointDto {
  const usual = i < 4 ? null : { low: 2, median: 3, high: 5 };
  const unit = { id: '00000000-0000-7000-8000-000600000001', kind: 'class' as const, code: 'SE2401', name: '软工2401' };
  const group = { unit, students: 30, mean: 3 + (i % 3) / 2, lowQuartile: null, median: null, highQuartile: null };
  return { week, value, sourceSilent: false, usual, group: i === 2 ? null : group };
}

function metric(
  code: string,
  domain: PortraitMetricDto['domain'],
  zh: string,
  en: string,
  values: readonly (number | null)[],
): PortraitMetricDto {
  const points = WEEKS.map((week, i) => point(week, i, values[i] ?? null));
  return { metric: code, name: { zh, en }, domain, unit: 'count', fold: 'sum', points };
}

/** Marks of a class in an SVG, by their aria description or role. */
const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe('the chart of a portrait', () => {
  const portrait: StudentPortraitDto = {
    studentId: '00000000-0000-7000-8000-003000000001',
    weeks: WEEKS,
    metrics: [
      metric('library_visits', 'library', '到图书馆次数', 'library <visits>', [3, 4, 2, null, null, 5, 6, 3, 2, 0]),
      metric('canteen_meals', 'consumption', '食堂用餐次数', 'canteen meals', [14, 12, 15, 16, 13, 12, 4, 2, 1, null]),
      metric('net_min', 'network', '上网时长', 'time online', [800, 900, 700, 750, 820, 900, 1500, 1700, 1900, 2100]),
      metric('sport_min', 'sport', '运动时长', 'time of sport', []),
    ],
    policyVersion: 0,
  };

  it('says in words what it shows, and what it knows nothing of', () => {
    expect(inWords(portrait, 'en').split('\n')).toEqual([
      'library <visits> (count): data of 8 of 10 weeks, latest 0.',
      'canteen meals (count): data of 9 of 10 weeks, latest 1.',
      'time online (count): data of 10 of 10 weeks, latest 2100.',
      'Metrics without any data: time of sport',
    ]);
    expect(inWords({ ...portrait, metrics: [] }, 'zh')).toBe('这些周没有任何数据');
  });

  it('draws a panel per metric with data, breaks lines where data is missing, and never draws it as a zero', async () => {
    const svg = await portraitChart(portrait, 'zh');
    expect(svg).toMatch(
      /^<svg role="img" lang="zh"[^>]*><title>各周指标<\/title><desc>到图书馆次数（count）：10 周中 8 周有数据/,
    );
    expect(svg).toContain('到图书馆次数（count）');
    expect(svg).toContain('没有任何数据的指标：运动时长');
    expect(svg).not.toContain('>运动时长（count）<');
    // A cross on the axis for each of three weeks without data; a point for each of the others.
    expect(count(svg, /<path [^>]*fill="#767676"[^>]*>/g)).toBe(3 + 1);
    expect(count(svg, /<path [^>]*fill="#0072B2"[^>]*>/g)).toBe(27 + 1);
    // The line of the first panel is in two parts.
    const line = /<path [^>]*d="([^"]*)"[^>]*stroke="#0072B2"/.exec(svg)![1]!;
    expect(count(line, /M/g)).toBe(2);
    expect(svg).not.toContain('NaN');
  });

  it('escapes what names may contain, and is a picture even of nothing', async () => {
    const svg = await portraitChart(portrait, 'en');
    expect(svg).toContain('library &lt;visits&gt;');
    expect(svg).not.toContain('<visits>');
    const empty = await portraitChart({ ...portrait, metrics: [] }, 'en');
    expect(empty).toContain('There is no data of these weeks');
  });
});
