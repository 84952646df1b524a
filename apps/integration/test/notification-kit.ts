import { DigestDueV1, WarningRaisedV1 } from '#contracts';
import { newId } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, eventually, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { integration } from '../src/integration.module.js';

export const MESSAGES = '/integration/v1/messages';

export interface Shown {
  id: string;
  kind: string;
  title: string;
  body: string;
  urgent: boolean;
  count: number;
  at: string;
  readAt: string | null;
}

export const { counselorCs: COUNSELOR, collegeOfficerCs: OFFICER, schoolOfficer: SCHOOL_OFFICER } = campus.staff;
export const [STUDENT, OTHER_STUDENT] = campus.students as [string, string];

export class NotificationKit {
  private constructor(readonly test: TestApp) {}

  static async create(): Promise<NotificationKit> {
    const test = await TestApp.create([directory, integration], { webhookTargets: ['127.0.0.0/8'] });
    test.clock.set('2026-12-01T10:02:00+08:00');
    return new NotificationKit(test);
  }

  async publish(...events: object[]): Promise<void> {
    await this.test.database.transaction(null, (tx) => this.test.app.get(Events).publishAll(tx, events));
    await drainEvents(this.test);
  }

  /** The inbox of a person, once it has so many messages. */
  inbox(client: Client, count: number, query = ''): Promise<Shown[]> {
    return eventually(async () => {
      const { data } = (await client.get(`${MESSAGES}?${query}`).expect(200)).body as { data: Shown[] };
      expect(data).toHaveLength(count);
      return data;
    });
  }
}

export function warning(studentId: string, level: WarningRaisedV1['level'] = 'red'): WarningRaisedV1 {
  return new WarningRaisedV1({ warningId: newId(), studentId, level, asOf: '2026-12-01' });
}

export function digest(personId: string): DigestDueV1 {
  const counts = { newWarnings: 2, overdue: 1, dueToday: 0, quietCases: 0, transfers: 0, supervisions: 0 };
  return new DigestDueV1({ personId, day: '2026-12-01', ...counts, warningIds: [], caseIds: [] });
}
