import {
  type DeadlineLevel,
  type Definition,
  definitionErrors,
  pictureOf,
  type Sample,
  type StepDefinition,
} from '#workflow';

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
const levels = (...later: DeadlineLevel[]): Definition =>
  flow(step('one', { deadline: { hours: 1, then: 'remind', later } }));
const LAST: DeadlineLevel = { hours: 9, then: 'remind' };
const NAMED = { by: 'post', post: 'department_clerk', over: 'named', unit: 'JWC' } as const;
const A_PERSON = '00000000-0000-7000-8000-004000000001';
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
    [levels({ hours: 1, then: 'remind' }), '#/steps/0/deadline/later/0'],
    [levels({ workingDays: 2, then: 'remind' }), '#/steps/0/deadline/later/0'],
    [levels({ hours: 2, then: 'supervise' }), '#/steps/0/deadline/later/0/to'],
    [
      levels({ hours: 2, then: 'supervise', to: { by: 'person', personId: A_PERSON } }),
      '#/steps/0/deadline/later/0/to',
    ],
    [levels({ hours: 2, then: 'supervise', to: NAMED }), '#/steps/0/deadline/later/0/to'],
    [levels({ hours: 2, then: 'approve' }), '#/steps/0/deadline/later/0/source'],
    [levels({ hours: 2, then: 'approve', source: '办法' }, LAST), '#/steps/0/deadline/later/0/then'],
    [levels(...Array.from({ length: 6 }, (_, n) => ({ ...LAST, hours: n + 2 }))), '#/steps/0/deadline/later'],
    [flow(step('one', { deadline: { hours: 1, then: 'remind', later: [] } })), '#/steps/0/deadline/later'],
  ])('says where it is wrong (%#)', (content, pointer) => {
    expect(pointers(content)).toEqual([pointer]);
  });

  it('may have levels: each later than the one before, and only the last may approve', () => {
    const to = { by: 'post', post: 'counselor' } as const;
    const rising = levels(
      { hours: 2, then: 'supervise', to },
      { hours: 3, then: 'escalate', to },
      { hours: 4, then: 'approve', source: '办法第八条' },
    );
    expect(definitionErrors(rising, [sample()])).toEqual([]);
    // What was published with the one level that there was stays right.
    expect(definitionErrors(flow(step('one', { deadline: LAST })), [sample()])).toEqual([]);
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
  it('shows the levels of a deadline', () => {
    const picture = pictureOf(
      levels(
        { hours: 2, then: 'supervise', to: { by: 'post', post: 'counselor' } },
        { ...LAST, then: 'approve', source: '办法' },
      ),
    );
    expect(picture).toContain(
      [
        '  note right of one',
        '    1 h: 提醒 / remind',
        '    2 h: 督办 / tell somebody up the line → 辅导员 / Counselor',
        '    9 h: 视为同意（须注明依据） / count as consent (names its source) (办法)',
        '  end note',
      ].join('\n'),
    );
  });

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
