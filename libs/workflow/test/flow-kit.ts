import {
  act,
  type Action,
  awaited,
  begin,
  type Command,
  type Definition,
  fold,
  type Inputs,
  type Instance,
  NO_INPUTS,
  type Role,
  type StepDefinition,
} from '#workflow';

export const AT = '2026-03-02T02:00:00.000Z';
export const hours = (n: number): string => new Date(Date.parse(AT) + n * 3_600_000).toISOString();

export const step = (key: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers: [{ by: 'person', personId: 'a' }], mode: 'any' },
  ...{ standIn: null, deadline: null, returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'], ...more },
});

/** A case of the student s under one definition, and what is done with it. */
export class Flow {
  readonly definition: Definition;
  readonly actions: Action[] = [];
  instance: Instance;
  inputs: Inputs = NO_INPUTS;

  constructor(
    steps: StepDefinition[],
    more: Partial<Definition> & { facts?: object; chosen?: object; inputs?: Inputs } = {},
  ) {
    const { facts = { days: 3 }, chosen = {}, inputs = NO_INPUTS, ...rest } = more;
    this.definition = {
      ...{
        key: 'test.flow',
        name: { zh: '测试', en: 'Test' },
        steps,
        mayChange: ['reason', 'days'],
        urgeEveryHours: 24,
      },
      ...{ standIn: { by: 'person', personId: 'z' }, ...rest },
    };
    this.inputs = inputs;
    const start = { op: 'submit', definitionVersion: 1, facts, chosen, initiators: ['s'], ownMatterOf: ['s'] };
    this.actions.push(this.action('s', start as never, AT));
    this.instance = begin(this.versions, this.actions[0]!);
  }

  get versions(): Map<number, Definition> {
    return new Map([[1, this.definition]]);
  }

  action(
    person: string | null,
    command: Action['command'],
    at: string,
    roles: Role[] = [],
    insteadOf: string[] = [],
  ): Action {
    return { command, by: { person, app: 'portal', roles, insteadOf }, at, inputs: this.inputs };
  }

  do(
    person: string | null,
    command: Command,
    { at = AT, roles = [] as Role[], insteadOf = [] as string[] } = {},
  ): this {
    const action = this.action(person, command, at, roles, insteadOf);
    this.instance = act(this.versions, this.instance, action);
    this.actions.push(action);
    expect(JSON.stringify(fold(this.versions, structuredClone(this.actions)))).toBe(JSON.stringify(this.instance));
    return this;
  }

  get waits(): string[] {
    return awaited(this.instance);
  }

  get at(): string {
    return this.instance.status === 'running' ? (this.instance.visit?.step as string) : this.instance.status;
  }
}

export const system = { roles: ['system'] as Role[] };
export const manager = { roles: ['manager'] as Role[] };
export const people = (...ids: string[]): StepDefinition['signers'] =>
  ids.map((personId) => ({ by: 'person', personId }));
