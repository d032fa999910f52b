// Bringing a file: choose or drop it, see what the server found in it, mend what it guessed wrong, and say what becomes
// of it. Below are the layers of one's own.
import { html, nothing, type TemplateResult } from "lit";
import { number, say, t } from "../i18n/t";
import { catalogue } from "../state/portal";
import { signal } from "../state/store";
import { icon } from "../ui/icons";
import { tell } from "../ui/toasts";
import { View } from "../ui/view";
import { paneHead } from "../work/explore/pane";
import "./bring.css";
import { bring } from "./drop";
import "./mine";
import { hues } from "./hues";
import { carryOut, choose, discard, frame, join, look, mine, offer, readMine, sentenceOf, takeUp, task, type Task } from "./state";
import type { Look, Own } from "./server";

const ACCEPT = ".csv,.tsv,.txt,.zip,.gpkg,.kml,.kmz,.geojson,.json,.xlsx,.ods,.fgb,.parquet,.gml,.dxf,.gz";
/** What points are counted by, besides areas of one's own. */
const AREAS = ["wards", "districts"];
const ENCODINGS = ["utf-8", "cp950", "utf-16"];
const ENCODED: Readonly<Record<string, string>> = { cp950: "Big5", "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16" };

class Bring extends View {
  #purpose = signal<"keep" | "append">("keep");
  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = takeUp();
    void readMine();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
    void discard();
  }

  protected override render() {
    const now = task.value;
    const known = catalogue.viewer.name !== null;
    return html`<section class="pane" aria-label=${t("bring")}>
      ${paneHead(t("bring"))}
      <div class="scroll">
        ${known ? nothing : html`<p class="empty">${t("bring.sign-in")} <a href="/accounts/sign-in/?next=/">${t("sign-in")}</a></p>`}
        ${known && (!now || now.step === "done" || now.step === "failed") ? this.#zone() : nothing}
        ${now ? html`<div class="bringing" data-step=${now.step} aria-busy=${["sending", "looking", "working"].includes(now.step)}>${this.#task(now)}</div>` : nothing}
        ${known ? html`<antu-mine></antu-mine>` : nothing}
      </div>
    </section>`;
  }

  #zone(): TemplateResult {
    const limits = mine.value?.limits;
    return html`<label class="dropzone">
      ${icon("bring")}<strong>${t("bring.choose")}</strong>
      <small>${t("bring.kinds")}${limits ? ` · ${t("bring.most", { mb: limits.mb })}` : ""}</small>
      <input class="unseen" type="file" multiple accept=${ACCEPT} @change=${(e: Event) => {
        const input = e.target as HTMLInputElement;
        bring(input.files ?? []);
        input.value = "";
      }} />
    </label>`;
  }

  #task(now: Task): TemplateResult {
    return html`
      <p class="file"><strong title=${now.name}>${now.name}</strong><small>${this.#size(now.size)}</small>
        <button class="round" aria-label=${t(now.step === "done" || now.step === "failed" ? "close" : "bring.cancel")} @click=${() => void discard()}>${icon("close")}</button>
      </p>
      ${now.step === "sending" ? html`<progress max="1" .value=${now.share} aria-label=${t("bring.sending")}></progress><p class="hint" role="status">${t("bring.sending")} ${Math.round(now.share * 100)}%</p>` : nothing}
      ${now.step === "looking" ? html`<p class="hint" role="status">${t("bring.looking")}</p>` : nothing}
      ${now.wrong ? html`<p class="wrong" role="alert">${now.wrong}</p>` : nothing}
      ${now.step === "working" ? this.#working(now) : nothing}
      ${now.step === "done" ? this.#done(now) : nothing}
      ${now.look && (now.step === "choosing" || (now.step === "done" && now.status?.result.dry_run)) ? this.#look(now, now.look) : nothing}
    `;
  }

  #size(bytes: number): string {
    return bytes < 1024 * 1024 ? `${number(Math.max(0.1, bytes / 1024))} KB` : `${number(bytes / 1024 / 1024)} MB`;
  }

  #working(now: Task): TemplateResult {
    const done = now.status?.progress ?? 0;
    const all = now.look?.count ?? 0;
    return html`<progress max=${Math.max(all, done, 1)} .value=${done || nothing} aria-label=${t("bring.working")}></progress>
      <p class="hint" role="status">${t(now.status?.state === "waiting" ? "bring.waiting" : "bring.working")} ${done ? `${number(done)} / ${number(all)}` : ""}</p>`;
  }

  #done(now: Task): TemplateResult {
    const said = now.status!.result;
    return html`<div role="status" class="verdict">
        <span><b>${number(said.imported ?? 0)}</b> ${t(said.dry_run ? "bring.would" : "bring.imported")}</span>
        ${said.unchanged ? html`<span><b>${number(said.unchanged)}</b> ${t("bring.unchanged")}</span>` : nothing}
        ${said.rejected ? html`<span class="bad"><b>${number(said.rejected)}</b> ${t("bring.rejected")}</span>` : nothing}
      </div>
      ${Object.entries(said.reasons ?? {}).map(([reason, n]) => {
        const words = now.look?.reasons?.find((one) => one.en === reason);
        return html`<p class="hint">${number(n)} × ${words ? say(words) : reason}</p>`;
      })}
      ${said.rejects ? html`<p class="links"><a class="outlined" href="/api/uploads/${now.id}/rejects" download>${icon("load")}${t("bring.rejects")}</a></p>` : nothing}
      ${now.look?.bounds && !said.dry_run ? html`<button class="outlined" @click=${() => frame(now.look!.bounds!)}>${icon("target")}${t("bring.show")}</button>` : nothing}
      ${said.dry_run ? nothing : (now.status?.layers ?? []).map((own) => this.#join(own))}`;
  }

  /** Points that have just come are counted by place with one press. */
  #join(own: Own): TemplateResult | typeof nothing {
    if (own.entry.geometry !== "point") return nothing;
    const areas = catalogue.layers.filter((layer) => layer.geometry === "polygon" && (layer.group === "own" || AREAS.includes(layer.id)));
    if (!areas.length) return nothing;
    return html`<p class="hint">${t("mine.join")}</p>
      <p class="row">${areas.slice(0, 4).map((to) => html`<button class="outlined" data-act="join" @click=${() => void this.#joined(own, to.id)}>${say(to.title)}</button>`)}</p>`;
  }

  async #joined(own: Own, to: string): Promise<void> {
    try {
      await join(own.entry.id, to, 1);
      tell(t("mine.joined"));
    } catch (failure) {
      tell(sentenceOf(failure), "bad");
    }
  }

  #look(now: Task, found: Look): TemplateResult {
    return html`
      <p class="signs">
        <span>${found.format.toUpperCase()}</span>
        ${found.encoding ? html`<span data-found="encoding">${ENCODED[found.encoding] ?? found.encoding}</span>` : nothing}
        ${found.delimiter ? html`<span>${found.delimiter}</span>` : nothing}
        <span>${found.exact ? "" : "≈ "}${number(found.count)} ${t("take.rows")}</span>
        <span>${number(found.columns.length)} ${t("bring.columns")}</span>
      </p>
      ${this.#reading(now, found)} ${this.#sample(found)} ${this.#verdict(found)}
      ${found.place && found.good ? this.#purposes(now, found) : nothing}
    `;
  }

  #reading(now: Task, found: Look): TemplateResult {
    const columns = (id: string, label: string, value: string | null, set: (name: string) => void) =>
      html`<label for=${id}>${label}</label><select id=${id} @change=${(e: Event) => set((e.target as HTMLSelectElement).value)}>
        ${value ? nothing : html`<option value="" selected>—</option>`}
        ${found.columns.map((c) => html`<option value=${c.name} ?selected=${c.name === value}>${c.name}</option>`)}
      </select>`;
    const place = found.place;
    const own = place && !found.systems.some((s) => s.id === place.crs) ? place.crs : null;
    return html`<div class="grid">
      ${found.parts.length > 1
        ? html`<label for="bring-part">${t("bring.part")}</label><select id="bring-part" @change=${(e: Event) => void look({ part: (e.target as HTMLSelectElement).value, name: "" })}>
            ${found.parts.map((p) => html`<option value=${p.id} ?selected=${p.id === found.part}>${p.name}</option>`)}
          </select>`
        : nothing}
      ${found.delimiter
        ? html`<label for="bring-encoding">${t("bring.encoding")}</label><select id="bring-encoding" @change=${(e: Event) => void look({ encoding: (e.target as HTMLSelectElement).value })}>
            ${ENCODINGS.map((e) => html`<option value=${e} ?selected=${ENCODED[e] === ENCODED[found.encoding ?? ""]}>${ENCODED[e]}</option>`)}
          </select>`
        : nothing}
      ${found.geometry || place?.wkt
        ? nothing
        : html`${columns("bring-x", t("bring.x"), place?.x ?? now.wish.x ?? null, (x) => this.#axis({ x }, now))} ${columns("bring-y", t("bring.y"), place?.y ?? now.wish.y ?? null, (y) => this.#axis({ y }, now))}`}
      <label for="bring-crs">${t("take.crs")}</label>
      <select id="bring-crs" @change=${(e: Event) => void look({ crs: (e.target as HTMLSelectElement).value })}>
        ${own ? html`<option selected value=${own}>${own.slice(0, 40)}</option>` : nothing}
        ${found.systems.map((s) => html`<option value=${s.id} ?selected=${s.id === place?.crs}>${say(s)}</option>`)}
      </select>
      ${place ? html`<small data-found="how">${say(place.how)}</small>` : nothing}
    </div>
    ${found.problem ? html`<p class="wrong" role="alert">${say(found.problem)}</p>` : nothing}`;
  }

  /** One axis alone says nothing: the other one goes along. */
  #axis(one: { x?: string; y?: string }, now: Task): void {
    const place = now.look?.place;
    const wish = { x: now.wish.x ?? place?.x ?? "", y: now.wish.y ?? place?.y ?? "", ...one };
    if (wish.x && wish.y) void look(wish);
    else choose(wish);
  }

  #sample(found: Look): TemplateResult {
    const places = new Set([found.place?.x, found.place?.y, found.place?.wkt]);
    return html`<div class="sample" tabindex="0" role="region" aria-label=${t("bring.sample")}><table>
      <thead><tr>${found.columns.map((c) => html`<th scope="col" class=${places.has(c.name) ? "of-place" : ""}>${c.name}<small>${t(`bring.type.${c.type}` as "bring.type.string")}</small></th>`)}</tr></thead>
      <tbody>${found.rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table></div>`;
  }

  #verdict(found: Look): TemplateResult | typeof nothing {
    if (found.read === undefined) return nothing;
    const bad = found.read - (found.good ?? 0);
    return html`<p class="verdict" role="status">
        <span><b>${number(found.good ?? 0)}</b> ${t("bring.good")}</span>
        <span class=${bad ? "bad" : ""}><b>${number(bad)}</b> ${t("bring.bad")}</span>
        ${found.read < found.count ? html`<small>${t("bring.first", { n: number(found.read) })}</small>` : nothing}
      </p>
      ${bad
        ? html`<details><summary>${t("bring.why")}</summary><ul class="rejects">
            ${found.rejects.map((r) => html`<li><span>${t("bring.line", { n: r.line })}</span><span>${say(r)}</span><small>${r.cells.join(" · ")}</small></li>`)}
          </ul></details>`
        : nothing}`;
  }

  #purposes(now: Task, found: Look): TemplateResult {
    const editable = catalogue.layers.filter((layer) => layer.editable && layer.kind === "vector");
    const which = editable.length ? this.#purpose.value : "keep";
    return html`
      ${editable.length
        ? html`<div class="either" role="group" aria-label=${t("bring.purpose")}>
            ${(["keep", "append"] as const).map((one) => html`<button aria-pressed=${which === one} @click=${() => (this.#purpose.value = one)}>${t(`bring.${one}`)}</button>`)}
          </div>`
        : nothing}
      ${which === "keep" ? this.#keeping(now, found) : this.#appending(now, found, editable)}
    `;
  }

  #keeping(now: Task, found: Look): TemplateResult {
    const days = mine.value?.limits.days ?? 90;
    return html`<div class="grid">
        <label for="bring-name">${t("bring.name")}</label>
        <input id="bring-name" maxlength="80" .value=${now.wish.name ?? ""} @input=${(e: Event) => choose({ name: (e.target as HTMLInputElement).value })} />
        <span>${t("bring.color")}</span>${hues("new", now.wish.color ?? "accent", (color) => choose({ color }))}
        <label for="bring-by">${t("bring.by")}</label>
        <select id="bring-by" @change=${(e: Event) => choose({ by: (e.target as HTMLSelectElement).value })}>
          <option value="">${t("bring.alike")}</option>
          ${found.columns.map((c) => html`<option value=${c.name} ?selected=${c.name === now.wish.by}>${c.name}</option>`)}
        </select>
      </div>
      <button class="filled" data-act="keep" @click=${() => void carryOut("keep")}>${t("bring.keep.do")}</button>
      <p class="hint">${t("bring.private", { days })}</p>`;
  }

  #appending(now: Task, found: Look, editable: readonly (typeof catalogue.layers)[number][]): TemplateResult {
    const offered = now.offer;
    const dry = now.step === "done" && now.status?.result.dry_run;
    const set = (field: string, column: string) => {
      const { [field]: _, ...rest } = now.wish.mapping ?? {};
      choose({ mapping: column ? { ...rest, [field]: column } : rest });
    };
    const option = (column: string, chosen: boolean) => html`<option value=${column} ?selected=${chosen}>${column}</option>`;
    return html`<div class="grid">
        <label for="bring-layer">${t("bring.layer")}</label>
        <select id="bring-layer" @change=${(e: Event) => void offer((e.target as HTMLSelectElement).value)}>
          ${now.wish.layer ? nothing : html`<option value="" selected>—</option>`}
          ${editable.map((layer) => html`<option value=${layer.id} ?selected=${layer.id === now.wish.layer}>${say(layer.title)}</option>`)}
        </select>
      </div>
      ${offered?.known ? html`<p class="hint">${t("bring.known", { what: say(offered.known) })}</p>` : nothing}
      ${offered && !offered.known
        ? html`<div class="grid mapping" tabindex="0" role="region" aria-label=${t("bring.mapping")}>
            ${offered.fields.map(
              (f) => html`<label for="map-${f.name}">${say(f)}</label><select id="map-${f.name}" @change=${(e: Event) => set(f.name, (e.target as HTMLSelectElement).value)}>
                <option value="">—</option>${found.columns.map((c) => option(c.name, now.wish.mapping?.[f.name] === c.name))}
              </select>`,
            )}
          </div>
          <div class="grid"><label for="bring-key">${t("bring.key")}</label><select id="bring-key" @change=${(e: Event) => choose({ key: (e.target as HTMLSelectElement).value })}>
            <option value="">${t("bring.key.all")}</option>${found.columns.map((c) => option(c.name, c.name === now.wish.key))}
          </select></div>`
        : nothing}
      ${offered
        ? html`<p class="apply"><button class=${dry ? "outlined" : "filled"} data-act="try" @click=${() => void carryOut("append", { dry_run: true })}>${t("bring.try")}</button>
            ${dry ? html`<button class="filled" data-act="append" @click=${() => void carryOut("append", { dry_run: false })}>${t("bring.append.do")}</button>` : nothing}</p>`
        : nothing}`;
  }
}

customElements.define("antu-bring", Bring);
