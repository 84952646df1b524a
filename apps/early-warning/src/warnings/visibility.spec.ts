import { Actor } from '#auth';
import { sql } from '#database';
import { ruleOfWarning, visibleTo } from './visibility.js';

type Post = Actor['posts'][number];

const COUNSELOR: Post = { kind: 'counselor', unitId: 'u1', unitKind: 'class' };
const HEAD: Post = { kind: 'counselor', unitId: 'u2', unitKind: 'college' };
const ADVISOR: Post = { kind: 'student_affairs_officer', unitId: 'u3', unitKind: 'college' };

describe('who sees what a rule says', () => {
  /** How often the students of units are asked for. */
  const lookUps = (posts: Post[], student = false): number => {
    const actor = Actor.person('portal', { id: 'p1', student, posts }, ['affairs:leave:read']);
    const { text } = visibleTo(actor, 'affairs:leave:read', ruleOfWarning, sql`w.student_id`, '2026-11-20');
    return text.split('unit_id = ANY').length - 1;
  };

  it('asks for the students once where one kind of post is all that gives it', () => {
    expect(lookUps([COUNSELOR])).toBe(1);
    expect(lookUps([COUNSELOR, HEAD])).toBe(1);
  });

  it('and for those of each kind of post where there are others, or a student who is one of them', () => {
    expect(lookUps([COUNSELOR, ADVISOR])).toBe(3);
    expect(lookUps([COUNSELOR], true)).toBe(2);
  });
});
