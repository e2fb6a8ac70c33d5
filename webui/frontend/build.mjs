// node build.mjs OUTDIR: hashed, code-split ESM bundles, their .gz twins, manifest.json and THIRD-PARTY-NOTICES.txt
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '../static/dist'));
const ENTRIES = ['app', 'form', 'intake', 'diagram', 'editor', 'dmn', 'formedit'];
const WORTH_ZIPPING = /\.(js|css|svg|txt|json)$/;

// form-js-editor brings its own viewer 1.23 (tasks show 2.0): 'editor-viewer:<path>' is found beside the editor
const besideEditor = createRequire(createRequire(import.meta.url).resolve('@bpmn-io/form-js-editor'));
const editorViewer = {
  name: 'editor-viewer',
  setup(b) {
    b.onResolve({ filter: /^editor-viewer:/ }, ({ path }) => ({
      path: besideEditor.resolve('@bpmn-io/form-js-viewer/' + path.slice('editor-viewer:'.length)),
    }));
  },
};

function manifestOf(outputs) {
  const name = file => relative(out, resolve(here, file));
  const manifest = {};
  for (const [file, output] of Object.entries(outputs)) {
    if (!output.entryPoint || !file.endsWith('.js')) continue;
    manifest[basename(output.entryPoint, '.js')] = {
      js: name(file),
      css: output.cssBundle ? name(output.cssBundle) : null,
      preload: output.imports.filter(i => i.kind === 'import-statement').map(i => name(i.path)),
    };
  }
  return manifest;
}

function noticesOf(inputs) {
  const folders = new Set(
    Object.keys(inputs).map(f => f.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean),
  );
  return [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json')));
    const file = readdirSync(join(here, folder)).find(n => /^(licen[sc]e|copying)/i.test(n));
    const text = file ? readFileSync(join(here, folder, file), 'utf8').trim() : 'no licence file in the package';
    return `## ${name} ${version} (${license ?? '?'})\n\n${text}\n`;
  });
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  plugins: [editorViewer],
  absWorkingDir: here,
  entryPoints: Object.fromEntries(ENTRIES.map(n => [n, `src/${n}.js`])),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  splitting: true,
  target: ['es2022'],
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: 'asset-[hash]',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file', '.png': 'file' },
  legalComments: 'external',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
});
const notices = noticesOf(metafile.inputs);
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifestOf(metafile.outputs), null, 1));
writeFileSync(join(out, 'THIRD-PARTY-NOTICES.txt'), notices.join('\n'));
for (const file of readdirSync(out).filter(n => WORTH_ZIPPING.test(n) && n !== 'manifest.json')) {
  writeFileSync(join(out, file + '.gz'), gzipSync(readFileSync(join(out, file)), { level: 9 }));
}
if (process.env.METAFILE) writeFileSync(process.env.METAFILE, JSON.stringify(metafile));
console.log(`assets: ${ENTRIES.length} entries, ${notices.length} packages`);
