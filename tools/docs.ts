import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { allEvents, type EventClass, SERVICE_NAMES, SERVICES } from '#contracts';
import { allProblems } from '#problems';
import { type Aggregate, AGGREGATES, factsOf } from '#rule-language';
import { definitionErrors, pictureOf, tableOf } from '#workflow';
import { extensionFlow, leaveFlow } from '../apps/affairs/src/leave/leave.flow.js';
import { LeavePolicy } from '../apps/affairs/src/leave/leave.policy.js';
import { services } from '../apps/campus/src/services.js';
import { type ClassText, envExample, textsOfClasses } from './generated/source-texts.js';
import { fieldsOf } from './generated/event-fields.js';
import { type Files, writeWhenMain } from './generated/files.js';

const NOTE = '<!-- Written by `npm run events:doc`. Change the source and run it again. -->';

const PROMISE = `## What is promised

- An event is written in the transaction of the change it tells of: there is no change without its event, and no event without its change.
- Each consumer gets every event **at least once**, and its effect in that consumer's data happens **exactly once**: the delivery
  is marked as handled in the transaction of the effect.
- There is **no order between aggregates**. Events of one aggregate take effect in the order of their versions.
- PostgreSQL is the only truth (\`events.event\`, \`events.delivery\`). Redis only wakes consumers up, and holds ids alone: emptied at
  any time it loses no effect, and no personal data ever enters it.
- A delivery that fails, or ends the process that handles it, is tried 8 times with growing pauses. Then it is *dead*: listed under \`/<service>/v1/deliveries\`, alerting,
  and replayed or discarded by an operator. Other deliveries flow on; later ones of the same aggregate wait.
- What is dead is an answer: where the consumer declares \`@OnDead\`, whoever waits for the effect is told that there will be none (a job ends
  as failed), at least once and with one effect. A delivery that is replayed first is not told of.
- A **timer** is an event with a due date, set, moved and cancelled in the transaction of the change it follows from. It is published once,
  never early by the clock of PostgreSQL, within seconds of its time where a worker of its service runs, and late rather than never.
- A change to an event only adds to it. Anything else is a new event with the next \`.v<N>\`.
- The payload is validated when it is published and when it is received. Facts that come in bulk travel in bulk.`;

const FLOWS = `A kind of case is decided by a *definition*: data that says who signs which step, and what happens then. Every case keeps the version it
began under. The pages below are those that ship with the house; a school's own come from its policies.

In every step, whoever is to sign can also hand it on (转办), ask somebody else first (委派, the answer comes back), or add a signer before,
after or beside themselves (加签); a move can be taken back (拿回) until the next has acted; the initiator can withdraw, and urge. Nobody decides
on their own matter. A step that nobody can sign goes to its stand-in. \`actions\` of each answer says what its reader may do now, or why not.`;

/** `npm run events:doc`: docs/events.md, docs/problems.md, docs/workflows.md, the tables of aggregates in docs/rules.md and .env.example, from the code. */
export async function docFiles(): Promise<Files> {
  return {
    'docs/events.md': eventsPage(await textsOfClasses()),
    'docs/problems.md': problemsPage(),
    'docs/rules.md': await withAggregates('docs/rules.md', 'may have'),
    'docs/rules.zh-CN.md': await withAggregates('docs/rules.zh-CN.md', '可以有'),
    'docs/workflows.md': workflowsPage(),
    '.env.example': await envExample(),
  };
}

function eventsPage(texts: Map<string, ClassText>): string {
  const hosted = new Set<string>(services.map(({ name }) => name));
  const parts = SERVICE_NAMES.filter((name) => hosted.has(name)).flatMap((service) => {
    const events = allEvents()
      .filter(({ options }) => options.name.startsWith(`${service}.`))
      .sort((a, b) => (a.options.name < b.options.name ? -1 : 1));
    if (events.length === 0) return [];
    return [
      `## ${service}\n\n${SERVICES[service].zh} / ${SERVICES[service].en}`,
      ...events.map((e) => eventPart(e, texts)),
    ];
  });
  return `${[NOTE, '# Events', PROMISE, ...parts].join('\n\n')}\n`;
}

function eventPart(
  { eventClass, options }: ReturnType<typeof allEvents>[number],
  texts: Map<string, ClassText>,
): string {
  const { name, consumers, long } = options;
  const facts = [
    `Consumers: ${consumers.length > 0 ? consumers.join(', ') : 'none inside; it is in the log for others'}.`,
    ...(long ? ['Handled in a transaction of its own.'] : []),
  ];
  return [`### \`${name}\``, textOf(eventClass, texts).comment, facts.join(' '), payloadTables(eventClass, texts)].join(
    '\n\n',
  );
}

/** The table of a class, followed by those of the classes it contains. */
function payloadTables(eventClass: EventClass, texts: Map<string, ClassText>): string {
  const fields = fieldsOf(eventClass);
  const rows = fields.map(({ name, type, optional }) => {
    const comment = commentOf(eventClass, name, texts);
    return `| \`${name}\`${optional ? ' (optional)' : ''} | ${cell(type)} | ${cell(comment)} |`;
  });
  const table = ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
  const inner = fields.flatMap(({ of }) => (of ? [`\`${of.name}\`:\n\n${payloadTables(of, texts)}`] : []));
  return [table, ...inner].join('\n\n');
}

function textOf(eventClass: EventClass, texts: Map<string, ClassText>): ClassText {
  const text = texts.get(eventClass.name);
  if (!text)
    throw new Error(
      `The source of ${eventClass.name} was not found (tools/generated/source-texts.ts says where it looks)`,
    );
  return text;
}

/** The comment of a field, which may stand in a class above. */
function commentOf(eventClass: EventClass, field: string, texts: Map<string, ClassText>): string {
  for (let at: EventClass = eventClass; at.name; at = Object.getPrototypeOf(at) as EventClass) {
    const comment = texts.get(at.name)?.fields.get(field);
    if (comment) return comment;
  }
  return '';
}

function problemsPage(): string {
  const rows = allProblems().map(
    ({ code, status, zh, en }) => `| <a id="${code}"></a>\`${code}\` | ${status} | ${cell(zh)} | ${cell(en)} |`,
  );
  return [
    NOTE,
    '\n# Problems\n',
    'Every error is answered as `application/problem+json` (RFC 9457). `code` never changes once published; `title` and `detail` come in',
    'Chinese or English, by `Accept-Language`. `{…}` stands for what the occurrence fills in. A running server shows the same list at `/docs/problems`.\n',
    '| code | status | 中文 | English |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** A page with the rows of its table of aggregates made anew. */
async function withAggregates(page: string, mayHave: string): Promise<string> {
  const rows = (Object.keys(AGGREGATES) as Aggregate[]).map((agg) => {
    const { zh, en, where, baseline } = factsOf(agg);
    const needs = where === 'optional' ? `${mayHave} \`where\`` : where ? '`where`' : baseline ? '`baseline`' : '';
    return `| ${[`\`${agg}\``, cell(zh), cell(en), needs].join(' | ')} |`.replace('|  |', '| |');
  });
  return (await readFile(page, 'utf8')).replace(
    /(\n\| `agg` \|.*\n\|[-|]+\n)(?:\|.*\n)*/,
    (_, head: string) => `${head}${rows.join('\n')}\n`,
  );
}

function workflowsPage(): string {
  const policy = new LeavePolicy();
  const parts = [leaveFlow(policy), extensionFlow(policy)].map((definition) => {
    const errors = definitionErrors(definition, []);
    if (errors.length > 0) throw new Error(`${definition.key} cannot be published: ${JSON.stringify(errors)}`);
    const { key, name } = definition;
    const picture = ['```mermaid', pictureOf(definition), '```'].join('\n');
    return [`## ${name.zh} / ${name.en}: \`${key}\``, tableOf(definition), picture].join('\n\n');
  });
  return `${[NOTE, '# Approval flows', FLOWS, ...parts].join('\n\n')}\n`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
}

await writeWhenMain(import.meta.url, docFiles);
