import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bilingual } from '#contracts';
import type { Language } from './problem-answer.js';

/** The guides at `/docs/<name>`, in the order in which they are listed, by what one wants to do. */
export const GUIDES = {
  'first-app': { zh: '编写第一个应用', en: 'Write a first app' },
  sdk: { zh: '用 TypeScript SDK 调用', en: 'Call it with the TypeScript SDK' },
  sandbox: { zh: '在沙箱中调试', en: 'Try an app on a sandbox' },
  webhooks: { zh: '有事发生时得到通知（Webhook）', en: 'Be told when something happens (webhooks)' },
  importing: { zh: '导入学校自己的数据', en: "Bring the school's own data in" },
  connecting: { zh: '对接学生信息系统', en: 'Connect a student information system' },
  devices: { zh: '接入门禁设备', en: 'Connect gate devices' },
  oneroster: { zh: '以 OneRoster 取得名册', en: 'Get the roster as OneRoster' },
  scim: { zh: '以 SCIM 开通教职工账号', en: 'Provision accounts of staff by SCIM' },
  notifications: { zh: '设置消息渠道与模板', en: 'Set up channels and templates of messages' },
  catalogue: { zh: '增加一个办事事项', en: 'Add an item to the service hall' },
  rules: { zh: '编写预警规则', en: 'Write warning rules' },
  cases: { zh: '从预警到帮扶', en: 'From a warning to a person helped' },
  portraits: { zh: '读懂学生画像', en: 'Read portraits' },
  deploying: { zh: '部署与运行', en: 'Deploy and run it' },
  changelog: { zh: '变更与弃用', en: 'Changes and deprecations' },
} as const satisfies Record<string, Bilingual>;

export type Guide = keyof typeof GUIDES;

/** Of the project: beside libs/, or beside dist/ when compiled. */
const ROOT = ['../../', '../../../']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(`${path}docs/site/site.css`))!;

const DOCS = `${ROOT}docs/`;

/** Where the pages' own files are. */
export const SITE = `${DOCS}site/`;

/** Pictures of the guides, at `/docs/<name>`. */
export const PICTURES = readdirSync(DOCS).filter((name) => name.endsWith('.svg'));

export function readPicture(name: string): string {
  return readFileSync(`${DOCS}${name}`, 'utf8');
}

/** Markdown of a guide. */
export function readGuide(guide: Guide, language: Language): string {
  if (guide === 'changelog') return readFileSync(`${ROOT}CHANGELOG.md`, 'utf8'); // in both languages
  return readFileSync(`${DOCS}${guide}${language === 'zh' ? '.zh-CN' : ''}.md`, 'utf8');
}

/** Guides link each other as files; those that are pages here are linked as such. */
export function guideLink(target: string): string {
  if (PICTURES.includes(target)) return `/docs/${target}`;
  const [, name = '', chinese, anchor = ''] = /^(?:docs\/)?([\w-]+)(\.zh-CN)?\.md(#.*)?$/.exec(target) ?? [];
  if (!Object.hasOwn(GUIDES, name)) return target;
  return `/docs/${name}?lang=${chinese ? 'zh' : 'en'}${anchor}`;
}
