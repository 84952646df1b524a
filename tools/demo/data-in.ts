import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { SERVICE_NAMES } from '#contracts';
import { type Api, type Job, type Progress } from './api.js';
import type { DemoCampus } from './campus.js';
import type { DemoFiles } from './generate.js';
import { gateOf, type PassRecord } from './passes.js';
import { count } from './steps.js';

const AT_ONCE = 2;
/** Events that may wait: a batch has twenty, so that one is handled while the next is being delivered. */
const BACKLOG = 30;
const POLL_MS = 150;
const POLLS_TO_DEAD = 40;

interface Rejected {
  pointer: string;
  en: string;
}

/** Gates announce themselves with their first record, and are approved. */
export async function registerGates(api: Api, dir: string, files: DemoFiles, campus: DemoCampus): Promise<void> {
  const { passes } = JSON.parse(await readFile(`${dir}/${files.passes[0]}`, 'utf8')) as { passes: PassRecord[] };
  const gates = new Set(campus.academies.map(({ building }) => gateOf(building)));
  const first = passes.filter(({ deviceCode }) => gates.delete(deviceCode));
  await api.post('/safety/v1/passes/batches', { passes: first });
  const pending = await api.all<{ id: string; code: string }>('/safety/v1/devices?status=pending');
  for (const { building, name } of campus.academies) {
    const gate = pending.find(({ code }) => code === gateOf(building));
    if (!gate) continue;
    await api.post(`/safety/v1/devices/${gate.id}/approve`, {
      buildingCode: building,
      directionMode: 'both',
      name: `${name}大门`,
    });
  }
}

/** One batch after the other, and never far ahead of those who hear of the passes. */
export async function bringInPasses(api: Api, dir: string, files: DemoFiles, progress: Progress): Promise<string> {
  let taken = 0;
  for (const [done, name] of files.passes.entries()) {
    const body = await readFile(`${dir}/${name}`, 'utf8');
    const answer = await api.post<PassAnswer>('/safety/v1/passes/batches', body);
    refuse(answer.rejected, 'pass');
    taken += answer.accepted + answer.duplicates;
    progress(done + 1, files.passes.length, `batches, ${count(taken)} passes`);
    for (const listener of ['affairs', 'early-warning']) await openBelow(api, listener, BACKLOG);
  }
  return `${count(taken)} passes`;
}

interface PassAnswer {
  accepted: number;
  duplicates: number;
  rejected: Rejected[];
}

/** Waits until fewer than so many events for a service are open. */
async function openBelow(api: Api, service: string, most: number): Promise<void> {
  for (let polls = 1; ; polls++) {
    const { data } = await api.get<{ data: unknown[] }>(`/${service}/v1/deliveries?dead=false&limit=${most}`);
    if (data.length < most) return;
    await wait(POLL_MS);
    if (polls % POLLS_TO_DEAD === 0) await api.assertAlive(service);
  }
}

export async function bringInObservations(
  api: Api,
  dir: string,
  files: DemoFiles,
  progress: Progress,
): Promise<string> {
  let taken = 0;
  await eachFile(files.observations, dir, async (body, done) => {
    const answer = await api.post<{ accepted: number; rejected: Rejected[] }>(
      '/early-warning/v1/observations/batches',
      body,
    );
    refuse(answer.rejected, 'observation');
    taken += answer.accepted;
    progress(done, files.observations.length, `batches, ${count(taken)} observations`);
  });
  return `${count(taken)} observations`;
}

/** Sends each file as the body of a request, two at a time. `done` counts them. */
async function eachFile(
  names: string[],
  dir: string,
  send: (body: string, done: number) => Promise<void>,
): Promise<void> {
  const waiting = [...names];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      await send(await readFile(`${dir}/${name}`, 'utf8'), ++done);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function refuse(rejected: Rejected[], what: string): void {
  const [first] = rejected;
  if (first) throw new Error(`${rejected.length} rows were refused; the first ${what}: ${first.pointer} ${first.en}`);
}

/** Waits until no service has an event open any more. */
export async function handled(api: Api, progress: Progress): Promise<string> {
  for (const service of SERVICE_NAMES) {
    progress(0, 0, `events for ${service}`);
    await openBelow(api, service, 1);
    await api.assertAlive(service);
  }
  return 'all handled';
}

/** Checks the nights of a range, both inclusive. */
export async function checkNights(api: Api, from: string, to: string, progress: Progress): Promise<void> {
  const job = await api.post<Job>('/safety/v1/night-checks', { night: from, to });
  await api.finish('safety', job, 'nights', progress);
}

/** Runs all rules as of the last day of the data. */
export async function runRules(api: Api, asOf: string, progress: Progress): Promise<void> {
  const job = await api.post<Job>('/early-warning/v1/runs', { asOf });
  await api.finish('early-warning', job, 'rules', progress);
}
