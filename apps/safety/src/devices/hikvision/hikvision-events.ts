import { createHash } from 'node:crypto';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { Direction } from '../../passes/pass.entity.js';

/** An event of a door, whether it was pushed or asked for; nothing of it but what a pass needs. */
export interface DoorEvent {
  /** Null: the device does not number it. */
  serial: number | null;
  front: number | null;
  /** `major/minor`, e.g. `5/75`. */
  kind: string;
  at: string;
  employeeNo: string;
  cardNo: string;
  reader: string;
  attendanceStatus: string;
  /** It happened while the device could not reach us. */
  replayed: boolean;
}

/** What a device tells with a call. */
export interface Notification {
  /** Its MAC address, `44:19:b6:00:00:01`; undefined: it does not say. */
  mac: string | undefined;
  /** `AccessControllerEvent`, `heartBeat`, `videoloss`, … */
  type: string;
  /** It says no more than that the device is there. */
  isHeartbeat: boolean;
  /** Undefined: a heartbeat, or an event of another kind. */
  door: DoorEvent | undefined;
}

type Node = Record<string, unknown>;

const DEPTH = 8;
const TYPE = /^\w{1,64}$/;
const MAC = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;
const DIRECTIONS: Readonly<Record<string, Direction>> = {
  checkin: 'in',
  checkout: 'out',
  breakin: 'in',
  breakout: 'out',
  overtimein: 'in',
  overtimeout: 'out',
};

/** Reads `EventNotificationAlert` in JSON or XML; undefined: it is none, or not well-formed. */
export function readNotification(text: string): Notification | undefined {
  const node = readNode(text.trim());
  if (!node) return undefined;
  const type = textOf(node['eventType']);
  if (!TYPE.test(type)) return undefined;
  const mac = textOf(node['macAddress']);
  const event = node['AccessControllerEvent'];
  const isHeartbeat = textOf(node['eventState']).toLowerCase() === 'inactive' || type.toLowerCase() === 'heartbeat';
  const door =
    !isHeartbeat && isNode(event)
      ? doorEvent(event, textOf(node['dateTime']), [event['majorEventType'], event['subEventType']])
      : undefined;
  return { mac: MAC.test(mac) ? mac.toLowerCase().replaceAll('-', ':') : undefined, type, isHeartbeat, door };
}

/** Reads an item of `InfoList` in the answer to `AcsEvent`. */
export function readListed(item: unknown): DoorEvent | undefined {
  return isNode(item) ? doorEvent(item, textOf(item['time']), [item['major'], item['minor']]) : undefined;
}

/** The id under which an event is stored: its number, or what it is made of. */
export function recordIdOf({ serial, kind, at, employeeNo, cardNo }: DoorEvent): string {
  if (serial !== null) return String(serial);
  const hash = createHash('sha256').update(`${kind}\t${employeeNo}\t${cardNo}`).digest('hex').slice(0, 16);
  return `${at.replace(/\D/g, '').slice(0, 14)}-${hash}`;
}

/** Which way the person said they went, with a key of the terminal. */
export function saidDirection({ attendanceStatus }: DoorEvent): Direction | undefined {
  return DIRECTIONS[attendanceStatus.toLowerCase()];
}

function doorEvent(event: Node, at: string, [major, minor]: [unknown, unknown]): DoorEvent {
  return {
    serial: numberOf(event['serialNo']),
    front: wholeOf(event['frontSerialNo']),
    kind: `${wholeOf(major) ?? 'none'}/${wholeOf(minor) ?? 'none'}`,
    at,
    employeeNo: textOf(event['employeeNoString']) || textOf(event['employeeNo']),
    cardNo: textOf(event['cardNo']),
    reader: textOf(event['cardReaderNo']),
    attendanceStatus: textOf(event['attendanceStatus']),
    replayed: textOf(event['currentEvent']) === 'false',
  };
}

/** 0 says that there is no number. */
function numberOf(value: unknown): number | null {
  return wholeOf(value) || null;
}

function wholeOf(value: unknown): number | null {
  const text = textOf(value);
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readNode(text: string): Node | undefined {
  try {
    const node: unknown = text.startsWith('<') ? readXml(text) : JSON.parse(text);
    if (!isNode(node)) return undefined;
    const inner = node['EventNotificationAlert'];
    return isNode(inner) ? inner : node;
  } catch {
    return undefined;
  }
}

/** XML as an object: elements by their local names, the last of a name counts. Throws for a DTD, which no event has. */
function readXml(xml: string): Node {
  const root: Node = {};
  const path: Node[] = [root];
  let content = '';
  const parser = new SaxesParser();
  parser.on('doctype', () => {
    throw new Error('a DTD');
  });
  parser.on('text', (text) => (content += text));
  parser.on('cdata', (text) => (content += text));
  parser.on('opentag', ({ name }: SaxesTagPlain) => {
    if (path.length > DEPTH) throw new Error('too deep');
    const node: Node = {};
    define(path.at(-1)!, name, node);
    path.push(node);
    content = '';
  });
  parser.on('closetag', ({ name }: SaxesTagPlain) => {
    const node = path.pop()!;
    if (Object.keys(node).length === 0) define(path.at(-1)!, name, content.trim());
    content = '';
  });
  parser.write(xml).close();
  return root;
}

/** `__proto__` is an element like another. */
function define(node: Node, name: string, value: unknown): void {
  const key = name.slice(name.indexOf(':') + 1);
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
}
