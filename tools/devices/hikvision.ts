import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One went through, as the device has it. */
export interface Swipe {
  /** Number of the person. */
  person: string;
  /** By the clock of the device, with its zone. */
  time: string;
  /** 1 leads in, 2 leads out. */
  reader?: number;
  /** 1 card, 38 fingerprint, 75 face. */
  minor?: number;
}

interface Kept extends Required<Swipe> {
  serialNo: number;
}

/** Which of the bodies that firmware sends. */
export type BodyKind = 'json' | 'multipart' | 'xml';

const REALM = 'IP Camera(simulated)';
const PAGE = 30;
const JPEG = Buffer.from([0xff, 0xd8, 0x7b, 0x22, 0x0d, 0x0a, 0x2d, 0x2d, 0x00, 0xff, 0xd9]);

/** What a door controller or terminal of Hikvision says and answers, after the maker's guide; it knows nothing of our side. */
export class HikvisionDevice {
  private log: Kept[] = [];
  private serial = 0;
  private nonce = randomBytes(16).toString('hex');
  private server: Server | undefined;
  /**
   * What goes wrong once, at the second page of an answer: the nonce is too old, the connection breaks within the body, `numOfMatches` is not
   * how many there are.
   */
  fault: 'stale' | 'cut' | 'count' | undefined;
  /** Requests for events that it has answered with some. */
  pages = 0;

  /** `path`: what it was told to call, e.g. `/hikvision/GATE-1`. */
  constructor(
    private readonly url: string,
    private readonly path: string,
    private readonly mac = '44:19:b6:00:00:02',
  ) {}

  heartbeat(): Promise<number> {
    return this.post('application/json', JSON.stringify(this.alert('heartBeat', new Date().toISOString())));
  }

  /** Keeps an event; it is sent by `send`, or never. */
  record(swipe: Swipe): Kept {
    const kept = { reader: 1, minor: 75, ...swipe, serialNo: ++this.serial };
    this.log.push(kept);
    return kept;
  }

  /** Sends an event that it has kept. */
  send(kept: Kept, kind: BodyKind = 'json', replay = false): Promise<number> {
    const { person, time, reader, minor, serialNo } = kept;
    const event = {
      deviceName: 'simulated',
      ...{ majorEventType: 5, subEventType: minor, name: '张三', cardReaderNo: reader, doorNo: 1 },
      ...{ employeeNoString: person, serialNo, frontSerialNo: serialNo - 1, currentEvent: !replay },
    };
    const alert = { ...this.alert('AccessControllerEvent', time), AccessControllerEvent: event };
    if (kind === 'xml') return this.post('application/xml', xmlOf(alert));
    if (kind === 'json') return this.post('application/json', JSON.stringify(alert));
    const part = (head: string, bytes: Buffer): Buffer[] => [
      Buffer.from(`--MIME_boundary\r\n${head}\r\nContent-Length: ${bytes.length}\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ];
    const body = Buffer.concat([
      ...part(
        'Content-Disposition: form-data; name="event_log"\r\nContent-Type: application/json',
        Buffer.from(JSON.stringify(alert)),
      ),
      ...part(
        'Content-Disposition: form-data; name="Picture"; filename="Picture.jpg"\r\nContent-Type: image/jpeg',
        JPEG,
      ),
      Buffer.from('--MIME_boundary--\r\n'),
    ]);
    return this.post('multipart/form-data; boundary=MIME_boundary', body);
  }

  /** Its log was cleared: numbers begin anew. */
  restart(): void {
    this.serial = 0;
    this.log = [];
  }

  /** Answers questions for kept events on 127.0.0.1, as this user; returns the address. */
  async answer(user: string, password: string): Promise<string> {
    const server = createServer((request, response) => void this.serve(request, response, { user, password }));
    this.server = server;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => (this.server ? this.server.close(done) : done(undefined)));
  }

  private alert(eventType: string, dateTime: string): object {
    const { mac: macAddress } = this;
    const eventState = eventType === 'heartBeat' ? 'inactive' : 'active';
    return {
      ...{ ipAddress: '127.0.0.1', portNo: 80, protocol: 'HTTP', macAddress, channelID: 1, dateTime },
      ...{ activePostCount: 1, eventType, eventState, eventDescription: eventType },
    };
  }

  private async post(type: string, body: string | Buffer): Promise<number> {
    const answer = await fetch(`${this.url}${this.path}`, {
      method: 'POST',
      body: Buffer.from(body),
      headers: { 'content-type': type },
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    as: { user: string; password: string },
  ): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (!this.knows(request, as)) {
      const challenge = `Digest qop="auth", realm="${REALM}", nonce="${this.nonce}", stale="FALSE"`;
      response.writeHead(401, { 'www-authenticate': [challenge, `Basic realm="${REALM}"`] }).end();
      return;
    }
    const { AcsEventCond: asked } = JSON.parse(body) as { AcsEventCond: Question };
    // Its firmware reads neither `Z` nor fractions of seconds.
    if (request.url !== '/ISAPI/AccessControl/AcsEvent?format=json' || /Z|\./.test(asked.startTime + asked.endTime)) {
      response.writeHead(400).end('{"statusCode":6,"statusString":"Invalid Content"}');
      return;
    }
    const fault = asked.searchResultPosition > 0 ? this.fault : undefined;
    if (fault) this.fault = undefined;
    if (fault === 'stale') {
      this.nonce = randomBytes(16).toString('hex');
      const challenge = `Digest qop="auth", realm="${REALM}", nonce="${this.nonce}", stale="TRUE"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const [from, to] = [Date.parse(asked.startTime), Date.parse(asked.endTime)];
    const all = this.log.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) <= to);
    const found = all.slice(asked.searchResultPosition, asked.searchResultPosition + Math.min(asked.maxResults, PAGE));
    const last = asked.searchResultPosition + found.length >= all.length;
    if (found.length > 0) this.pages++;
    const AcsEvent = {
      searchID: asked.searchID,
      responseStatusStrg: all.length === 0 ? 'NO MATCH' : last ? 'OK' : 'MORE',
      numOfMatches: fault === 'count' ? 0 : found.length,
      totalMatches: all.length,
      InfoList: found.map(({ person, time, reader, minor, serialNo }) => ({
        ...{ major: 5, minor, time, employeeNoString: person, name: '张三', cardReaderNo: reader, doorNo: 1, serialNo },
      })),
    };
    const text = JSON.stringify({ AcsEvent });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (fault === 'cut') response.write(text.slice(0, text.length / 2), () => response.destroy());
    else response.end(text);
  }

  private knows({ method, headers }: IncomingMessage, { user, password }: { user: string; password: string }): boolean {
    const said = Object.fromEntries(
      [...(headers.authorization ?? '').matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]+))/g)].map(([, key, quoted, token]) => [
        key,
        quoted ?? token,
      ]),
    ) as Record<string, string>;
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const [who, what] = [md5(`${user}:${REALM}:${password}`), md5(`${method}:${said['uri']}`)];
    const expected = md5(`${who}:${this.nonce}:${said['nc']}:${said['cnonce']}:auth:${what}`);
    return said['username'] === user && said['nonce'] === this.nonce && said['response'] === expected;
  }
}

interface Question {
  searchID: string;
  searchResultPosition: number;
  maxResults: number;
  startTime: string;
  endTime: string;
}

function xmlOf(alert: object): string {
  const inner = (node: object): string =>
    Object.entries(node)
      .map(([key, value]) => `<${key}>${typeof value === 'object' ? inner(value as object) : String(value)}</${key}>`)
      .join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">\n${inner(alert)}\n</EventNotificationAlert>`;
}
