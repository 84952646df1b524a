import type { Problem } from '#problems';
import { parseJsonBody } from './json-body.js';

const THOUSAND = Array.from({ length: 1_000 }, (_, i) => `"${i}":1`).join(',');
const list = (objects: number): string => `[${Array.from({ length: objects }, () => `{${THOUSAND}}`).join(',')}]`;

function errorsOf(body: string, rows?: string, maxKeys?: number): unknown {
  try {
    parseJsonBody(Buffer.from(body), rows, maxKeys);
    return [];
  } catch (error) {
    return (error as Problem).errors;
  }
}

describe('keys of a body', () => {
  it('are 20,000 in all, or as many as the route takes', () => {
    expect(errorsOf(list(20))).toEqual([]);
    expect(errorsOf(list(80))).toMatchObject([{ pointer: '#/0', en: 'is one key too many: a body may have 20000' }]);
    expect(errorsOf(list(80), undefined, 80_000)).toEqual([]);
    expect(errorsOf(list(80), undefined, 79_999)).toMatchObject([{ pointer: '#/999' }]);
  });

  it('are not counted in the list that its reader judges row by row', () => {
    expect(errorsOf(`{"rows":${list(80)}}`, 'rows')).toEqual([]);
    expect(errorsOf(`{"rows":${list(80)},"more":${list(20)}}`, 'rows')).toMatchObject([{ pointer: '#/998' }]);
  });

  it('are refused within milliseconds', () => {
    const body = list(80);
    const times = Array.from({ length: 5 }, () => {
      const from = performance.now();
      expect(errorsOf(body)).toHaveLength(1);
      return performance.now() - from;
    });
    // The fastest of five, as others work beside it.
    expect(Math.min(...times)).toBeLessThan(60);
  });
});
