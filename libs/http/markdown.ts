/**
 * HTML of our own guides. Knows what they use: headings, paragraphs, lists, tables, fenced code, `code`, **bold**, links, pictures.
 * Text is escaped; a link leads to http(s), a path or a heading, and one to another file is its text. Links between guides (`first-app.zh-CN.md`) are left to `link`.
 */
export function markdownToHtml(markdown: string, link: (target: string) => string = (target) => target): string {
  const lines = markdown.replace(/<!--[^]*?-->\n?/g, '').split('\n');
  const html: string[] = [];
  const inline = (text: string): string => inlineHtml(text, link);
  while (lines.length > 0) {
    const line = lines.shift()!;
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    if (line.startsWith('```')) {
      html.push(`<pre><code>${escapeHtml(takeUntil(lines, (next) => next === '```').join('\n'))}</code></pre>`);
      lines.shift();
    } else if (heading) {
      const level = heading[1]!.length;
      html.push(`<h${level}>${inline(heading[2]!)}</h${level}>`);
    } else if (line.startsWith('|')) {
      html.push(table([line, ...takeUntil(lines, (next) => !next.startsWith('|'))], inline));
    } else if (isItem(line)) {
      lines.unshift(line);
      html.push(
        list(
          takeUntil(lines, (next) => !isItem(next) && !next.startsWith('  ')),
          inline,
        ),
      );
    } else if (line.trim() !== '') {
      const rest = takeUntil(lines, (next) => next.trim() === '' || /^(#|```|\||- |\d+\. )/.test(next));
      html.push(`<p>${inline([line, ...rest].join('\n'))}</p>`);
    }
  }
  return html.join('\n');
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const isItem = (line: string): boolean => /^(- |\d+\. )/.test(line);

/** Takes lines off the front until one that `ends`, which stays. */
function takeUntil(lines: string[], ends: (line: string) => boolean): string[] {
  const at = lines.findIndex(ends);
  return lines.splice(0, at < 0 ? lines.length : at);
}

function list(lines: string[], inline: (text: string) => string): string {
  const items: string[] = [];
  for (const line of lines) {
    if (isItem(line)) items.push(line.replace(/^(- |\d+\. )/, ''));
    else items[items.length - 1] += `\n${line.trim()}`;
  }
  const tag = lines[0]!.startsWith('- ') ? 'ul' : 'ol';
  return `<${tag}>\n${items.map((item) => `<li>${inline(item)}</li>`).join('\n')}\n</${tag}>`;
}

function table([head = '', , ...rows]: string[], inline: (text: string) => string): string {
  const row = (line: string, tag: 'td' | 'th'): string =>
    `<tr>${line
      .slice(1, -1)
      .split('|')
      .map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`)
      .join('')}</tr>`;
  const body = rows.map((line) => row(line, 'td')).join('\n');
  return `<div class="wide"><table>\n${row(head, 'th')}\n${body}\n</table></div>`;
}

function inlineHtml(text: string, link: (target: string) => string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part)
            .replace(/&#60;(https?:[^&\s]+)&#62;/g, '<a href="$1">$1</a>')
            .replace(
              /!\[([^\]]+)\]\(([\w.-]+)\)/g,
              (_, alt: string, file: string) => `<img src="${link(file)}" alt="${alt}">`,
            )
            .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (whole, label: string, target: string) => {
              const to = link(target);
              return /^(https?:|\/|#)/.test(to)
                ? `<a href="${to}">${label}</a>`
                : /^[\w./-]+$/.test(to)
                  ? label
                  : whole;
            })
            .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>'),
    )
    .join('');
}
