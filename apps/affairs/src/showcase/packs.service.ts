import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import yazl from 'yazl';
import { Actor, audit, requireSchool } from '#auth';
import { Database, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { type Cell, PLAIN_CSV, writeTable } from '#exchange';
import { Files, fileTable, type PutContent } from '#files';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { ShowcasePackRequestedV1 } from './pack-requested.event.js';
import { PACK_FILE, WORK_FILE } from './showcase.files.js';
import { ShowcaseNothingToPack } from './showcase.problems.js';
import { campaignById } from './showcase.queries.js';

/** A pack can be made anew: it is kept for so long. */
const KEPT_MS = 30 * 86_400_000;
const HEADER = ['序号', '单元', '标题', '所属单位', '摘要', '推荐理由', '工作成效', '附件数'];

interface Nominated {
  section: string;
  title: string;
  unit: string;
  abstract: string;
  body: string;
  reason: string;
  effect: string;
  files: { id: string; name: string; sha256: string }[];
}

/** A pack that is stored, and not the job's result yet. */
export interface Pack {
  content: PutContent;
  works: number;
  files: number;
}

/** A part of the pack: what the service writes, or the file of this id. */
interface Part {
  path: string;
  sha256: string;
  from: Buffer | string;
}

/**
 * What a school hands on to the ministry's platform, as one ZIP: a list, for each nominated work its text, recommendation form and
 * attachments, and `SHA256SUMS` of all of them (as `sha256sum -c` reads it). A file at a time passes through; none is held whole.
 */
@Injectable()
export class ShowcasePacks {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly files: Files,
    private readonly clock: CampusClock,
  ) {}

  request(actor: Actor, campaignId: string): Promise<JobDto> {
    requireSchool(actor, 'affairs:showcase:manage');
    return this.database.transaction(actor, async (tx) => {
      await campaignById(tx, campaignId);
      if ((await nominatedOf(tx, campaignId)).length === 0) throw new ShowcaseNothingToPack();
      const job = await this.jobs.create(tx, actor, 'affairs', 'showcase-pack');
      const { personId, app } = actor;
      await audit(tx, actor, { action: 'affairs.showcase.pack', subject: { kind: 'campaign', id: campaignId } });
      await this.events.publish(tx, new ShowcasePackRequestedV1({ jobId: job.id, campaignId, personId, app }));
      return JobDto.from(job);
    });
  }

  /** Makes the pack and stores it, outside of any transaction: it may be large. */
  async make({ jobId, campaignId }: ShowcasePackRequestedV1): Promise<Pack> {
    const works = await this.database.read((tx) => nominatedOf(tx, campaignId));
    const parts = await partsOf(works);
    const content = await this.files.putStream('affairs', this.zipOf(jobId, parts));
    return { content, works: works.length, files: parts.length };
  }

  /** The job's result names the file; it is downloaded as files are. */
  async record(tx: Tx, request: ShowcasePackRequestedV1, { content, works, files }: Pack): Promise<void> {
    const { jobId, campaignId, personId, app } = request;
    const file = await this.files.addPut(
      tx,
      { personId, app },
      content,
      { purpose: PACK_FILE, id: campaignId },
      { name: '推荐材料.zip', keepUntil: new Date(this.clock.now().getTime() + KEPT_MS) },
    );
    await this.jobs.succeed(tx, jobId, { works, files, fileId: file.id });
  }

  async giveUp(tx: Tx, jobId: string): Promise<void> {
    await this.jobs.giveUp(tx, jobId);
  }

  private zipOf(jobId: string, parts: readonly Part[]): Readable {
    const zip = new yazl.ZipFile();
    const out = zip.outputStream as Readable;
    void this.fill(zip, jobId, parts).catch((error: Error) => out.destroy(error));
    return out;
  }

  /** One after the other, as they are read. */
  private async fill(zip: yazl.ZipFile, jobId: string, parts: readonly Part[]): Promise<void> {
    const actor = Actor.system('affairs', jobId);
    const mtime = this.clock.now();
    for (const [i, { path, from }] of parts.entries()) {
      await this.jobs.progress(jobId, i, parts.length);
      if (typeof from !== 'string') {
        zip.addBuffer(from, path, { mtime });
        continue;
      }
      const { content } = await this.files.open(actor, 'affairs', from);
      const ended = new Promise((done, fail) => content.once('close', done).once('error', fail));
      // Pictures and videos are compressed already.
      zip.addReadStream(content, path, { compress: false, mtime });
      await ended;
    }
    zip.end();
  }
}

async function nominatedOf(tx: Tx, campaignId: string): Promise<Nominated[]> {
  return query<Nominated>(
    tx,
    sql`SELECT coalesce((SELECT s->'name'->>'zh' FROM jsonb_array_elements(c.sections) s WHERE s->>'key' = n.section), n.section) AS section,
               w.title, u.name AS unit, w.abstract, w.body, n.reason, n.effect,
               (SELECT coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'sha256', f.sha256) ORDER BY f.id), '[]')
                  FROM ${fileTable('affairs')} f WHERE f.subject_id = w.id AND f.purpose = ${WORK_FILE.name}) AS files
          FROM affairs.showcase_nomination n JOIN affairs.showcase_work w ON w.id = n.work_id
          JOIN affairs.showcase_campaign c ON c.id = n.campaign_id JOIN directory.published_unit_v1 u ON u.id = w.unit_id
         WHERE n.campaign_id = ${campaignId} AND n.withdrawn_at IS NULL ORDER BY n.school_place`,
  );
}

/** In the order in which they stand in the pack, the sums last. */
async function partsOf(works: readonly Nominated[]): Promise<Part[]> {
  const parts = [written('清单.csv', await listOf(works))];
  for (const [i, work] of works.entries()) {
    const folder = `${i + 1}-${safe(work.section)}`;
    parts.push(
      written(`${folder}/推荐表.txt`, formOf(work)),
      written(`${folder}/正文.txt`, `${work.title}\n\n${work.body}\n`),
    );
    for (const [n, { id, name, sha256 }] of work.files.entries())
      parts.push({ path: `${folder}/附件/${n + 1}-${safe(name)}`, sha256, from: id });
  }
  const sums = parts.map(({ sha256, path }) => `${sha256}  ${path}\n`).join('');
  return [...parts, written('SHA256SUMS', sums)];
}

function written(path: string, content: Buffer | string): Part {
  const from = Buffer.from(content as string);
  return { path, sha256: createHash('sha256').update(from).digest('hex'), from };
}

async function listOf(works: readonly Nominated[]): Promise<Buffer> {
  const rows = works.map(({ section, title, unit, abstract, reason, effect, files }, i): Cell[] => [
    ...[i + 1, section, title, unit, abstract, reason, effect, files.length],
  ]);
  const pieces: Buffer[] = [];
  for await (const piece of writeTable(lines([HEADER, ...rows]), PLAIN_CSV)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function* lines(rows: readonly (readonly Cell[])[]): AsyncGenerator<readonly Cell[]> {
  yield* rows;
}

function formOf({ section, title, unit, abstract, reason, effect }: Nominated): string {
  return [
    '高校“一站式”学生社区风采展示活动推荐表',
    ...[`单元：${section}`, `成果名称：${title}`, `所属单位：${unit}`, `摘要：${abstract}`],
    ...[`推荐理由：${reason}`, `工作成效：${effect}`, ''],
  ].join('\n\n');
}

/** A name of a file or folder, wherever it is unpacked. */
function safe(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{C}]/gu, '_').replace(/^\.+/, '_');
}
