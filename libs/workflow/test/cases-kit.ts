import { newId, query, raw, sql } from '#database';
import { campus, TestApp } from '#testing';
import {
  type Acting,
  type Definition,
  type StepDefinition,
  workflowTables,
  workflowTablesComments,
  workflowTablesNamedUnits,
  workflowTablesSince,
} from '#workflow';
import { affairs } from '../../../apps/affairs/src/affairs.module.js';

export const STUDENT = campus.students[0]!;
export const AT = new Date('2026-03-02T02:00:00.000Z');

/** An app whose database has the tables of cases in a schema of their own, `flows`. */
export async function appWithFlows(): Promise<TestApp> {
  const test = await TestApp.create([affairs]);
  await query(test.tx, sql`CREATE SCHEMA flows`);
  for (const tables of [workflowTables, workflowTablesSince, workflowTablesNamedUnits])
    await query(test.tx, raw(tables('flows')));
  await query(test.tx, raw(workflowTablesComments('flows', 'a.subject_id')));
  return test;
}

export const step = (key: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers: [{ by: 'post', post: 'counselor' }], mode: 'any' },
  ...{ standIn: null, deadline: null, returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'], ...more },
});

export const flow = (...steps: StepDefinition[]): Definition => ({
  ...{ key: 'affairs.test', name: { zh: '测试', en: 'Test' }, steps, mayChange: [], urgeEveryHours: 24 },
  standIn: { by: 'post', post: 'student_affairs_officer', unitKind: 'school' },
});

/** How the student's case under a definition begins. */
export const opening = (definition: Definition) => ({
  ...{ definition, subjectId: newId(), personId: STUDENT, facts: { days: 3 } },
  ...{ initiators: [STUDENT], ownMatterOf: [STUDENT] },
});

export const acting = (personId: string | undefined, more: Partial<Acting> = {}): Acting => ({
  ...{ by: { app: 'portal', personId }, at: AT, ...more },
});
