// 定位: what was read off the tape for each point of the chosen thing, by base line and offset or by ranges; what the
// readings say together, each one's residual, and the pose that follows.
import { html, nothing, type TemplateResult } from "lit";
import { signal } from "../../state/store";
import type { Fit, Residual } from "./book";
import { book, commit, doc, drawing, ours, shelf, tool, word } from "./desk";
import { named, tidy, turned, type Edit, type Element, type Point, type Reading } from "./document";
import { far, place, pointsOf } from "./shape";
import { BASELINE, stamps } from "./tools";

const by = signal<"offset" | "range">("offset");
const instrument = signal("tape");

/** Along a line from its start, and to the left of it. */
export function offsets(p: Point, a: Point, b: Point): [s: number, d: number] {
  const long = far(a, b) || 1;
  const [ux, uy] = [(b[0] - a[0]) / long, (b[1] - a[1]) / long];
  return [(p[0] - a[0]) * ux + (p[1] - a[1]) * uy, ux * (p[1] - a[1]) - uy * (p[0] - a[0])];
}

export function located(one: Element, open: boolean): TemplateResult | typeof nothing {
  const points = pointsOf(shelf.value!, one).filter((p) => !(one.pose && ["C", "HB"].includes(p)) && p.length !== 2 || ["FW", "RW", "A", "Z"].includes(p) || (p === "C" && !one.pose));
  if (!points.length || one.type === "fixed") return nothing;
  const now = doc()!;
  const lines = now.elements.filter((e) => e.type === "baseline");
  const fixed = now.elements.filter((e) => e.type === "fixed");
  const fit = book.value!.told.fits.find((f) => f.element === one.id);
  const residual = (id: string | undefined, part?: string) => fit?.residuals.find((r) => r.reading === id && (!part || r.part === part));
  const tab = (value: "offset" | "range") => html`<button role="tab" id="by-${value}" aria-selected=${by.value === value} aria-controls="located" tabindex=${by.value === value ? 0 : -1} @click=${() => (by.value = value)} @keydown=${(e: KeyboardEvent) => { if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return; e.preventDefault(); by.value = value === "offset" ? "range" : "offset"; (e.target as HTMLElement).parentElement!.querySelector<HTMLElement>(`#by-${by.value}`)?.focus(); }}>${word(`by.${value}`)}</button>`;
  return html`<section class="located"><h2>${word("located")} <small>${word("located.live")}</small></h2>
    <div class="tabs" role="tablist">${tab("offset")}${tab("range")}</div>
    <div id="located" role="tabpanel" aria-labelledby="by-${by.value}">
    ${by.value === "offset" ? (lines[0] ? offsetTable(one, points, lines[0], open, residual) : lacking("baseline", open)) : fixed.length ? rangeTable(one, points, fixed, open, residual) : lacking("fixed", open)}
    ${open ? html`<label class="datum"><span>${word("instrument")}</span><select @change=${(e: Event) => (instrument.value = (e.target as HTMLSelectElement).value)}>${Object.entries(shelf.value!.instruments).map(([name, sigma]) => html`<option value=${name} ?selected=${name === instrument.value}>${word(`instrument.${name}`)} ±${sigma} m</option>`)}</select></label>` : nothing}
    ${fit ? solved(one, fit, open) : nothing}</div></section>`;
}

function lacking(what: "baseline" | "fixed", open: boolean): TemplateResult {
  const take = () => {
    drawing.value = [];
    tool.value = what === "baseline" ? BASELINE : stamps("fixed")[0]!;
    document.querySelector<SVGElement>("antu-scene .sheet")?.focus();
  };
  return html`<p class="hint">${word(`${what}.none`)}</p>${open ? html`<button class="outlined" @click=${take}>${word(`${what}.draw`)}</button>` : nothing}`;
}

type Find = (id: string | undefined, part?: string) => Residual | undefined;
const anchorOf = (one: Element, point: string) => (one.at ? one.id : `${one.id}.${point}`);

function offsetTable(one: Element, points: readonly string[], line: Element, open: boolean, residual: Find): TemplateResult {
  const now = doc()!;
  const [a, b] = [place(shelf.value!, now, line.start!), place(shelf.value!, now, line.end!)];
  return html`<table><thead><tr><th scope="col">${word("point")}</th><th scope="col">${word("along")}</th><th scope="col">${word("off")}</th></tr></thead>
    <tbody>${points.map((point) => {
      const of = anchorOf(one, point);
      const reading = now.readings.find((r) => r.type === "offset" && r.of === of && r.line === line.id);
      const p = place(shelf.value!, now, of);
      const [s, d] = p && a && b ? offsets(p, a, b) : [0, 0];
      const write = (name: "s" | "d") => (value: number | null) => {
        if (reading) return put(value === null ? [{ op: "remove", where: "readings", target: reading.id }] : [{ op: "set", where: "readings", target: reading.id, fields: { [name]: value } }]);
        if (value === null) return;
        const body = { id: named("r"), type: "offset", of, line: line.id, s: tidy(s), d: tidy(d), instrument: instrument.peek(), sigma: null, [name]: value };
        put([{ op: "add", where: "readings", body }]);
      };
      const label = one.at ? word(one.type) : word(`point.${point}`);
      return html`<tr><th scope="row">${label}</th>
        <td>${cell(`${label} ${word("along")}`, `s-${point}`, reading?.s, s, open, write("s"), residual(reading?.id, "s"))}</td>
        <td>${cell(`${label} ${word("off")}`, `d-${point}`, reading?.d, d, open, write("d"), residual(reading?.id, "d"))}</td></tr>`;
    })}</tbody></table>`;
}

function rangeTable(one: Element, points: readonly string[], fixed: readonly Element[], open: boolean, residual: Find): TemplateResult {
  const now = doc()!;
  const shown = fixed.slice(0, 3);
  return html`<table><thead><tr><th scope="col">${word("point")}</th>${shown.map((f) => html`<th scope="col">${f.label || word(`fixed.${f.kind}`)}</th>`)}</tr></thead>
    <tbody>${points.map((point) => {
      const of = anchorOf(one, point);
      const p = place(shelf.value!, now, of);
      const label = one.at ? word(one.type) : word(`point.${point}`);
      return html`<tr><th scope="row">${label}</th>${shown.map((f, n) => {
        const reading: Reading | undefined = now.readings.find((r) => r.type === "range" && r.of === of && r.to === f.id);
        const write = (value: number | null) => {
          if (reading) return put([value === null ? { op: "remove", where: "readings", target: reading.id } : { op: "set", where: "readings", target: reading.id, fields: { r: value } }]);
          if (value !== null) put([{ op: "add", where: "readings", body: { id: named("r"), type: "range", of, to: f.id, r: value, instrument: instrument.peek(), sigma: null } }]);
        };
        return html`<td>${cell(`${label} – ${f.label || word(`fixed.${f.kind}`)}`, `r${n}-${point}`, reading?.r, p ? far(p, f.at!) : 0, open, write, residual(reading?.id))}</td>`;
      })}</tr>`;
    })}</tbody></table>`;
}

const put = (edits: Edit[]) => commit(word("reading"), edits);

/** What was read, or in grey what the drawing says; below it how far the reading is from what all say together. */
function cell(label: string, name: string, read: number | undefined, drawn: number, open: boolean, write: (value: number | null) => void, residual: Residual | undefined): TemplateResult {
  const change = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const text = field.value.trim();
    const value = Number(text);
    if (!text) write(null);
    else if (Number.isFinite(value)) write(tidy(value));
    else field.value = read?.toFixed(2) ?? "";
  };
  return html`<input name=${name} aria-label=${label} inputmode="decimal" autocomplete="off" placeholder=${drawn.toFixed(2)} .value=${read?.toFixed(2) ?? ""} ?readonly=${!open}
      aria-invalid=${residual?.flagged ? "true" : nothing} @change=${change} @keydown=${(e: KeyboardEvent) => e.key === "Enter" && change(e)} />${
    residual ? html`<small class="residual ${residual.flagged ? "odd" : ""}">${residual.off >= 0 ? "+" : ""}${residual.off.toFixed(2)}</small>` : nothing}`;
}

function solved(one: Element, fit: Fit, open: boolean): TemplateResult {
  const [long] = fit.ellipse;
  const far = one.pose ? Math.hypot(fit.x - one.pose.x, fit.y - one.pose.y) : one.at ? Math.hypot(fit.x - one.at[0], fit.y - one.at[1]) : 0;
  const use = () =>
    commit(word("solved"), [{ op: "set", where: "elements", target: one.id, fields: one.pose
      ? { pose: { x: tidy(fit.x), y: tidy(fit.y), heading: fit.heading === null ? one.pose.heading : turned(fit.heading) }, how: "measured" }
      : { at: [tidy(fit.x), tidy(fit.y)] } }]);
  return html`<div class="solved" role="status">
    <p>±${long.toFixed(2)} m${fit.heading_sigma === null ? nothing : html` · ±${fit.heading_sigma.toFixed(1)}°`} · RMS ${fit.rms.toFixed(2)} m · ${word("apart")} ${far.toFixed(2)} m</p>
    ${fit.flagged.length ? html`<p class="odd">${word("odd")}</p>` : nothing}
    ${fit.warnings.map((said) => html`<p class="hint">${ours(said)}</p>`)}
    ${open && (one.pose || one.at) ? html`<button class="filled" ?disabled=${far < 0.0005} @click=${use}>${word("solve")}</button>` : nothing}</div>`;
}
