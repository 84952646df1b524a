import { Body, Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { IsInt, IsString, IsUUID } from 'class-validator';
import { type Actor, CurrentActor, Require } from '#auth';
import { Event, type ServiceName } from '#contracts';
import { Database, newId, query, sql, type Tx } from '#database';
import { Events, Every, OnDead, OnEvent, OnEvents, type Period, Prepare, type Received } from '#events';
import { Uuid } from '#fields';
import { Summary } from '#http';
import type { Service } from '#service';

/** Not one of the house's services, so that it owes no handlers but its own. */
export const FIXTURE = 'fixture' as ServiceName;

/** Something happened to a thing; a fixture for tests of the event core. */
@Event({ name: 'fixture.thing-happened.v1' as never, consumers: [FIXTURE] })
export class ThingHappenedV1 {
  @IsUUID()
  thingId: string;

  @IsInt()
  step: number;

  @IsString()
  mood: string;

  constructor(thingId: string, step: number, mood = 'fine') {
    Object.assign(this, { thingId, step, mood });
  }
}

/** A thing takes long; what it takes is prepared before. */
@Event({ name: 'fixture.thing-grew.v1' as never, consumers: [FIXTURE], long: true })
export class ThingGrewV1 {
  @IsUUID()
  thingId: string;

  constructor(thingId: string) {
    Object.assign(this, { thingId });
  }
}

/** Things are counted, those of one delivery together. */
@Event({ name: 'fixture.thing-counted.v1' as never, consumers: [FIXTURE] })
export class ThingCountedV1 extends ThingHappenedV1 {}

/** What handlers do when they meet a mood; tests change it. */
export const moods: Record<string, ((tx: Tx) => Promise<void>) | undefined> = {};

/** The things of each call of the handler that takes several. */
export const counted: string[][] = [];

@Injectable()
export class Things {
  constructor(private readonly events: Events) {}

  async happen(tx: Tx, thing: { id: string; version: number }, mood?: string): Promise<string> {
    return this.events.publish(tx, new ThingHappenedV1(thing.id, thing.version, mood), thing);
  }

  @OnEvent(ThingHappenedV1)
  async whenThingHappened(tx: Tx, event: Received<ThingHappenedV1>): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO fixture.effect (id, event_id, thing_id, step) VALUES (${newId()}, ${event.id}, ${event.data.thingId}, ${event.data.step})`,
    );
    await moods[event.data.mood]?.(tx);
  }

  async count(tx: Tx, thing: { id: string; version: number }, mood?: string): Promise<string> {
    return this.events.publish(tx, new ThingCountedV1(thing.id, thing.version, mood), thing);
  }

  @OnEvents(ThingCountedV1)
  async whenThingsCounted(tx: Tx, events: Received<ThingCountedV1>[]): Promise<void> {
    counted.push(events.map(({ data }) => data.thingId));
    await query(
      tx,
      sql`INSERT INTO fixture.effect (id, event_id, thing_id, step)
          SELECT gen_random_uuid(), e.id, e.thing, e.step
            FROM unnest(${events.map(({ id }) => id)}::uuid[], ${events.map(({ data }) => data.thingId)}::uuid[],
                        ${events.map(({ data }) => data.step)}::int[]) AS e(id, thing, step)`,
    );
    for (const { data } of events) await moods[data.mood]?.(tx);
  }

  async grow(tx: Tx, thingId: string): Promise<string> {
    return this.events.publish(tx, new ThingGrewV1(thingId));
  }

  @Prepare(ThingGrewV1)
  async beforeThingGrew({ data }: Received<ThingGrewV1>): Promise<{ step: number }> {
    await moods['prepare']?.(undefined as never);
    return { step: data.thingId.length };
  }

  @OnEvent(ThingGrewV1)
  async whenThingGrew(tx: Tx, event: Received<ThingGrewV1>, { step }: { step: number }): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO fixture.effect (id, event_id, thing_id, step) VALUES (${newId()}, ${event.id}, ${event.data.thingId}, ${step})`,
    );
    await moods['grow']?.(tx);
  }

  @OnDead(ThingHappenedV1)
  async whenThingDead(tx: Tx, event: Received<ThingHappenedV1>): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO fixture.given_up (thing_id, step) VALUES (${event.data.thingId}, ${event.data.step})`,
    );
    await moods[`dead ${event.data.mood}`]?.(tx);
  }

  @Every('7 3 * * *', { name: 'fixture.test-nightly' as never })
  async everyNight(tx: Tx, period: Period): Promise<void> {
    await query(tx, sql`INSERT INTO fixture.night (date) VALUES (${period.date})`);
  }
}

class ThingDto {
  @Uuid({ zh: '事物', en: 'Thing', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  id: string;
}

@Controller('fixture/v1/things')
class ThingsController {
  constructor(
    private readonly database: Database,
    private readonly things: Things,
  ) {}

  @Post()
  @Require('staffing:appointment:write')
  @Summary('测试', 'Test')
  createThing(@CurrentActor() actor: Actor, @Body() body: ThingDto): Promise<ThingDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.things.happen(tx, { id: body.id, version: 1 });
      return body;
    });
  }

  @Get()
  @Require('staffing:appointment:read')
  @Summary('测试', 'Test')
  listThings(): object[] {
    return [];
  }
}

@Module({ controllers: [ThingsController], providers: [Things] })
class ThingsModule {}

/** Stands in for a service; its tables are made by `createFixtureTables`. */
export const things: Service = { name: FIXTURE, module: ThingsModule, entities: [], migrations: [] };

export async function createFixtureTables(tx: Tx): Promise<void> {
  await tx.query('CREATE SCHEMA IF NOT EXISTS fixture');
  await tx.query(
    `CREATE TABLE IF NOT EXISTS fixture.effect (id uuid PRIMARY KEY, event_id uuid NOT NULL, thing_id uuid NOT NULL, step int NOT NULL, seq bigserial)`,
  );
  await tx.query(`CREATE TABLE IF NOT EXISTS fixture.given_up (thing_id uuid NOT NULL, step int NOT NULL)`);
  await tx.query(`CREATE TABLE IF NOT EXISTS fixture.night (date date NOT NULL)`);
}
