// usage: node build.mjs SOURCE_DIR WORK_DIR OUTPUT_CPP
// Bundles the live board with the packages in WORK_DIR/node_modules, and writes one C++ file that
// holds every file of it, as web.hpp declares them. Names of files tell their content, but for `/`.
// Beside it, licences.txt is for packages (packaging/).
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const [source, work, output] = process.argv.slice(2);
const modules = join(work, 'node_modules');
const esbuild = createRequire(join(work, 'package.json'))('esbuild');

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};
const typeOf = (path) => types[path.slice(path.lastIndexOf('.'))];

/** The path under which a text is served, which changes with it. */
function hashed(name, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  const dot = name.lastIndexOf('.');
  return `/assets/${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

async function bundled() {
  // Seen from WORK_DIR all paths are the same on every machine, and so are the hashes in names.
  rmSync(join(work, 'src'), { force: true });
  symlinkSync(join(source, 'src'), join(work, 'src'));
  const result = await esbuild.build({
    absWorkingDir: work,
    preserveSymlinks: true,
    entryPoints: { board: 'src/main.tsx', style: 'src/style/board.css' },
    outdir: 'dist', // nothing is written there
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none', // their texts are in licences.txt
    jsx: 'automatic',
    jsxImportSource: 'preact',
    conditions: ['production'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    metafile: true,
    logLevel: 'warning',
    write: false,
  });
  const entries = {};
  for (const [path, told] of Object.entries(result.metafile.outputs))
    if (told.entryPoint) entries[told.entryPoint] = `/assets/${basename(path)}`;
  const packages = new Set(Object.keys(result.metafile.inputs)
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const files = result.outputFiles.map((one) => ({ path: `/assets/${basename(one.path)}`, text: one.text }));
  return { entries, files, packages };
}

/** What the licences of the bundled packages ask to go with them. */
function licences(packages) {
  return [...packages].sort().map((name) => {
    const told = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    const text = readdirSync(join(modules, name)).filter((file) => /^(licen[cs]e|notice)/i.test(file))
      .map((file) => readFileSync(join(modules, name, file), 'utf8').trim()).join('\n\n');
    const author = told.author?.name ?? told.author ?? 'its authors';
    return `${name} ${told.version} (${told.license})\n\n${text || `Copyright ${author}. The package brings no text.`}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}

function cpp(files) {
  // No delimiter of a raw string may be in the text.
  const literal = (text) => {
    if (text.includes(')embedded"')) throw new Error('a file of the board holds the delimiter of its literal');
    return `R"embedded(${text})embedded"`;
  };
  const rows = files.map(({ path, text, immutable }) =>
    `{${JSON.stringify(path)}, ${JSON.stringify(typeOf(path === '/' ? '.html' : path))}, ${immutable},\n ${literal(text)}},\n`);
  return `#include "web/web.hpp"\n\n#include <array>\n\n// GCC and Clang take longer ones than every compiler has to.\n#pragma GCC diagnostic ignored "-Woverlength-strings"\n\nnamespace tickboard::web {\n\nnamespace {\n\n` +
    `constexpr std::array<board_file, ${files.length}> all{{\n${rows.join('')}}};\n\n} // namespace\n\n` +
    `const std::span<const board_file> board_files{all};\n\n} // namespace tickboard::web\n`;
}

const { entries, files, packages } = await bundled();
const add = (name, text) => {
  const path = hashed(name, text);
  files.push({ path, text });
  return path;
};
const terms = licences(packages);
const places = {
  script: entries['src/main.tsx'],
  style: entries['src/style/board.css'],
  icon: add('icon.svg', readFileSync(join(source, 'src/icon.svg'), 'utf8')),
  licences: add('licences.txt', terms),
};
// Relative, so that the board may live below a path of a proxy.
const page = readFileSync(join(source, 'src/board.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => `.${places[name]}`);
mkdirSync(join(output, '..'), { recursive: true });
writeFileSync(output, cpp([{ path: '/', text: page, immutable: false }, ...files.map((one) => ({ ...one, immutable: true }))]));
writeFileSync(join(output, '..', 'licences.txt'), terms);
