import { markdownToHtml } from './markdown.js';

describe('markdownToHtml', () => {
  it('knows what the guides use', () => {
    expect(
      markdownToHtml(
        '# Title\n<!-- run -->\nOne **bold**\nline with `a<b` and [problems](/docs/problems).\n\n- first\n  goes on\n- second\n\n' +
          '1. one\n\n| a | b |\n|---|---|\n| 1 | `x` |\n\n```bash\necho "<hi>"\n```\n',
      ),
    ).toBe(
      '<h1>Title</h1>\n' +
        '<p>One <strong>bold</strong>\nline with <code>a&#60;b</code> and <a href="/docs/problems">problems</a>.</p>\n' +
        '<ul>\n<li>first\ngoes on</li>\n<li>second</li>\n</ul>\n<ol>\n<li>one</li>\n</ol>\n' +
        '<div class="wide"><table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td><code>x</code></td></tr>\n</table></div>\n' +
        '<pre><code>echo &#34;&#60;hi&#62;&#34;</code></pre>',
    );
  });

  it('lets no text become markup and no link run a script', () => {
    expect(markdownToHtml('<script>x</script> [a](javascript:x)')).toBe(
      '<p>&#60;script&#62;x&#60;/script&#62; [a](javascript:x)</p>',
    );
  });

  it('leaves links between guides to its caller', () => {
    expect(markdownToHtml('[中文](first-app.zh-CN.md)', () => '/docs/first-app?lang=zh')).toBe(
      '<p><a href="/docs/first-app?lang=zh">中文</a></p>',
    );
  });
});
