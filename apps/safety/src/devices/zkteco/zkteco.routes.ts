import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import type { Contact } from '../listener/contacts.queries.js';
import { DeviceRecords } from '../listener/device-records.service.js';
import { CODE, type GateRecords, type Protocol } from '../listener/gate-record.js';
import { accessOptions, attendanceOptions, serverTime } from './zkteco-answers.js';
import { linesOf, readAccess, readAttendance } from './zkteco-records.js';

/** Tables that are answered and thrown away: operations, users, photos, templates, states of doors. */
const NOT_TAKEN =
  /^(OPERLOG|ATTPHOTO|BIODATA|BIOPHOTO|USERPIC|USERINFO|IDCARD|ERRORLOG|options|rtstate|FACE|FINGERTMP)$/i;
const TEXT = 'text/plain';

interface Request {
  contact: Contact;
  query: Record<string, string | undefined>;
  body: string;
}

/**
 * PUSH of ZKTeco, attendance and security, as devices speak it: they call, every answer is plain text, and what is not answered with what
 * they wait for is sent again for ever. Rows that are wrong are counted, not refused.
 */
@Injectable()
export class ZktecoRoutes {
  private readonly logger = new Logger('Devices');

  constructor(
    private readonly records: DeviceRecords,
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  mount(server: FastifyInstance): void {
    const on = (method: 'GET' | 'POST', path: string, answer: (request: Request) => string | Promise<string>): void => {
      server.route({ method, url: `/iclock/${path}`, handler: (request, reply) => this.serve(request, reply, answer) });
    };
    on('GET', 'cdata', (request) => this.hello(request));
    on('POST', 'cdata', (request) => this.data(request));
    on('POST', 'registry', ({ contact }) => `RegistryCode=${this.registryCode(contact)}`);
    on('POST', 'push', () => accessOptions(randomBytes(16).toString('hex')));
    on('GET', 'push', () => accessOptions(randomBytes(16).toString('hex')));
    on('GET', 'rtdata', ({ contact, query }) =>
      query['type'] === 'time' ? serverTime(this.clock.now(), this.zoneOf(contact)) : 'OK',
    );
    on('POST', 'querydata', ({ query }) => tableCount(query));
    for (const path of ['ping', 'getrequest']) on('GET', path, () => 'OK');
    for (const path of ['devicecmd', 'fdata']) on('POST', path, () => 'OK');
  }

  private async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: (request: Request) => string | Promise<string>,
  ): Promise<unknown> {
    reply.type(TEXT);
    const query = Object.fromEntries(
      Object.entries(request.query as object).map(([key, value]) => [
        key,
        String(Array.isArray(value) ? value[0] : value),
      ]),
    ) as Record<string, string | undefined>;
    const code = query['SN'] ?? '';
    if (!CODE.test(code)) return reply.code(400).send('UNKNOWN DEVICE');
    const contact = await this.records.meet({
      ...{ code, protocol: protocolOf(request, query) },
      proof: { key: query['pushcommkey'], address: request.ip, once: true },
    });
    if (contact === 'refused') return reply.code(401).send('KEY');
    // It comes again later, and has kept what it has.
    if (contact === 'full') return reply.code(503).send('TOO MANY DEVICES');
    const said = await answer({ contact, query, body: textOf(request.body) });
    return said === '' ? reply.code(503).send('LATER') : reply.send(said);
  }

  private hello({ contact, query }: Request): string {
    if (query['DeviceType'] === 'acc')
      return accessOptions(randomBytes(16).toString('hex'), this.registryCode(contact));
    const stamp = contact.stamps['ATTLOG'] ?? '0';
    return attendanceOptions(contact.code, stamp, this.zoneOf(contact), this.clock.now());
  }

  private async data({ contact, query, body }: Request): Promise<string> {
    const { table = '', Stamp: stamp } = query;
    const lines = linesOf(body);
    if (table.toUpperCase() === 'ATTLOG') {
      const done = await this.take(
        contact,
        readAttendance(lines),
        stamp && /^\w{1,32}$/.test(stamp) ? { ATTLOG: stamp } : {},
      );
      return done ? `OK: ${lines.length}` : '';
    }
    if (table === 'rtlog') {
      const policy = (await this.policies.at(this.database.connection, GateRecordsPolicy, this.clock.today())).value;
      const kinds = { passes: policy.zktecoPasses, others: policy.zktecoOthers };
      return (await this.take(contact, readAccess(lines, kinds), {})) ? 'OK' : '';
    }
    if (table === 'tabledata') return tableCount(query);
    if (!NOT_TAKEN.test(table)) {
      const name = /^\w{1,32}$/.test(table) ? table : 'unnamed';
      this.logger.warn(`a table of a device is not known: ${name}`);
      await this.take(contact, { records: [], refused: 0, unknown: { [`table ${name}`]: 1 } }, {});
    }
    return table.toUpperCase() === 'OPERLOG' ? `OK: ${lines.length}` : 'OK';
  }

  private take(contact: Contact, read: GateRecords, stamp: Record<string, string>): Promise<boolean> {
    return this.records.take(contact, { ...read, stamp });
  }

  /** The same for a device each time, so that nothing has to be kept for it. */
  private registryCode({ deviceId }: Contact): string {
    return deviceId.replaceAll('-', '');
  }

  private zoneOf({ timeZone }: Contact): string {
    return timeZone ?? this.clock.timeZone;
  }
}

/** Which of the two it speaks: it says so when it calls first; later its tables and paths tell. */
function protocolOf({ url }: FastifyRequest, query: Record<string, string | undefined>): Protocol {
  const access =
    query['DeviceType'] === 'acc' ||
    /^(rtlog|rtstate|tabledata)$/.test(query['table'] ?? '') ||
    /^\/iclock\/(registry|push|rtdata|querydata|ping)/.test(url);
  return access ? 'zkteco_access' : 'zkteco_attendance';
}

/** Answered with anything else, a table is sent again for ever. */
function tableCount(query: Record<string, string | undefined>): string {
  const [name, count] = [query['tablename'] ?? '', query['count'] ?? ''];
  return /^\w{1,32}$/.test(name) && /^\d{1,9}$/.test(count) ? `${name}=${count}` : 'OK';
}

function textOf(body: unknown): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}
