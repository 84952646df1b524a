import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HikvisionDevice } from './hikvision.js';
import { ZktecoDevice } from './zkteco.js';

const USAGE = `Plays a gate that delivers to a running Yizhan (docs/devices.md).

  npm run --silent simulate -- zkteco|hikvision --url http://10.8.0.2:8088 --students 2024010001,2024010002

  --url <url>         where Yizhan listens for devices (DEVICE_HOST, DEVICE_PORT)
  --students <list>   numbers of students, separated by commas; they go out and come in, one after the other
  --code <code>       what the device calls itself; default: SIM-ZK, SIM-HIK
  --key <key>         the key of the device, where it has one
  --passes <number>   how many go through; default: 20
  --every <ms>        time between two of them; default: 1000
  --body <kind>       hikvision: json, multipart or xml; default: multipart
  --mischief <list>   what goes wrong, separated by commas:
                      repeat   each record is sent twice
                      skip     every third is kept and not sent (hikvision: asked for at the address that is shown)
                      clock    the clock is ten minutes ahead
                      silence  it calls, and sends nothing
                      restart  half way its numbers begin anew`;

export const MISCHIEFS = ['repeat', 'skip', 'clock', 'silence', 'restart'] as const;
export type Mischief = (typeof MISCHIEFS)[number];

export interface Simulation {
  kind: 'zkteco' | 'hikvision';
  url: string;
  students: string[];
  mischief: Mischief[];
  code?: string | undefined;
  key?: string | undefined;
  passes?: number;
  everyMs?: number;
  body?: 'json' | 'multipart' | 'xml';
  now?: () => Date;
}

/** What both kinds of devices do. */
interface Gate {
  /** Where it answers questions. */
  address?: string;
  hello(): Promise<string>;
  /** Keeps that one went through; sends it as often. */
  pass(person: string, at: Date, inward: boolean, times: number): Promise<string>;
  restart(): void;
  close(): Promise<void>;
}

const USER = 'simulated';
const PASSWORD = 'simulated';

/** Plays a gate; tells what it does, line by line. */
export async function* simulate(o: Simulation): AsyncGenerator<string> {
  const { passes = 20, everyMs = 1000, students, mischief, now = () => new Date() } = o;
  const does = (one: Mischief): boolean => mischief.includes(one);
  const gate = o.kind === 'zkteco' ? zkteco(o) : await hikvision(o);
  try {
    yield `calls: ${await gate.hello()}`;
    if (gate.address) yield `can be asked at ${gate.address} as ${USER} with the password ${PASSWORD}`;
    for (let i = 0; i < passes; i++) {
      if (i > 0) await wait(everyMs);
      if (does('restart') && i === Math.floor(passes / 2)) {
        gate.restart();
        yield 'its numbers begin anew';
      }
      const person = students[i % students.length]!;
      const inward = Math.floor(i / students.length) % 2 === 1;
      const at = new Date(now().getTime() + (does('clock') ? 600_000 : 0));
      const kept = does('skip') && i % 3 === 1;
      const times = kept || does('silence') ? 0 : does('repeat') ? 2 : 1;
      if (does('silence')) yield `calls: ${await gate.hello()}`;
      else yield `${person} ${inward ? 'in' : 'out'}: ${await gate.pass(person, at, inward, times)}`;
    }
    // Asked for what was skipped, it has to be there still.
    if (gate.address && does('skip')) await wait(everyMs * 10);
  } finally {
    await gate.close();
  }
}

function zkteco({ url, code = 'SIM-ZK', key }: Simulation): Gate {
  const device = new ZktecoDevice(url, code);
  return {
    async hello() {
      const options = {
        options: 'all',
        pushver: '2.4.1',
        language: '83',
        ...(key !== undefined && { pushcommkey: key }),
      };
      return String((await device.get('cdata', options)).status);
    },
    async pass(person, at, inward, times) {
      const answers: string[] = [];
      const local = at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
      for (let i = 0; i < times; i++) answers.push((await device.attendance([[person, local, inward ? 0 : 1]])).text);
      return answers.join(', ') || 'kept';
    },
    restart: () => device.reset(),
    close: () => Promise.resolve(),
  };
}

async function hikvision({ url, code = 'SIM-HIK', key, body = 'multipart' }: Simulation): Promise<Gate> {
  const device = new HikvisionDevice(url, `/hikvision/${code}${key === undefined ? '' : `/${key}`}`);
  return {
    address: await device.answer(USER, PASSWORD),
    hello: async () => String(await device.heartbeat()),
    async pass(person, at, inward, times) {
      const time = `${at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).replace(' ', 'T')}+08:00`;
      const kept = device.record({ person, time, reader: inward ? 1 : 2 });
      const answers: number[] = [];
      for (let i = 0; i < times; i++) answers.push(await device.send(kept, body));
      return answers.join(', ') || 'kept';
    },
    restart: () => device.restart(),
    close: () => device.close(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...{ url: text, students: text, code: text, key: text, passes: text, every: text, body: text, mischief: text },
      },
    });
    const [kind] = positionals;
    const list = (value = ''): string[] => value.split(',').filter((one) => one !== '');
    const mischief = list(values.mischief);
    const wrong = mischief.find((one) => !(MISCHIEFS as readonly string[]).includes(one));
    const bodies = ['json', 'multipart', 'xml'];
    if ((kind !== 'zkteco' && kind !== 'hikvision') || !values.url || list(values.students).length === 0 || wrong)
      throw new Error(USAGE);
    if (values.body !== undefined && !bodies.includes(values.body)) throw new Error(USAGE);
    const told = simulate({
      ...{ kind, url: values.url, students: list(values.students), code: values.code, key: values.key },
      mischief: mischief as Mischief[],
      passes: Number(values.passes ?? 20),
      everyMs: Number(values.every ?? 1000),
      ...(values.body !== undefined && { body: values.body as 'json' }),
    });
    for await (const line of told) process.stdout.write(`${line}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
