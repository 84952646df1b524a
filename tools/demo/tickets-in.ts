import { addDays } from '#time';
import type { Api, Json, Progress } from './api.js';
import type { DemoCampus } from './campus.js';
import { idOf, type Ids } from './personas.js';

const TICKETS = '/affairs/v1/tickets';

interface Ticket extends Json {
  id: string;
  version: number;
}

/** What students reported, by how far it has come: of each, who does what with it. */
const STORIES: [kind: string, text: string, ...steps: [who: 'officer' | 'sender', verb: string, body?: object][]][] = [
  ['repair-electric', '走廊尽头的灯不亮'],
  ['repair-furniture', '书桌的抽屉拉不开', ['officer', 'take']],
  ['repair-network', '晚上十点以后连不上网', ['officer', 'answer', { text: '请问是有线还是无线？', asks: true }]],
  ['repair-electric', '插座没有电', ['officer', 'done', { text: '已更换插座' }]],
  [
    'repair-furniture',
    '窗户关不严',
    ['officer', 'answer', { text: '明天上午上门' }],
    ['officer', 'done', { text: '已换密封条' }],
    ['sender', 'confirm'],
    ['sender', 'rate', { rating: 5, comment: '来得很快' }],
  ],
  [
    'repair-electric',
    '热水器不出热水',
    ['officer', 'done', { text: '已修复' }],
    ['sender', 'reopen', { text: '晚上又没有热水了' }],
  ],
  ['repair-network', '借用的投影仪坏了', ['officer', 'refuse', { reason: '不属信息中心管理' }]],
  ['complaint-service', '窗口中午提前关门', ['officer', 'answer', { text: '已核实，正在调整值班' }]],
];

/** Tickets in several states, one kind of trouble reported three times, and an anonymous one. Returns how many. */
export async function bringInTickets(
  app: Api,
  officer: Api,
  student: Api,
  campus: DemoCampus,
  ids: Ids,
  progress: Progress,
): Promise<string> {
  const { data } = await app.get<{ data: { id: string }[] }>('/directory/v1/places?kind=building&limit=1');
  const placeId = data[0]!.id;
  const senders = campus.students.slice(0, 3).map(({ number }) => idOf(ids, number));
  const report = (n: number, kind: string, text: string): Promise<Ticket> =>
    app.post<Ticket>(
      TICKETS,
      { kind, text, placeId, studentId: senders[n % senders.length] },
      { key: `demo-ticket-${n}` },
    );
  for (const [n, [kind, text, ...steps]] of STORIES.entries()) {
    let ticket = await report(n, kind, text);
    for (const [i, [who, verb, body = {}]] of steps.entries()) {
      const options = { key: `demo-ticket-${n}-${i}`, version: ticket.version };
      ticket = await (who === 'officer' ? officer : app).post<Ticket>(`${TICKETS}/${ticket.id}/${verb}`, body, options);
    }
    progress(n, STORIES.length + 5, 'tickets');
  }
  const [main, ...others] = await Promise.all(
    [0, 1, 2].map((n) => report(STORIES.length + n, 'repair-lift', '电梯停在三楼不动')),
  );
  for (const { id, version } of others)
    await officer.post(`${TICKETS}/${id}/merge`, { mainId: main!.id }, { key: `demo-merge-${id}`, version });
  const anonymous = { kind: 'complaint-life', text: '食堂二楼的菜常常是凉的' };
  await app.post('/affairs/v1/anonymous-tickets', anonymous);
  const own = { kind: 'question-affairs', text: '缓考要在哪一天以前申请？' };
  await student.post(TICKETS, own, { key: 'demo-own-ticket' });
  return `${STORIES.length + 5} tickets`;
}

interface Campaign extends Json {
  id: string;
  version: number;
}

/** A campaign with a few works, two of them nominated. Returns how many. */
export async function bringInShowcase(officer: Api, today: string): Promise<string> {
  const rules = (first: number): object => ({
    title: '相伴·成长——学生社区风采展示',
    year: Number(today.slice(0, 4)),
    phases: {
      upload: { from: addDays(today, first), to: addDays(today, first + 60) },
      nominate: { from: addDays(today, first + 61), to: addDays(today, first + 90) },
      select: { from: addDays(today, first + 91), to: addDays(today, first + 120) },
    },
  });
  const campaigns = '/affairs/v1/showcase/campaigns';
  const { id } = await officer.post<Campaign>(campaigns, rules(-30), { key: 'demo-campaign' });
  const { data } = await officer.get<{ data: { id: string }[] }>('/directory/v1/units?kind=college&limit=3');
  const sections = [
    ['party', '楼栋里的党员先锋岗', '党员亮身份、进楼栋、解难题'],
    ['safety', '反诈进寝室', '一层一宣讲，一室一档案'],
    ['service', '一码报修', '报修、派单、评价一码完成'],
  ] as const;
  const works: Ticket[] = [];
  for (const [i, [section, title, abstract]] of sections.entries()) {
    const body = {
      campaignId: id,
      unitId: data[i % data.length]!.id,
      section,
      title,
      abstract,
      body: `${title}：${abstract}。`,
    };
    works.push(await officer.post<Ticket>('/affairs/v1/showcase/works', body, { key: `demo-work-${i}` }));
  }
  const { version } = await officer.get<Campaign>(`${campaigns}/${id}`);
  // Its days of nominating are now.
  if (version === 1) await officer.put(`${campaigns}/${id}`, rules(-65), version);
  for (const work of works.slice(0, 2)) {
    const form = { reason: '做法成体系，可复制', effect: '覆盖全部楼栋' };
    await officer.post(`/affairs/v1/showcase/works/${work.id}/nominations`, form, { key: `demo-nominate-${work.id}` });
  }
  return `${works.length} works of a showcase`;
}
