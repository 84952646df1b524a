import type { Definition, SignerRule, StepDefinition } from '#workflow';

/** So many flows are run at a time. */
export const AT_ONCE = 8;
/** What each has: its start, one decision, two of a countersign, and a last one. */
export const DECISIONS = ['start', 'first', 'left', 'right', 'last'] as const;

const step = (key: string, signers: SignerRule[], mode: 'any' | 'countersign'): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers, mode, standIn: null, deadline: null },
  ...{ returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'] },
});
const [counselor, college, school]: SignerRule[] = [
  { by: 'post', post: 'counselor' },
  { by: 'post', post: 'student_affairs_officer', unitKind: 'college' },
  { by: 'post', post: 'student_affairs_officer', unitKind: 'school' },
];

/** The flow as ours: signers are found by their posts, anew at each decision. */
export const DEFINITION: Definition = {
  ...{
    key: 'affairs.item-fee-reduction',
    name: { zh: '基准', en: 'Bench' },
    standIn: null,
    mayChange: [],
    urgeEveryHours: 24,
  },
  steps: [
    step('first', [counselor!], 'any'),
    step('both', [counselor!, college!], 'countersign'),
    step('last', [school!], 'any'),
  ],
};

/** The same for engines of BPMN, with signers named in it. */
export const BPMN = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flowable="http://flowable.org/bpmn"
             id="definitions" targetNamespace="https://example.edu/bench">
  <process id="bench" isExecutable="true">
    <startEvent id="start" />
    <sequenceFlow id="f1" sourceRef="start" targetRef="first" />
    <userTask id="first" flowable:assignee="counselor" />
    <sequenceFlow id="f2" sourceRef="first" targetRef="fork" />
    <parallelGateway id="fork" />
    <sequenceFlow id="f3" sourceRef="fork" targetRef="left" />
    <sequenceFlow id="f4" sourceRef="fork" targetRef="right" />
    <userTask id="left" flowable:assignee="counselor" />
    <userTask id="right" flowable:assignee="college" />
    <sequenceFlow id="f5" sourceRef="left" targetRef="join" />
    <sequenceFlow id="f6" sourceRef="right" targetRef="join" />
    <parallelGateway id="join" />
    <sequenceFlow id="f7" sourceRef="join" targetRef="last" />
    <userTask id="last" flowable:assignee="school" />
    <sequenceFlow id="f8" sourceRef="last" targetRef="end" />
    <endEvent id="end" />
  </process>
</definitions>
`;

/** Runs `flows` of them, so many at a time; answers decisions a second. */
export async function decisionsPerSecond(flows: number, one: (i: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let i = next++; i < flows; i = next++) await one(i);
    }),
  );
  return (flows * DECISIONS.length * 1000) / (performance.now() - began);
}
