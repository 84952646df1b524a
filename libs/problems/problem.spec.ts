import { allProblems, defineProblem, Problem } from './index.js';

const Full = defineProblem({
  code: 'problems/room-full',
  status: 409,
  zh: '房间已满 {n} 人',
  en: 'The room holds {n} people',
});

describe('defineProblem', () => {
  it('makes a class with a text in both languages', () => {
    const problem = new Full({ params: { n: 4 }, pointer: '#/roomId' });
    expect(problem).toBeInstanceOf(Full);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.text).toEqual({ zh: '房间已满 4 人', en: 'The room holds 4 people' });
    expect(problem.errors).toEqual([{ pointer: '#/roomId', zh: '房间已满 4 人', en: 'The room holds 4 people' }]);
  });

  it('refuses a code twice, and codes that are not service/what', () => {
    const kind = { status: 409, zh: '', en: '' };
    expect(() => defineProblem({ code: 'problems/room-full', ...kind })).toThrow('declared twice');
    expect(() => defineProblem({ code: 'RoomFull', ...kind })).toThrow('service/what-is-wrong');
  });

  it('lists the general ones', () => {
    expect(allProblems().map(({ code }) => code)).toEqual(
      expect.arrayContaining(['http/invalid', 'http/internal', 'problems/room-full']),
    );
  });
});
