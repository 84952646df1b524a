import ts from 'typescript';

type Literal = ts.ArrayLiteralExpression | ts.ObjectLiteralExpression;

const parse = (text: string): ts.SourceFile => ts.createSourceFile('edited.ts', text, ts.ScriptTarget.ESNext, true);
const insert = (text: string, at: number, what: string): string => `${text.slice(0, at)}${what}${text.slice(at)}`;
const bare = (text: string): string => text.replace(/['"]/g, '');

/**
 * Adds an element or property to the first list or object in the value of `name`, a constant or a property: at its end, or where it
 * belongs among those that are sorted.
 */
export function addTo(text: string, name: string, item: string, { sorted = false } = {}): string {
  const literal = valueOf(parse(text), name);
  if (!literal) throw new Error(`Nothing is called ${name} there`);
  const items: readonly ts.Node[] = ts.isArrayLiteralExpression(literal) ? literal.elements : literal.properties;
  const next = sorted ? items.find((other) => bare(other.getText()) > bare(item)) : undefined;
  if (next) return insert(text, next.getStart(), `${item},\n`);
  const last = items.at(-1);
  return last ? insert(text, last.end, `,\n${item}`) : insert(text, literal.end - 1, item);
}

/** Whether a constant or property of this name has a list or an object. */
export function has(text: string, name: string): boolean {
  return valueOf(parse(text), name) !== undefined;
}

/** Adds an import among the others, by the path it is from. */
export function addImport(text: string, what: string, from: string): string {
  const imports = parse(text).statements.filter(ts.isImportDeclaration);
  const pathOf = (one: ts.ImportDeclaration): string => bare(one.moduleSpecifier.getText());
  const next = imports.find((one) => pathOf(one).startsWith('.') && pathOf(one) > from);
  const line = `import ${what} from '${from}';\n`;
  return next ? insert(text, next.getStart(), line) : insert(text, (imports.at(-1)?.end ?? -1) + 1, line);
}

/** The first list or object in the value of the constant or property. */
function valueOf(node: ts.Node, name: string): Literal | undefined {
  const named = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node);
  if (named && bare(node.name.getText()) === name && node.initializer) return literalIn(node.initializer);
  return node.forEachChild((child) => valueOf(child, name));
}

function literalIn(node: ts.Node): Literal | undefined {
  if (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)) return node;
  return node.forEachChild(literalIn);
}

/** Repeats every entry of `from` for `to`, right behind it. An entry is a line that names it, with the lines indented below it. */
export function repeatEntries(text: string, from: readonly string[], to: readonly string[]): string {
  const lines = text.split('\n');
  const depth = (line: string | undefined): number => (line?.trim() ? line.search(/\S/) : -1);
  const rename = (line: string): string =>
    from.reduce((renamed, name, i) => renamed.replaceAll(name, to[i] as string), line);
  const result: string[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at + 1;
    const named = from.some((name) => lines[at]!.includes(name));
    while (named && depth(lines[end]) > depth(lines[at])) end++;
    const entry = lines.slice(at, end);
    result.push(...entry, ...(named ? entry.map(rename) : []));
    at = end;
  }
  return result.join('\n');
}
