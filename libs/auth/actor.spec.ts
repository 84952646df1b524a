import fc from 'fast-check';
import { Actor } from '#auth';
import { type Permission, PERMISSIONS, type Role, ROLE_PERMISSIONS } from '#contracts';

const PERSON = { id: 'p1', student: false, posts: [] };
const COUNSELOR = { kind: 'counselor', unitId: 'u1', unitKind: 'class' } as const;
const BUILDING_HEAD = { kind: 'building_head', unitId: 'b1', unitKind: 'building' } as const;

describe('Actor', () => {
  it('of an app alone has what its token says, over the school', () => {
    const actor = Actor.app('gate', ['safety:pass:write']);
    expect(actor.can('safety:pass:write')).toBe(true);
    expect(actor.scopeOf('safety:pass:write')).toMatchObject({ school: true });
    expect(actor.can('safety:pass:read')).toBe(false);
    expect(actor.scopeOf('safety:pass:read')).toEqual({ school: false, unitIds: [] });
  });

  it('of a person has what the posts give and the app was allowed, and each permission keeps its units', () => {
    const actor = Actor.person('portal', { ...PERSON, posts: [COUNSELOR, BUILDING_HEAD] }, [
      'affairs:leave:decide',
      'safety:night-check:read',
      'directory:client:write',
    ]);
    expect(actor.can('affairs:leave:decide')).toBe(true);
    expect(actor.can('safety:night-check:read')).toBe(true);
    // No post gives it; and what a post gives the app was not allowed.
    expect(actor.can('directory:client:write')).toBe(false);
    expect(actor.can('affairs:leave:read')).toBe(false);
    expect(actor.scopeOf('directory:client:write')).toEqual({ school: false, unitIds: [] });
    expect(actor.scopeOf('affairs:leave:read')).toEqual({ school: false, unitIds: [] });
    expect(actor.scopeOf('affairs:leave:decide')).toEqual({ school: false, unitIds: ['u1'] });
    expect(actor.scopeOf('safety:night-check:read')).toEqual({ school: false, unitIds: ['u1', 'b1'] });
  });

  it('of a student reaches the student only; a post beside it adds its units', () => {
    const student = { ...PERSON, student: true };
    expect(Actor.person('portal', student, ['affairs:leave:read']).scopeOf('affairs:leave:read')).toEqual({
      school: false,
      unitIds: [],
      personId: 'p1',
    });
    const head = { kind: 'counselor', unitId: 'u2', unitKind: 'college' } as const;
    const both = Actor.person('portal', { ...student, posts: [head] }, ['affairs:leave:read', 'affairs:leave:decide']);
    expect(both.scopeOf('affairs:leave:read')).toEqual({ school: false, unitIds: ['u2'], personId: 'p1' });
    expect(both.scopeOf('affairs:leave:decide')).toEqual({ school: false, unitIds: ['u2'] });
  });

  it('knows by which kind of post a permission reaches whom', () => {
    const officer = { kind: 'student_affairs_officer', unitId: 'u9', unitKind: 'college' } as const;
    const posts = [COUNSELOR, officer, BUILDING_HEAD];
    const actor = Actor.person('portal', { ...PERSON, posts }, ['affairs:leave:read']);
    expect([...actor.scopesByPost('affairs:leave:read')]).toEqual([
      ['counselor', { school: false, unitIds: ['u1'] }],
      ['student_affairs_officer', { school: false, unitIds: ['u9'] }],
    ]);
    expect(actor.scopesByPost('safety:pass:read').size).toBe(0);
    expect(Actor.app('gate', ['affairs:leave:read']).scopesByPost('affairs:leave:read').size).toBe(0);
    const student = Actor.person('portal', { ...PERSON, student: true }, ['affairs:leave:read']);
    expect(student.scopesByPost('affairs:leave:read').size).toBe(0);
  });

  it('of an officer of the school reaches the school', () => {
    const post = { kind: 'student_affairs_officer', unitId: 's', unitKind: 'school' } as const;
    expect(
      Actor.person('portal', { ...PERSON, posts: [post] }, ['affairs:leave:read']).scopeOf('affairs:leave:read'),
    ).toEqual({
      school: true,
      unitIds: ['s'],
    });
  });

  it('of a person is never more than the app may, nor more than the person may, whatever the posts and permissions', () => {
    const all = Object.keys(PERMISSIONS) as Permission[];
    const kinds = (Object.keys(ROLE_PERMISSIONS) as Role[]).filter((role) => role !== 'student');
    const post = fc.record({
      kind: fc.constantFrom(...kinds),
      unitId: fc.constantFrom('u1', 'u2', 'u3'),
      unitKind: fc.constantFrom('school', 'college', 'class'),
    });
    fc.assert(
      fc.property(fc.subarray(all), fc.array(post, { maxLength: 4 }), fc.boolean(), (granted, posts, student) => {
        const actor = Actor.person('portal', { id: 'p1', student, posts }, granted);
        for (const permission of all) {
          const giving = posts.filter(({ kind }) => ROLE_PERMISSIONS[kind].includes(permission));
          const own = student && ROLE_PERMISSIONS.student.includes(permission);
          const both = granted.includes(permission) && (giving.length > 0 || own);
          expect(actor.can(permission)).toBe(both);
          const { school, unitIds, personId } = actor.scopeOf(permission);
          expect([...unitIds].sort()).toEqual(both ? [...new Set(giving.map(({ unitId }) => unitId))].sort() : []);
          expect(school).toBe(both && giving.some(({ unitKind }) => unitKind === 'school'));
          expect(personId).toBe(both && own ? 'p1' : undefined);
        }
      }),
      { numRuns: 60 },
    );
  });
});
