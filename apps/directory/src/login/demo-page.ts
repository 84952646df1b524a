import type { Persona } from './demo.js';

/** The page with a link for each persona. Plain HTML: no script, no style, nothing loaded. */
export function demoPage(uid: string, personas: Persona[]): string {
  const links = personas.map(
    ({ name, zh, en }) =>
      `<li><a href="${escape(`${uid}/${name}`)}">${escape(zh)} · <span lang="en">${escape(en)}</span></a></li>`,
  );
  return `<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>一站 · 演示登录 / Yizhan demo login</title>
</head>
<body>
<main>
<h1>演示登录 <small lang="en">Demo login</small></h1>
<p>选择一个身份，即登录并授权。所有人物均为虚构。</p>
<p lang="en">Choose who to be: one click signs in and consents. All persons are synthetic.</p>
<ul>
${links.join('\n')}
</ul>
</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
