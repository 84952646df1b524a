import { connect, Database, findInScope, insert, onConflict, sql } from '#database';
import { campus, cloneDatabase } from '#testing';
import { Appointment } from '../../../apps/staffing/src/appointments/appointment.entity.js';
import { services } from '../../../apps/campus/src/services.js';

describe('finding a row in scope, and writes that collide', () => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    const entities = services.flatMap((service) => service.entities);
    database = new Database(await connect({ url: clone.url, entities, poolSize: 3, applicationName: 'test' }));
  });
  afterAll(async () => {
    await database?.dataSource.destroy();
    await drop?.();
  });

  const first = async (): Promise<Appointment> =>
    (await database.connection.find(Appointment, { take: 1, order: { id: 'ASC' } }))[0]!;
  const find = (id: string, where = sql`TRUE`) =>
    findInScope(database.connection, Appointment, id, { alias: 'a', where });

  it('is the entity that TypeORM reads, or nothing where the predicate does not hold', async () => {
    const appointment = await first();
    const found = await find(appointment.id, sql`a.person_id = ${appointment.personId}`);
    expect(found).toBeInstanceOf(Appointment);
    expect(found).toEqual(appointment);
    expect(await find(appointment.id, sql`a.person_id <> ${appointment.personId}`)).toBeUndefined();
    expect(await find(campus.students[0]!)).toBeUndefined();
  });

  it('locks the row when it is asked to', async () => {
    const { id } = await first();
    await database.transaction(null, async (tx) => {
      await findInScope(tx, Appointment, id, { alias: 'a', where: sql`TRUE`, lock: 'update' });
      const other = database.connection.query('SELECT FROM staffing.appointment WHERE id = $1 FOR UPDATE NOWAIT', [id]);
      await expect(other).rejects.toMatchObject({ driverError: { code: '55P03' } });
    });
    await find(id);
  });

  it('makes a broken constraint the problem that is named for it, and leaves others as they are', async () => {
    const again = async (): Promise<Appointment> => insert(database.connection, await first());
    const problem = new Error('taken');
    await expect(onConflict(again(), { appointment_pkey: () => problem })).rejects.toBe(problem);
    await expect(onConflict(again(), { another_key: () => problem })).rejects.toMatchObject({
      driverError: { code: '23505' },
    });
    expect(await onConflict(Promise.resolve(7), { appointment_pkey: () => problem })).toBe(7);
  });
});
