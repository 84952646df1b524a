/**
 * All that the process of the typesetter does: it takes an order, sets it and hands the PDF or what is wrong back. It has no environment,
 * opens no connection, and reads no file but the compiler and the fonts: the folder of its sources does not exist.
 */
export const TYPESETTING_PROCESS = `
  const [, compilerPath, ...fontPaths] = process.argv;
  try { require('node:os').setPriority(10); } catch {}
  const { NodeCompiler } = require(compilerPath);
  const FOLDER = '/nonexistent';
  const compiler = NodeCompiler.create({ workspace: FOLDER, fontArgs: [{ fontPaths }] });
  const told = (error) => {
    try {
      return compiler.fetchDiagnostics(error).map(({ message, hints }) => [message, ...(hints ?? [])].join('; '));
    } catch {
      return [String(error?.message || error)];
    }
  };
  const set = ({ source, files, inputs, at, standard }) => {
    for (const [path, text] of Object.entries(files)) compiler.addSource(FOLDER + path, text);
    const compiled = compiler.compile({ mainFileContent: source, inputs });
    if (!compiled.result) return { errors: told(compiled.takeError()) };
    return { pdf: compiler.pdf(compiled.result, { creationTimestamp: at, pdfStandard: standard }) };
  };
  let handled = 0;
  process.on('message', (order) => {
    let answer;
    try { answer = set(order); } catch (error) { answer = { errors: told(error) }; }
    // Pages have little in common: it is faster to work it out again than to keep it.
    compiler.evictCache(0);
    process.send(answer);
    // What the compiler holds outside of V8's heap does not make V8 collect: hundreds of documents would wait for it.
    if (++handled % 20 === 0) setImmediate(global.gc);
  });
  process.send('ready');`;
