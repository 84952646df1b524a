import { allProblems } from '#problems';
import { type Guide, GUIDES, guideLink } from './guides.js';
import { escapeHtml, markdownToHtml } from './markdown.js';
import type { Language } from './problem-answer.js';

export interface Page {
  title: string;
  path: string;
  body: string;
  /** Style sheets and scripts beside the site's own. */
  head?: string;
}

/** `/`: what this is and where to go on; where the work page is, docs/site/work/main.js goes on from here. */
export function homeHtml(language: Language, { demo: isDemo, work }: { demo: boolean; work: boolean }): string {
  const zh = language === 'zh';
  const demo = zh
    ? '<p class="notice"><strong>演示校园</strong>：这里的 2,000 名学生及一切数据均为合成，没有真实的人。</p>'
    : '<p class="notice"><strong>Demo campus</strong>: its 2,000 students and all data are synthetic; nobody in it is real.</p>';
  const about = zh
    ? `<h1>一站：“一站式”学生社区的开源后端</h1>
<p>在学校已有的信息系统之上，用一套 REST API 承接服务事务、党建引领、队伍入驻、平安社区与预警帮扶。
师生使用的界面由校园应用提供，它们调用这套接口。</p>`
    : `<h1>Yizhan: the open-source backend of a One-Stop Student Community</h1>
<p>One REST API for student affairs, party-building, staffing, safety and early warning, on top of the information systems that
the school already has. The screens for students and staff are those of campus apps, which call this API.</p>`;
  const [first, docs, guides, problems, signIn] = zh
    ? ['编写第一个应用', '接口文档', '全部指南', '问题代码', '登录并试用接口']
    : ['Your first app', 'API documentation', 'All guides', 'Problem codes', 'Sign in and try the API'];
  const [enter, enterHelp] = zh
    ? [isDemo ? '选一个身份，办一件事' : '登录办事', '这是只调用接口的示例应用：待办、办事大厅、请假、证明。']
    : [
        isDemo ? 'Be somebody, and get something done' : 'Sign in',
        'An example app that knows nothing but the API: what waits for you, the service hall, leave, certificates.',
      ];
  const workPage = `<p class="enter" hidden><button id="sign-in" type="button" class="first">${enter}</button> ${enterHelp}</p>
<noscript><p>${zh ? '办事页需要启用 JavaScript。' : 'The work page needs JavaScript.'}</p></noscript>`;
  const machines = zh ? '给程序的地址' : 'Addresses for programs';
  const [discovery, health] = zh
    ? ['授权服务器元数据（RFC 8414）', '是否就绪']
    : ['Metadata of the authorization server (RFC 8414)', 'Whether it is ready'];
  const body = `${about}
${isDemo ? demo : ''}
${work ? workPage : ''}
<ul class="actions">
<li><a${work ? '' : ' class="first"'} href="/docs?lang=${language}">${docs}</a></li>
<li><a href="/docs/first-app?lang=${language}">${first}</a></li>
<li><a href="/docs/guides?lang=${language}">${guides}</a></li>
${isDemo ? `<li><a href="/docs?lang=${language}&amp;signin">${signIn}</a></li>` : ''}
<li><a href="/docs/problems?lang=${language}">${problems}</a></li>
</ul>
<h2>${machines}</h2>
<ul>
<li><a href="/.well-known/oauth-authorization-server/directory/oauth">/.well-known/oauth-authorization-server/directory/oauth</a> ${discovery}</li>
<li><a href="/health/ready">/health/ready</a> ${health}</li>
</ul>`;
  const head = work
    ? `<link rel="stylesheet" href="/docs/work/work.css">
<script type="module" src="/docs/work/main.js"></script>`
    : '';
  return pageHtml(language, {
    title: zh ? '一站' : 'Yizhan',
    path: '/',
    body: `<main class="text">${body}</main>`,
    head,
  });
}

/** `/docs`: Swagger UI; what it shows is said by docs/site/docs.js. */
export function docsHtml(language: Language): string {
  const zh = language === 'zh';
  const help = zh
    ? '点“Authorize”登录，或粘贴令牌；展开接口后点“Try it out”即可调用。'
    : 'Press “Authorize” to sign in, or to paste a token; open an operation and press “Try it out” to call it.';
  const elsewhere = zh ? '登录请打开' : 'To sign in, open';
  const head = `<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script defer src="/docs/assets/swagger-ui-bundle.js"></script>
<script defer src="/docs/assets/swagger-ui-standalone-preset.js"></script>
<script defer src="/docs/docs.js"></script>`;
  const body = `<p class="docs-help">${help} <span class="elsewhere" hidden>${elsewhere} <a href="/docs"></a></span></p>
<div id="swagger-ui"></div>`;
  return pageHtml(language, { title: zh ? '一站 接口文档' : 'Yizhan API', path: '/docs', body, head });
}

/** `/docs/guides`: what there is to read, by what one wants to do. */
export function guidesHtml(language: Language): string {
  const title = language === 'zh' ? '指南' : 'Guides';
  const items = Object.entries(GUIDES).map(
    ([name, text]) => `<li><a href="/docs/${name}?lang=${language}">${escapeHtml(text[language])}</a></li>`,
  );
  const body = `<main class="text"><h1>${title}</h1>\n<ul>\n${items.join('\n')}\n</ul></main>`;
  return pageHtml(language, { title, path: '/docs/guides', body });
}

/** A guide, with the address that this process is reached at. */
export function guideHtml(language: Language, guide: Guide, markdown: string, origin: string): string {
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? '';
  const body = markdownToHtml(markdown.replaceAll('http://127.0.0.1:3000', origin), guideLink);
  return pageHtml(language, { title, path: `/docs/${guide}`, body: `<main class="text">${body}</main>` });
}

export function problemsHtml(language: Language): string {
  const rows = allProblems().map(
    ({ code, status, zh, en }) =>
      `<tr id="${escapeHtml(code)}"><td><code>${escapeHtml(code)}</code></td><td>${status}</td><td>${escapeHtml(zh)}</td><td>${escapeHtml(en)}</td></tr>`,
  );
  const title = language === 'zh' ? '问题代码' : 'Problem codes';
  const body = `<main class="text"><h1>${title}</h1>
<div class="wide"><table>
<tr><th>code</th><th>status</th><th>中文</th><th>English</th></tr>
${rows.join('\n')}
</table></div></main>`;
  return pageHtml(language, { title, path: '/docs/problems', body });
}

/** A page of Yizhan: header, body, its language, and a link to the other one. */
export function pageHtml(language: Language, { title, path, body, head = '' }: Page): string {
  const zh = language === 'zh';
  const [home, docs, guides, problems] = zh
    ? ['一站 Yizhan', '接口文档', '指南', '问题代码']
    : ['一站 Yizhan', 'API', 'Guides', 'Problem codes'];
  const other = zh
    ? `<a class="language" href="${path}?lang=en" lang="en">English</a>`
    : `<a class="language" href="${path}?lang=zh" lang="zh">中文</a>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
${head}
<link rel="stylesheet" href="/docs/site.css">
</head>
<body>
<header class="site">
<a class="name" href="/?lang=${language}">${home}</a>
<a href="/docs?lang=${language}">${docs}</a>
<a href="/docs/guides?lang=${language}">${guides}</a>
<a href="/docs/problems?lang=${language}">${problems}</a>
${other}
</header>
${body}
</body>
</html>
`;
}
