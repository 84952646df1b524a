import { type Definition, definitionErrors, pictureOf, type Sample, type StepDefinition } from '#workflow';

const step = (key: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers: [{ by: 'post', post: 'counselor' }], mode: 'any' },
  ...{ standIn: null, deadline: null, returnTo: ['initiator'], afterReturn: ['on'], ...more },
});
const flow = (...steps: StepDefinition[]): Definition => ({
  ...{ key: 'affairs.test', name: { zh: '测试', en: 'Test' }, steps, mayChange: [], urgeEveryHours: 24, standIn: null },
});
const COUNSELOR = {
  personId: '00000000-0000-7000-8000-004000000001',
  post: 'counselor' as const,
  unitKind: 'class' as const,
};
const sample = (more: Partial<Sample> = {}): Sample => ({
  ...{ label: 'a student', facts: { days: 3 }, ownMatterOf: [] },
  ...{ inputs: { posts: [COUNSELOR], gone: [], workdayEnds: [] }, ...more },
});
const pointers = (content: object, samples: Sample[] = []): string[] =>
  definitionErrors(content, samples).map(({ pointer }) => pointer);

describe('a definition, before it is published', () => {
  it('is right when its form is and every sample has somebody to sign', () => {
    expect(definitionErrors(flow(step('one'), step('two')), [sample()])).toEqual([]);
  });

  it.each<[object, string]>([
    [{ ...flow(step('one')), name: { zh: '测试' } }, '#/name/en'],
    [{ ...flow(step('one')), colour: 'red' }, '#/colour'],
    [flow(), '#/steps'],
    [flow(step('one'), step('One')), '#/steps/1/key'],
    [flow(step('one'), step('one')), '#/steps/1/key'],
    [flow(step('one', { signers: [{ by: 'post' }] })), '#/steps/0/signers/0/post'],
    [flow(step('one', { signers: [{ by: 'person' }] })), '#/steps/0/signers/0/personId'],
    [flow(step('one', { signers: [{ by: 'post', post: 'counselor', over: 'named' }] })), '#/steps/0/signers/0/unit'],
    [flow(step('one', { signers: [{ by: 'post', post: 'counselor', unit: 'JWC' }] })), '#/steps/0/signers/0/unit'],
    [flow(step('one', { mode: 'k-of-n' })), '#/steps/0/needed'],
    [flow(step('one', { mode: 'k-of-n', needed: 2 })), '#/steps/0/needed'],
    [flow(step('one', { needed: 2 })), '#/steps/0/needed'],
    [flow(step('one', { afterReturn: [] })), '#/steps/0/afterReturn'],
    [flow(step('one', { when: [{ fact: 'days' }] })), '#/steps/0/when/0'],
    [flow(step('one', { when: [{ fact: 'days', atLeast: 3, atMost: 2 }] })), '#/steps/0/when/0'],
    [flow(step('one', { deadline: { then: 'remind' } })), '#/steps/0/deadline'],
    [flow(step('one', { deadline: { hours: 1, workingDays: 1, then: 'remind' } })), '#/steps/0/deadline'],
    [flow(step('one', { deadline: { hours: 1, then: 'escalate' } })), '#/steps/0/deadline/to'],
    [flow(step('one', { deadline: { hours: 1, then: 'approve' } })), '#/steps/0/deadline/source'],
    [flow(step('one', { deadline: { hours: 0, then: 'remind' } })), '#/steps/0/deadline/hours'],
  ])('says where it is wrong (%#)', (content, pointer) => {
    expect(pointers(content)).toEqual([pointer]);
  });

  it('is tried on real subjects: each of their steps has somebody to sign', () => {
    const chief = step('two', { signers: [{ by: 'post', post: 'student_affairs_officer' }] });
    expect(pointers(flow(step('one'), chief), [sample()])).toEqual(['#/steps/1/signers']);
    expect(pointers(flow(step('one'), { ...chief, standIn: { by: 'post', post: 'counselor' } }), [sample()])).toEqual(
      [],
    );
    // Whose own matter it is does not count.
    expect(pointers(flow(step('one')), [sample({ ownMatterOf: [COUNSELOR.personId] })])).toEqual(['#/steps/0/signers']);
    expect(pointers(flow(step('one', { when: [{ fact: 'days', atLeast: 9 }] })), [sample()])).toEqual(['#/steps']);
    expect(definitionErrors(flow(chief), [sample()])[0]).toMatchObject({ en: 'a student: there is nobody to sign' });
  });
});

describe('the picture of a definition', () => {
  it('has an arrow for each way from a state', () => {
    const definition = flow(step('one'), step('two', { when: [{ fact: 'days', atLeast: 3 }], returnTo: ['earlier'] }));
    const arrows = pictureOf(definition)
      .split('\n')
      .filter((line) => line.includes('-->'))
      .map((line) => line.trim().split(':')[0]);
    expect(arrows).toEqual([
      ...[
        '[*] --> one',
        'one --> two',
        'one --> approved',
        'one --> rejected',
        'one --> returned',
        'one --> withdrawn',
      ],
      ...['two --> approved', 'two --> rejected', 'two --> one', 'two --> withdrawn', 'returned --> one'],
      ...['returned --> withdrawn', 'approved --> [*]', 'rejected --> [*]', 'withdrawn --> [*]'],
    ]);
  });
});
