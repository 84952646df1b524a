import type { Expression, Feature, Predicate } from '../language/rule.js';
import { counted, p, type Template } from './template.js';

const RULES = { zh: '学生违纪处分规定', en: 'rules of discipline' };
const SCHOOL_C = { zh: 'C 校', en: 'school C' };
const SCHOOL_D = { zh: 'D 校', en: 'school D' };
const LADDER_SCHOOL = { zh: 'xsc.ahcbxy.edu.cn', en: 'xsc.ahcbxy.edu.cn' };
const LADDER_RULES = { zh: '晚归与未归处理规定', en: 'rules of late and missing returns' };

const absent: Feature = { ...counted('absent_hours', 'term', { exclude: ['leave'] }), unit: 'h' };
const EXEMPT: Feature['calendar'] = { exclude: ['leave', 'holiday', 'internship'] };
const nights = { late: counted('late_return', 'term', EXEMPT), away: counted('not_returned', 'term', EXEMPT) };

/** Three late returns are one night not returned; in late returns, so that all numbers are whole. */
const rung = (name: string, times: number): Predicate => {
  const late = p('late_for_one_not_returned', 3);
  const sum: Expression = { add: [{ mul: [late, { f: 'away' }] }, { f: 'late' }] };
  return { ge: [sum, { mul: [late, p(name, times)] }] };
};

const silentFor = (feature: string): Predicate => ({ ge: [{ f: feature }, p('lost_contact_hours', 24)] });
/** No trace in the window counts as silence; whether there are traces at all is asked beside it. */
const trace = (metric: string): Feature => ({
  metric,
  agg: 'hours_since_last',
  window: '30d',
  calendar: { pause: ['leave', 'holiday', 'internship'] },
  default: 720,
  unit: 'h',
});
const known = (metric: string, window: string): Feature => ({ metric, agg: 'count', window });

/** Ladders of absence (旷课), of late and missing returns, and lost contact (失联). */
export const ATTENDANCE: Template[] = [
  {
    rule: {
      id: 'attendance.school-c',
      title: { zh: '学期旷课（C 校）', en: 'Hours of absence in a term (school C)' },
      on: 'data',
      features: { absent },
      level: [
        { blue: { ge: [{ f: 'absent' }, p('c_notice', 1)] } },
        { yellow: { ge: [{ f: 'absent' }, p('c_warning', 11)] } },
        { orange: { ge: [{ f: 'absent' }, p('c_serious', 21)] } },
        { red: { ge: [{ f: 'absent' }, p('c_demerit', 31)] } },
      ],
      reason: {
        zh: '本学期旷课 {absent} 学时（蓝通报、黄警告、橙严重警告、红记过）',
        en: '{absent} hours of absence this term (blue notice, yellow warning, orange serious warning, red demerit)',
      },
    },
    source: { school: SCHOOL_C, document: RULES, mark: 'one_school' },
    note: {
      zh: '10 学时以内通报；41 学时以上见另一条规则',
      en: 'up to 10 hours a notice; from 41 hours on there is a rule of its own',
    },
  },
  {
    rule: {
      id: 'attendance.school-c-grave',
      title: { zh: '学期旷课达到留校察看（C 校）', en: 'Absence that means probation or expulsion (school C)' },
      on: 'data',
      features: { absent },
      level: [
        { orange: { ge: [{ f: 'absent' }, p('c_probation', 41)] } },
        { red: { gt: [{ f: 'absent' }, p('c_expulsion', 50)] } },
      ],
      reason: {
        zh: '本学期旷课 {absent} 学时（橙留校察看、红开除学籍）',
        en: '{absent} hours of absence this term (orange probation, red expulsion)',
      },
    },
    source: { school: SCHOOL_C, document: RULES, mark: 'one_school' },
    note: {
      zh: '六级处分分为两条规则，各自去重与研判',
      en: 'the six steps are two rules, each triaged for itself',
    },
  },
  {
    rule: {
      id: 'attendance.school-d',
      title: { zh: '学期旷课（D 校）', en: 'Hours of absence in a term (school D)' },
      features: {
        absent,
        attended: counted('class_attend', '14d'),
        // Nothing attended means something only where attendance is delivered.
        knownDays: known('class_attend', '120d'),
        week: { ...counted('absent_hours', '7d', { exclude: ['leave'] }), unit: 'h' },
        weekBefore: { ...counted('absent_hours', '7d', { exclude: ['leave'] }), offset: '7d', unit: 'h' },
      },
      level: [
        { yellow: { ge: [{ f: 'absent' }, p('d_warning', 10)] } },
        { orange: { ge: [{ f: 'absent' }, p('d_demerit', 31)] } },
        {
          red: {
            any: [
              { gt: [{ f: 'absent' }, p('d_withdrawal', 50)] },
              {
                all: [
                  { ge: [{ f: 'knownDays' }, p('d_attendance_known', 1)] },
                  { le: [{ f: 'attended' }, p('d_attended', 0)] },
                  { ge: [{ f: 'week' }, p('d_week', 1)] },
                  { ge: [{ f: 'weekBefore' }, p('d_week', 1)] },
                ],
              },
            ],
          },
        },
      ],
      reason: {
        zh: '本学期旷课 {absent} 学时，近两周到课 {attended} 节（黄警告、橙记过或留校察看、红退学）',
        en: '{absent} hours of absence this term, {attended} periods attended in two weeks (yellow warning, orange demerit or probation, red withdrawal)',
      },
    },
    source: { school: SCHOOL_D, document: RULES, mark: 'one_school' },
    note: {
      zh: '连续两周旷课：14 天没有到课且两个 7 天内都有旷课；近 120 天没有到课数据的不判',
      en: 'two weeks running: nothing attended in 14 days, with absence in both halves; not judged without attendance data in 120 days',
    },
  },
  {
    rule: {
      id: 'dorm.ladder',
      title: { zh: '晚归与未归累计', en: 'Late and missing returns of a term' },
      on: 'data',
      features: nights,
      level: [
        { blue: rung('not_returned_notice', 3) },
        { yellow: rung('not_returned_warning', 4) },
        { orange: rung('not_returned_serious', 5) },
        { red: rung('not_returned_demerit', 6) },
      ],
      reason: {
        zh: '本学期未归 {away} 晚、晚归 {late} 次（蓝通报并告知家长、黄警告、橙严重警告、红记过）',
        en: '{away} nights not returned and {late} late returns this term (blue notice and parents, yellow warning, orange serious warning, red demerit)',
      },
    },
    source: { school: LADDER_SCHOOL, document: LADDER_RULES, mark: 'one_school' },
    note: {
      zh: '晚归 3 次计未归 1 次；请假、假期、实习不计，活动证明与长期晚归许可由查寝核减',
      en: 'three late returns are one not returned; leave, holidays and internship do not count, and the night check excuses late passes',
    },
  },
  {
    rule: {
      id: 'dorm.ladder-grave',
      title: { zh: '未归达到留校察看', en: 'Missing returns that mean probation' },
      on: 'data',
      features: nights,
      level: 'red',
      when: rung('not_returned_probation', 7),
      reason: {
        zh: '本学期未归 {away} 晚、晚归 {late} 次，达到留校察看',
        en: '{away} nights not returned and {late} late returns this term: probation',
      },
    },
    source: { school: LADDER_SCHOOL, document: LADDER_RULES, mark: 'one_school' },
    note: { zh: '第五级单独成规则', en: 'the fifth step is a rule of its own' },
  },
  {
    rule: {
      id: 'dorm.no-awards',
      title: { zh: '影响评奖与资助', en: 'Bars awards and aid' },
      on: 'data',
      features: nights,
      level: 'blue',
      when: {
        any: [
          { ge: [{ f: 'late' }, p('late_bars_awards', 3)] },
          { ge: [{ f: 'away' }, p('not_returned_bars_awards', 1)] },
        ],
      },
      reason: {
        zh: '本学期晚归 {late} 次、未归 {away} 晚，不参加评奖与资助评定',
        en: '{late} late returns and {away} nights not returned this term: no awards or aid',
      },
    },
    source: { school: LADDER_SCHOOL, document: LADDER_RULES, mark: 'one_school' },
    note: { zh: '只提示，评定由人决定', en: 'a hint; people decide' },
  },
  {
    rule: {
      id: 'contact.lost',
      title: { zh: '疑似失联', en: 'Contact may be lost' },
      features: {
        card: trace('card_uses'),
        gate: trace('gate_passes'),
        net: trace('net_min'),
        login: trace('sso_logins'),
        knownCard: known('card_uses', '30d'),
        knownGate: known('gate_passes', '30d'),
        knownNet: known('net_min', '30d'),
        knownLogin: known('sso_logins', '30d'),
      },
      level: 'orange',
      when: {
        all: [
          silentFor('card'),
          silentFor('gate'),
          silentFor('net'),
          silentFor('login'),
          {
            ge: [
              { add: [{ f: 'knownCard' }, { f: 'knownGate' }, { f: 'knownNet' }, { f: 'knownLogin' }] },
              p('lost_contact_known_days', 1),
            ],
          },
          { not: { calendar: 'leave|holiday|internship' } },
        ],
      },
      reason: {
        zh: '刷卡 {card}、门禁 {gate}、上网 {net}、登录 {login} 小时无记录，请核实；不得作为唯一依据',
        en: 'no trace of card {card}, gate {gate}, network {net}, login {login} hours: please check; not the sole basis',
      },
      studentReason: {
        zh: '一整天没有你的校园记录，请与辅导员联系报平安',
        en: 'no trace of you on campus for a whole day: please tell your counselor that you are well',
      },
    },
    source: {
      school: { zh: '集美大学', en: 'Jimei University' },
      document: { zh: '失联预警做法', en: 'practice of lost-contact warnings' },
      mark: 'one_school',
    },
    note: {
      zh: '移动数据与尾随通行会造成误报；近 30 天从未有记录的学生不判',
      en: 'mobile data and tail-gating give false alarms; who left no trace in 30 days is not judged',
    },
  },
];
