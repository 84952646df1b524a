import type { Spec } from 'vega';
import type { Language } from '#http';
import { escapeHtml } from '#http';
import { DOMAINS } from '../metrics/metric.entity.js';
import type { PortraitMetricDto, PortraitPointDto, StudentPortraitDto } from './student-portrait.dto.js';

/** Blue and orange are told apart by nearly everybody (Okabe and Ito 2008); lines differ by dashes as well. */
const OWN = '#0072B2';
const GROUP = '#D55E00';
const MISSING = '#767676';
const COLUMNS = 2;
const WIDTH = 340;
const HEIGHT = 110;
/** Without a canvas Vega takes a character for 0.8 of the font's size; Chinese ones are as wide as high. */
const LEGEND_PADDING = 48;
const FONT = "'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif";

const WORDS = {
  zh: {
    title: '各周指标',
    own: '本人',
    usual: '本人此前各周的四分位区间',
    group: '所在群体的平均',
    missing: '没有数据',
    none: '没有任何数据的指标：',
    nothing: '这些周没有任何数据',
    sentence: (name: string, unit: string, known: number, of: number, last: string) =>
      `${name}（${unit}）：${of} 周中 ${known} 周有数据，最近为 ${last}。`,
  },
  en: {
    title: 'Metrics by week',
    own: 'the student',
    usual: 'quartiles of the student’s weeks before',
    group: 'mean of the group',
    missing: 'no data',
    none: 'Metrics without any data: ',
    nothing: 'There is no data of these weeks',
    sentence: (name: string, unit: string, known: number, of: number, last: string) =>
      `${name} (${unit}): data of ${known} of ${of} weeks, latest ${last}.`,
  },
} as const;

/** A portrait as SVG, a small chart per metric that has data, with what it shows as text for who cannot see it. */
export async function portraitChart(portrait: StudentPortraitDto, language: Language): Promise<string> {
  // Only where something is drawn: it takes longer to load than to draw.
  const vega = await import('vega');
  const view = new vega.View(vega.parse(chartSpec(portrait, language)), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    const words = WORDS[language];
    const text = `<title>${escapeHtml(words.title)}</title><desc>${escapeHtml(inWords(portrait, language))}</desc>`;
    return svg.replace(/^<svg[^>]*>/, (tag) => `${tag.replace('<svg', `<svg role="img" lang="${language}"`)}${text}`);
  } finally {
    view.finalize();
  }
}

/** What a chart shows, metric by metric. */
export function inWords({ metrics }: StudentPortraitDto, language: Language): string {
  const words = WORDS[language];
  const sentences = metrics.filter(hasData).map(({ name, unit, points }) => {
    const known = points.filter(({ value }) => value !== null);
    return words.sentence(name[language], unit, known.length, points.length, String(known.at(-1)!.value));
  });
  const without = metrics.filter((metric) => !hasData(metric)).map(({ name }) => name[language]);
  return [
    ...(sentences.length > 0 ? sentences : [words.nothing]),
    ...(without.length > 0 ? [words.none + without.join(language === 'zh' ? '、' : ', ')] : []),
  ].join('\n');
}

function hasData({ points }: PortraitMetricDto): boolean {
  return points.some(({ value }) => value !== null);
}

/** The chart as data. */
export function chartSpec({ metrics }: StudentPortraitDto, language: Language): Spec {
  const words = WORDS[language];
  const shown = metrics.filter(hasData);
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: '#ffffff',
    padding: 12,
    title: {
      text: words.title,
      subtitle: shown.length > 0 ? '' : words.nothing,
      anchor: 'start',
      font: FONT,
      subtitleFont: FONT,
      fontSize: 15,
      offset: 14,
    },
    layout: { columns: COLUMNS, padding: { row: 34, column: 44 }, bounds: 'full', align: 'all' },
    data: shown.map((metric, i) => ({ name: `d${i}`, values: metric.points.map(row) })),
    scales: [
      {
        name: 'key',
        type: 'ordinal',
        domain: [words.own, words.usual, words.group, words.missing],
        range: [OWN, '#BBD7EA', GROUP, MISSING],
      },
    ],
    legends: shown.length === 0 ? [] : [legend()],
    marks: shown.map((metric, i) => panel(metric, i, language)),
  } as Spec;
}

function row({ week, value, usual, group }: PortraitPointDto) {
  return { week: week.slice(5), value, low: usual?.low ?? null, high: usual?.high ?? null, group: group?.mean ?? null };
}

function legend(): object {
  return {
    ...{
      fill: 'key',
      orient: 'bottom',
      direction: 'horizontal',
      columns: 2,
      labelFont: FONT,
      labelFontSize: 11,
      labelLimit: 600,
    },
    ...{ symbolType: 'square', offset: 18, columnPadding: LEGEND_PADDING },
  };
}

function panel({ name, unit, domain }: PortraitMetricDto, i: number, language: Language): object {
  const data = `d${i}`;
  const [x, y] = [`x${i}`, `y${i}`];
  const at = (field: string): object => ({ scale: y, field });
  const along = { x: { scale: x, field: 'week' } };
  const known = (...fields: string[]): object => ({
    signal: fields.map((field) => `isValid(datum.${field})`).join(' && '),
  });
  const title = language === 'zh' ? `${name.zh}（${unit}）` : `${name.en} (${unit})`;
  return {
    type: 'group',
    encode: { enter: { width: { value: WIDTH }, height: { value: HEIGHT } } },
    title: {
      ...{ text: title, subtitle: DOMAINS[domain][language], anchor: 'start', fontSize: 12, subtitleFontSize: 10 },
      ...{ font: FONT, subtitleFont: FONT, subtitleColor: '#595959', offset: 6, limit: WIDTH },
    },
    scales: [
      { name: x, type: 'point', range: [0, WIDTH], padding: 0.5, domain: { data, field: 'week' } },
      {
        ...{ name: y, type: 'linear', range: [HEIGHT, 0], nice: true, zero: true },
        domain: { data, fields: ['value', 'high', 'group'] },
      },
    ],
    axes: [
      { orient: 'bottom', scale: x, labelOverlap: true, labelFont: FONT, labelFontSize: 9, tickSize: 3 },
      { orient: 'left', scale: y, tickCount: 4, grid: true, gridColor: '#e5e5e5', labelFont: FONT, labelFontSize: 9 },
    ],
    marks: [
      {
        ...{ type: 'area', from: { data } },
        encode: {
          enter: {
            ...{ ...along, y: at('low'), y2: at('high'), defined: known('low', 'high') },
            ...{ fill: { value: '#BBD7EA' }, interpolate: { value: 'linear' } },
          },
        },
      },
      {
        ...{ type: 'line', from: { data } },
        encode: {
          enter: {
            ...{ ...along, y: at('group'), defined: known('group'), stroke: { value: GROUP } },
            ...{ strokeWidth: { value: 1.5 }, strokeDash: { value: [5, 3] } },
          },
        },
      },
      {
        ...{ type: 'line', from: { data } },
        encode: {
          enter: {
            ...along,
            y: at('value'),
            defined: known('value'),
            stroke: { value: OWN },
            strokeWidth: { value: 2 },
          },
        },
      },
      {
        ...{ type: 'symbol', from: { data } },
        encode: {
          enter: {
            ...{ ...along, size: { value: 26 } },
            y: [{ test: 'isValid(datum.value)', ...at('value') }, { value: HEIGHT }],
            shape: [{ test: 'isValid(datum.value)', value: 'circle' }, { value: 'cross' }],
            fill: [{ test: 'isValid(datum.value)', value: OWN }, { value: MISSING }],
          },
        },
      },
    ],
  };
}
