import { defineProblem } from '#problems';
import { languageOf, problemBody } from './problem-answer.js';

const Full = defineProblem({
  code: 'safety/room-full',
  status: 409,
  zh: '房间已满 {n} 人',
  en: 'The room holds {n} people',
});

describe('the body of a problem', () => {
  it('is in the language that was asked for, and points at what is wrong', () => {
    const problem = new Full({ params: { n: 4 }, pointer: '#/roomId' });
    expect(problemBody(problem, 'en', 'https://x', '/p', 'id')).toEqual({
      type: 'https://x/docs/problems#safety/room-full',
      title: 'The room holds … people',
      status: 409,
      detail: 'The room holds 4 people',
      instance: '/p',
      code: 'safety/room-full',
      traceId: 'id',
      errors: [{ pointer: '#/roomId', detail: 'The room holds 4 people' }],
    });
  });

  it('shows control characters that a caller made up, rather than sending them', () => {
    const made = { pointer: '#/a\u0001', zh: '未知的列「\u0011」', en: 'unknown column "\n"' };
    const { errors } = problemBody(new Full({ errors: [made] }), 'en', 'https://x', '/p', 'id');
    expect(errors).toEqual([{ pointer: '#/a\\u0001', detail: 'unknown column "\\u000a"' }]);
  });
});

it.each([
  [undefined, 'zh'],
  ['', 'zh'],
  ['en', 'en'],
  ['en-GB,en;q=0.9', 'en'],
  ['zh-CN,en;q=0.9', 'zh'],
  ['fr', 'zh'],
  ['fr, en;q=0.1', 'en'],
  ['zh;q=0, en;q=0.5', 'en'],
  ['*', 'zh'],
  ['en;q=x', 'zh'],
])('reads Accept-Language %s as %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
