import type { Bilingual } from './services.js';

/** What the groups of operations in the API's documents are for. */
export const TAGS: Readonly<Record<string, Bilingual>> = {
  absences: { zh: '离岗：谁不在、由谁代办', en: 'Absences: who is away, and who decides meanwhile' },
  activities: {
    zh: '活动：发布、签到码、核定名单',
    en: 'Activities: publishing them, codes to sign in with, who took part',
  },
  admissions: {
    zh: '发展党员：申请、二十五步与时间线',
    en: 'Admission to the Party: applications, the 25 steps, timelines',
  },
  'anonymous-tickets': {
    zh: '匿名工单：凭查询码查看与补充',
    en: 'Anonymous tickets: sent without a name, opened by a code',
  },
  applications: {
    zh: '办件：起草、预检、提交、办理、补正与复核',
    en: 'Applications for items of the catalogue: drafts, pre-check, decisions, corrections, replay',
  },
  appointments: { zh: '任职：谁对哪些单位的学生负责', en: 'Appointments: who answers for the students of which units' },
  archive: {
    zh: '成长档案：条目、谁可见、汇总、四个一百',
    en: 'Growth archives: entries, who sees them, what they come to, the four hundreds',
  },
  'archive-own-entries': {
    zh: '学生本人记录及其核实',
    en: 'What students record in their archives themselves, and its verification',
  },
  attendance: {
    zh: '考勤：各系统上报的出勤与缺勤，请假期间的缺勤不计旷课',
    en: 'Attendance, as systems of the school report it; leave excuses absences',
  },
  audit: {
    zh: '审计：谁对谁做了什么，以及记录是否完好',
    en: 'The audit: who did what to what, and whether it is whole',
  },
  bookables: {
    zh: '可预约的场地与接待时段及其规则',
    en: 'What can be booked, places and hours of staff, and by which rules',
  },
  bookings: {
    zh: '预约、候补、到场与爽约、日历订阅',
    en: 'Bookings: making them, waiting, who came, and calendars that show them',
  },
  books: {
    zh: '毕业纪念册：选内容、预览、制作、核验',
    en: 'Graduation books: choosing, previewing, making, verifying them',
  },
  calendar: { zh: '学期与工作日历（含调休）', en: 'Terms, and the workday calendar with moved days' },
  caseload: { zh: '师生比与人均带班', en: 'Ratio of counselors to students, and their caseload' },
  cases: {
    zh: '帮扶个案：立案、定级、专班、计划、记录、转接与结案',
    en: 'Care cases: opening, levels, teams, plans, entries, transfers, closing',
  },
  certificates: {
    zh: '证明：开具、核验、撤销',
    en: 'Certificates: issuing, verifying, revoking',
  },
  'clearance-lists': {
    zh: '报到、离校清单：起草、检查、开放、进度',
    en: 'Lists of what is cleared on arrival and departure: drafting, checking, opening them, how far they are',
  },
  clearances: {
    zh: '报到、离校办理：各部门并行办结、材料、缓办、批量与系统反馈',
    en: 'Clearances of students: sign-offs of departments, evidence, deferrals, many at once, results of systems',
  },
  clients: { zh: '接入应用及其密钥', en: 'Client applications and their secrets' },
  connectors: { zh: '与学校已有系统的对接', en: 'Connectors to systems that the school has' },
  consents: { zh: '本人对应用的授权：查看与撤回', en: "One's consents to apps: seeing and withdrawing them" },
  devices: { zh: '门禁设备及其故障', en: 'Gate devices and their outages' },
  digest: { zh: '每日提要', en: 'The digest of the day' },
  disputes: {
    zh: '学生异议：提出、复核、更正、再看一次',
    en: 'Disputes of students over what is recorded, or said, of them',
  },
  effects: {
    zh: '帮扶成效：与相似学生的差别',
    en: 'Effects of interventions: how students differ from similar students without them',
  },
  enrolments: {
    zh: '活动报名、候补、签到与参与更正',
    en: 'Enrolments in activities: waiting, signing in, corrections of who took part',
  },
  erasures: {
    zh: '依法删除学生个人信息：申请、撤销',
    en: "Erasure of students' personal data: asking for it, cancelling it",
  },
  evaluations: { zh: '试算：规则会对谁成立', en: 'Trying rules out: for whom one would hold' },
  files: { zh: '上传与下载文件', en: 'Handing files in, and downloading them' },
  grids: { zh: '网格的党支部覆盖（1+N）', en: 'Grids and the party branches that cover them (1+N)' },
  'group-leaves': {
    zh: '集体请假：一次申请、一次审批，每名学生各有一条请假',
    en: 'Leave for many students at once: one request, one decision, a leave for each',
  },
  'holiday-campaigns': {
    zh: '节假日去向登记：组织、进度、未登记的学生、提醒、导出',
    en: 'Registration for holidays: campaigns, how far they are, who is missing, reminders, sheets',
  },
  'holiday-registrations': {
    zh: '节假日去向登记：登记、留校审核、返校',
    en: 'Where students are over a holiday: registering, consent to staying, returns',
  },
  honours: { zh: '荣誉：登记、核实、查找', en: 'Honours of units and students: recording, verifying, finding them' },
  imports: { zh: '名册与场所的导入', en: 'Imports of rosters and places' },
  indicators: {
    zh: '办事指标：一次办结率、按时办结率、线上率、服务人次，附公式',
    en: 'Indicators of the service hall, each with its formula',
  },
  items: {
    zh: '服务事项目录：起草、检查、发布、停办、查找',
    en: 'Items of the service catalogue: drafting, checking, publishing, retiring, finding them',
  },
  jobs: { zh: '长任务的进度、结果与错误清单', en: 'Progress, results and error files of long work' },
  'late-passes': { zh: '晚归报备', en: 'Late passes: coming in after curfew on given evenings' },
  leaves: { zh: '请假：申请、审批、续假与销假', en: 'Leave: requests, decisions, extensions, returns' },
  me: { zh: '本人：能做什么', en: "One's own: what one may do" },
  members: { zh: '党员', en: 'Party members and their branches' },
  merges: { zh: '档案合并：一人两份档案合为一份，可撤销', en: 'Merging two records of one person, and undoing it' },
  'message-deliveries': { zh: '消息的送达情况', en: 'What became of messages' },
  'message-templates': { zh: '消息模板：起草、预览、发布', en: 'Templates of messages: drafts, previews, publishing' },
  messages: { zh: '本人的消息', en: 'Messages to oneself' },
  metrics: { zh: '指标目录', en: 'The catalogue of metrics' },
  'night-checks': { zh: '夜间核查：晚归与未归', en: 'Night checks: late and not returned' },
  notices: { zh: '给学生的告知', en: 'Notices: what students are told about themselves' },
  'notification-channels': { zh: '消息渠道与人员标识', en: 'Channels of messages, and who people are there' },
  'notification-preferences': { zh: '本人的接收方式', en: 'How one wants to be told' },
  observations: { zh: '观测数据的接收', en: 'Delivering observations' },
  oneroster: {
    zh: 'OneRoster 1.2 名册与成绩册接口：供外部系统读取单位、班级、人员，写入与读取成绩',
    en: 'OneRoster 1.2 rostering and gradebook: orgs, classes and people for systems of others, which write and read results',
  },
  operations: { zh: '事件投递的排查、重放与放弃', en: 'Deliveries of events: finding, replaying, discarding' },
  organisations: { zh: '学生组织与社团、任期', en: 'Organisations of students, and who is in them from when to when' },
  organizations: { zh: '党组织', en: 'Party organizations' },
  outcomes: { zh: '反馈：本人反映或所拟规则的进展', en: 'How things stand that one raised' },
  'own-data': { zh: '本人：被记录的数据与收到的提示', en: "One's own: what is recorded, and what rules say" },
  passes: { zh: '通行记录', en: 'Gate passes' },
  people: { zh: '学生与教职工', en: 'Students and staff' },
  places: { zh: '校区、楼栋、寝室与床位', en: 'Campuses, buildings, rooms and beds' },
  policies: { zh: '本校政策的各版本', en: "The school's own rules, as dated versions" },
  processing: {
    zh: '个人信息处理：告知、同意与反对',
    en: 'Kinds of processing: what students are told, their consents and objections',
  },
  portraits: {
    zh: '画像：学生本人各周的指标，群体每周公布的指标',
    en: 'Portraits: the metrics of a student week by week, and what is published of groups each week',
  },
  referrals: { zh: '反映：谁注意到了什么', en: 'Referrals: what people noticed of a student, trouble or praise' },
  'resource-offers': {
    zh: '资源推送：使用、谢绝、不再接收',
    en: 'Resources as students are offered them: taking up, declining, wanting none of a kind',
  },
  resources: {
    zh: '资源目录：党团、学业、就业创业、心理，及其匹配条件',
    en: 'The catalogue of resources, and whom each fits',
  },
  'round-entries': {
    zh: '参评：申请、推荐、打分、民主评议、结果与撤销',
    en: 'Entries of rounds: applying, nominating, marks, opinions of classes, results',
  },
  'round-objections': { zh: '公示异议及其处理', en: 'Objections while a public notice runs, and their decisions' },
  risk: {
    zh: '风险模型：训练、启用、漂移，学生分数的各部分',
    en: 'Risk models: training, use, drift, and the parts of a student’s score',
  },
  rounds: {
    zh: '评选批次：奖助、困难认定、转专业、综测，从草稿到公示与终审',
    en: 'Rounds of awards, aid, hardship, changes of the major and evaluations, from the draft to the result',
  },
  rules: { zh: '预警规则：起草、检查、发布、停用', en: 'Warning rules: drafting, checking, publishing, retiring' },
  runs: { zh: '预警运算', en: 'Runs of the rules' },
  sanctions: {
    zh: '处分：登记、送达、解除、撤销与申诉',
    en: 'Sanctions: recording, delivering, lifting and revoking them, and appeals against them',
  },
  sandbox: {
    zh: '沙箱：时钟与恢复原状（仅沙箱中有）',
    en: 'The sandbox: its clock, and putting it back (in a sandbox alone)',
  },
  scim: {
    zh: 'SCIM 2.0：教职工账号与单位',
    en: 'SCIM 2.0: accounts of staff, and their units',
  },
  'second-classroom': {
    zh: '第二课堂：成绩单、申报、公示与确认',
    en: 'The second classroom: transcripts, claims, public notice, confirmation',
  },
  showcase: {
    zh: '风采展示：活动、成果、推荐、评审、案例库与材料包',
    en: 'The showcase: campaigns, works, nominations, reviews, the case library, packs',
  },
  'signing-keys': { zh: '令牌签名密钥的轮换', en: 'Rotation of the keys that sign tokens' },
  sources: { zh: '数据源及其中断', en: 'Data sources and their silences' },
  students: { zh: '学生及对其负责的人员', en: 'Students and who answers for them' },
  supervisions: { zh: '督办：逾期个案逐级上报', en: 'Supervision: overdue care cases, up the line' },
  tasks: { zh: '待办：等待本人办理的审批', en: 'What waits for oneself: approvals of all kinds' },
  tickets: {
    zh: '工单：报修、咨询、投诉，分派、答复、办结与评价',
    en: 'Tickets: repairs, questions, complaints, and what departments do about them',
  },
  units: { zh: '学院、书院、班级、网格等单位', en: 'Colleges, academies, classes, grids and other units' },
  unreached: { zh: '未送达的紧急消息', en: 'Urgent messages that reached nobody' },
  volunteering: {
    zh: '志愿时长与星级志愿者：申请、公示、异议',
    en: 'Hours of volunteering and stars: applying, public notice, objections',
  },
  warnings: { zh: '预警：查看依据、研判、关闭', en: 'Warnings: evidence, triage, closing' },
  webhooks: { zh: '事件推送', en: 'Webhooks' },
  'work-study': {
    zh: '勤工助学：岗位、录用、排班、工资单',
    en: 'Work-study: posts, who has them, shifts, payrolls',
  },
};
