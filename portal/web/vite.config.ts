// Builds the portal into ../static/portal: hashed names, a manifest for the template tag, gzip and brotli twins.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const out = resolve(import.meta.dirname, "../static/portal");
const registry = resolve(import.meta.dirname, "../../layers/registry");

/** The registry's colours as CSS custom properties, so that map, charts and panels share one file of colours. */
function palette(): Plugin {
  const id = "virtual:palette.css";
  const file = join(registry, "palette.json");
  return {
    name: "palette",
    resolveId: (wanted) => (wanted === id ? `\0${id}` : null),
    load(wanted) {
      if (wanted !== `\0${id}`) return null;
      this.addWatchFile(file);
      const { light, dark } = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
      const says = (tokens: Record<string, string> = {}) =>
        Object.entries(tokens).map(([name, value]) => `--${name.replaceAll("_", "-")}:${value}`).join(";");
      return [
        `:root{color-scheme:light;${says(light)}}`,
        `:root[data-theme=dark]{color-scheme:dark;${says(dark)}}`,
        `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${says(dark)}}}`,
      ].join("\n");
    },
  };
}

/** What the server sends as it is: each file beside its compressed twins. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(join(out, "assets")).filter((n) => /\.(js|css|svg)$/.test(n))) {
        const file = join(out, "assets", name);
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

/** What every visit loads comes in a few files and not in fifty: a file of two hundred bytes costs a request too. */
function first(): { plugin: Plugin; groups: { name: string; test: (id: string) => boolean; priority: number }[] } {
  const parts = new Map<string, string>();
  const plugin: Plugin = {
    name: "first",
    buildEnd() {
      const source = (path: string) => resolve(import.meta.dirname, "src", path);
      const reached = (path: string, found = new Set<string>(), id = source(path)): Set<string> => {
        if (found.has(id)) return found;
        found.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) reached(path, found, next);
        return found;
      };
      const others = new Set([...reached("phone/main.ts"), ...reached("admin.ts")]);
      parts.clear();
      for (const start of ["map/engine.ts", "work/explore/room.ts", "main.ts"])
        for (const id of reached(start)) parts.set(id, others.has(id) ? "common" : "first");
      for (const id of reached("map/library.ts")) parts.set(id, "library");
      // an entry is a file of its own, and style sheets keep the order in which they are named
      for (const path of ["main.ts", "map/engine.ts", "work/explore/room.ts"]) parts.delete(source(path));
      for (const id of [...parts.keys()]) if (/\.css($|\?)/.test(id)) parts.delete(id);
    },
  };
  // a group takes along what its modules import, so what others rest upon goes first
  const groups = ["common", "library", "first"].map((name, i) => ({ name, test: (id: string) => parts.get(id) === name, priority: 9 - i }));
  return { plugin, groups };
}

const visit = first();
const names = { hashCharacters: "hex", entryFileNames: "assets/[name].[hash:12].js", chunkFileNames: "assets/[name].[hash:12].js" } as const;

export default defineConfig({
  base: "/static/portal/",
  plugins: [palette(), visit.plugin, compressed()],
  resolve: { alias: { "@registry": registry } },
  worker: { format: "es", rollupOptions: { output: names } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { portal: "src/main.ts", admin: "src/admin.ts", embed: "src/embed.ts", phone: "src/phone/main.ts", worker: "src/phone/worker.ts" },
      output: { ...names, assetFileNames: "assets/[name].[hash:12][extname]", codeSplitting: { groups: visit.groups } },
    },
  },
});
