import { mock } from 'node:test';
import pg from 'pg';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import * as applications from './application-support.js';
import { act, form, type LeaveAnswer, submit } from './support.js';

const { counselorCs } = campus.staff;

interface Cost {
  /** Statements of the transaction, its beginning and its end included. */
  statements: number;
  /** How often an answer of PostgreSQL was waited for before the next statement was sent. */
  waits: number;
}

/** What is sent on every connection, and what is waited for: each statement is one `pg.Query`. */
class Wire {
  private readonly sent = new Map<object, { text: string; waited: boolean }[]>();
  private readonly underWay = new Map<object, number>();

  constructor() {
    const proto = pg.Query.prototype as unknown as Record<'submit' | 'handleReadyForQuery' | 'handleError', Method>;
    const { sent, underWay } = this;
    const { submit, handleReadyForQuery, handleError } = proto;
    mock.method(proto, 'submit', function (this: { text: string }, connection: object) {
      const waiting = underWay.get(connection) ?? 0;
      sent.set(connection, [...(sent.get(connection) ?? []), { text: this.text, waited: waiting === 0 }]);
      underWay.set(connection, waiting + 1);
      return submit.call(this, connection);
    });
    const answered = (method: Method): Method =>
      function (this: unknown, ...given: object[]) {
        const connection = given.at(-1)!;
        underWay.set(connection, (underWay.get(connection) ?? 1) - 1);
        return method.call(this, ...given);
      };
    mock.method(proto, 'handleReadyForQuery', answered(handleReadyForQuery));
    mock.method(proto, 'handleError', answered(handleError));
  }

  /** What the last transaction that wrote a row of the table cost. */
  costOf(table: string): Cost {
    for (const all of this.sent.values()) {
      const written = all.findLastIndex(({ text }) => new RegExp(`(INSERT INTO|UPDATE) ${table} `).test(text));
      if (written < 0) continue;
      const from = all.slice(0, written).findLastIndex(({ text }) => text === 'START TRANSACTION');
      const to = all.findIndex(({ text }, i) => i > written && text === 'COMMIT');
      const own = all.slice(from, to + 1);
      return { statements: own.length, waits: own.filter(({ waited }) => waited).length };
    }
    throw new Error(`Nobody wrote ${table}`);
  }

  forget(): void {
    this.sent.clear();
  }
}

/** An answer may have come before it was waited for: one more or fewer, as the machine runs. */
const atMost = (most: number): unknown => ({
  asymmetricMatch: (waits: number) => waits <= most,
  toString: () => `at most ${most}`,
});

type Method = (this: unknown, ...given: object[]) => unknown;

describe('what is asked of the database', () => {
  let test: TestApp;
  let student: Client;
  let counselor: Client;
  let wire: Wire;
  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    [student, counselor] = await Promise.all([test.person(campus.students[0]!), test.person(counselorCs)]);
    await applications.appointClerks(test);
    await applications.publish(test, 'grant', applications.content());
    wire = new Wire();
  });
  afterAll(async () => {
    mock.restoreAll();
    await test.close();
  });

  const cost = async (table: string, fn: () => Promise<unknown>): Promise<Cost> => {
    wire.forget();
    await fn();
    return wire.costOf(table);
  };

  // Who needs more says why here: each costs a school's server a tenth of a millisecond, each wait two switches between processes.
  it('by a leave that is submitted, and one that is decided on', async () => {
    await submit(student, await form(test, 2, 0));
    const other = await form(test, 2, 5);
    let leave: LeaveAnswer | undefined;
    expect(await cost('affairs.leave', async () => (leave = await submit(student, other)))).toEqual({
      statements: 13,
      waits: atMost(8),
    });
    expect(await cost('affairs.leave', () => act(counselor, leave!, 'approve').expect(200))).toEqual({
      statements: 15,
      waits: atMost(7),
    });
  });

  it('by a step of an application that is decided on', async () => {
    const application = await applications.submit(student, 'grant');
    expect(
      await cost('affairs.application', () => applications.act(counselor, application, { action: 'approve' })),
    ).toEqual({ statements: 13, waits: atMost(7) });
  });
});
