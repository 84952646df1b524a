import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import type { Contact } from '../listener/contacts.queries.js';
import { DeviceRecords } from '../listener/device-records.service.js';
import { CODE } from '../listener/gate-record.js';
import { textsOf } from './hikvision-body.js';
import { type Notification, readNotification } from './hikvision-events.js';
import { recordsOf } from './hikvision-records.js';

/**
 * Event notifications of Hikvision ISAPI (httpHosts), as JSON, XML, or either of them in a multipart body beside pictures. An empty 200 says
 * that a delivery is taken; anything else has the device send it again.
 */
@Injectable()
export class HikvisionRoutes {
  constructor(
    private readonly records: DeviceRecords,
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  mount(server: FastifyInstance): void {
    // Bodies with pictures pass by: they are not collected first.
    void server.register((scope, _, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, body, parsed) => parsed(null, body));
      for (const url of ['/hikvision', '/hikvision/:code', '/hikvision/:code/:key'])
        scope.post<{ Params: Params; Body: Readable | null }>(url, (request, reply) => this.serve(request, reply));
      done();
    });
  }

  private async serve(request: FastifyRequest<Route>, reply: FastifyReply): Promise<unknown> {
    reply.type('text/plain');
    const texts = request.body ? await textsOf(request.body) : [];
    const read = texts.map(readNotification);
    const told = read.filter((one) => one !== undefined);
    const code = request.params.code ?? told.find(({ mac }) => mac)?.mac ?? '';
    if (!CODE.test(code)) return reply.code(400).send('UNKNOWN DEVICE');
    const contact = await this.records.meet({
      code,
      protocol: 'hikvision',
      proof: { key: request.params.key, address: request.ip },
    });
    if (contact === 'refused') return reply.code(401).send('KEY');
    // It comes again later, and has kept what it has.
    if (contact === 'full') return reply.code(503).send('TOO MANY DEVICES');
    const done = await this.take(contact, told, read.length - told.length);
    return done ? reply.send('') : reply.code(503).send('LATER');
  }

  private async take(contact: Contact, told: readonly Notification[], unreadable: number): Promise<boolean> {
    const doors = told.flatMap(({ door }) => door ?? []);
    const others = told.filter(({ isHeartbeat, door }) => !isHeartbeat && !door);
    if (doors.length + others.length + unreadable === 0) return true;
    const { value: policy } = await this.policies.at(this.database.connection, GateRecordsPolicy, this.clock.today());
    const zone = contact.timeZone ?? this.clock.timeZone;
    const read = recordsOf(doors, policy, { code: contact.code, zone });
    const replayed = doors.some((door) => door.replayed);
    for (const { type } of others) read.unknown[`event ${type}`] = 1;
    return this.records.take(contact, { ...read, refused: read.refused + unreadable, replayed });
  }
}

interface Params {
  code?: string;
  /** What a device with a key calls last in its path: `none` of its ways to authenticate is known to all firmware. */
  key?: string;
}

interface Route {
  Params: Params;
  Body: Readable | null;
}
