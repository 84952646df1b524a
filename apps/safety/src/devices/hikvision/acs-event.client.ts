import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import { Config } from '#config';
import type { GapProblem } from '../gaps/gap.entity.js';
import { deviceUrl, networksOf, type Networks } from '../listener/networks.js';
import { type Credentials, digestAuthorization, isStale } from './digest.js';
import { type DoorEvent, readListed } from './hikvision-events.js';

const PATH = '/ISAPI/AccessControl/AcsEvent?format=json';
/** More than this no device gives at once. */
const PAGE = 30;
const WAIT_MS = 20_000;
const ANSWER_BYTES = 1_048_576;

/** It could not be asked. */
export class AskFailed extends Error {
  constructor(readonly problem: GapProblem) {
    super(problem);
  }
}

export interface AcsQuestion {
  /** The same for all pages of an answer. */
  searchId: string;
  position: number;
  from: Date;
  to: Date;
  /** IANA zone of the device: some of them read local times alone. */
  zone: string;
}

export interface AcsPage {
  /** How many events the page has, whatever they are. */
  listed: number;
  doors: DoorEvent[];
  more: boolean;
}

/** Asks a device for events that it has kept (ISAPI AcsEvent). Only addresses in the networks of devices are asked, and no name is looked up. */
@Injectable()
export class AcsEvents {
  private readonly networks: Networks;

  constructor(config: Config) {
    this.networks = networksOf(config.deviceNetworks);
  }

  /** A page of the events between two times. Throws AskFailed. */
  async page(url: string, as: Credentials, { searchId, position, from, to, zone }: AcsQuestion): Promise<AcsPage> {
    const origin = deviceUrl(this.networks, url);
    if (!origin) throw new AskFailed('address');
    const at = (instant: Date): string => DateTime.fromJSDate(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ssZZ");
    const AcsEventCond = {
      searchID: searchId,
      searchResultPosition: position,
      maxResults: PAGE,
      major: 5,
      minor: 0,
      startTime: at(from),
      endTime: at(to),
    };
    const text = await this.ask(origin, as, JSON.stringify({ AcsEventCond }));
    return readPage(text);
  }

  private async ask(origin: string, as: Credentials, body: string): Promise<string> {
    const first = await post(origin, body);
    if (first.status !== 401) return textOf(first);
    const second = await answered(origin, body, as, first);
    return textOf(
      second.status === 401 && isStale(second.challenges) ? await answered(origin, body, as, second) : second,
    );
  }
}

interface Answer {
  status: number;
  challenges: string[];
  text: string;
}

function answered(origin: string, body: string, as: Credentials, { challenges }: Answer): Promise<Answer> {
  const authorization = digestAuthorization(challenges, { method: 'POST', uri: PATH }, as);
  if (!authorization) throw new AskFailed('credentials');
  return post(origin, body, authorization);
}

function textOf({ status, text }: Answer): string {
  if (status === 401 || status === 403) throw new AskFailed('credentials');
  if (status !== 200) throw new AskFailed('answer');
  return text;
}

async function post(origin: string, body: string, authorization?: string): Promise<Answer> {
  const send = origin.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(authorization !== undefined && { authorization }),
  };
  try {
    const signal = AbortSignal.timeout(WAIT_MS);
    const asked = send(new URL(PATH, origin), { method: 'POST', agent: false, signal, headers });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of answer) {
      bytes += (part as Buffer).length;
      if (bytes > ANSWER_BYTES) throw new AskFailed('answer');
      parts.push(part as Buffer);
    }
    const challenges = answer.headersDistinct['www-authenticate'] ?? [];
    return { status: answer.statusCode!, challenges, text: Buffer.concat(parts).toString('utf8') };
  } catch (error) {
    throw error instanceof AskFailed ? error : new AskFailed('unreachable');
  }
}

/** Reads the answer to `AcsEvent`. Throws AskFailed; also where there should be more and nothing came. */
export function readPage(text: string): AcsPage {
  let answer: { responseStatusStrg?: unknown; InfoList?: unknown } | undefined;
  try {
    answer = (JSON.parse(text) as { AcsEvent?: typeof answer } | null)?.AcsEvent;
  } catch {
    // Told below.
  }
  const status = answer?.responseStatusStrg;
  const list: unknown[] = Array.isArray(answer?.InfoList) ? answer.InfoList : [];
  const more = status === 'MORE';
  if (!more && status !== 'OK' && status !== 'NO MATCH') throw new AskFailed('answer');
  if (more && list.length === 0) throw new AskFailed('answer');
  return { listed: list.length, doors: list.map(readListed).filter((door) => door !== undefined), more };
}
