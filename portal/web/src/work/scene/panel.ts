// Beside the drawing: what is chosen, with its exact figures to be typed; else the scene itself, its parties, its
// checklist and how far its review has come.
import { html, nothing, type TemplateResult } from "lit";
import { dated, t } from "../../i18n/t";
import { catalogue } from "../../state/portal";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import type { Check } from "./book";
import { addPhotos, book, chosen, copy, doc, drawing, find, isOpen, lookAt, ours, paste, photoOf, previewOf, remark, remove, set, setPlate, setScene, shelf, showRemark, step, street, tool, commit, viewing, visible, waiting, word } from "./desk";
import { tidy, turned, type Element, type Party } from "./document";
import { colorOf } from "./draw";
import { located } from "./located";
import { azimuth, far, lengthOf, nearest, place, pointOf, pointsOf, sizeOf, kindOf } from "./shape";
import { IMPACT, PEDESTRIAN, TRAVEL, measure, stamps, titleOf, type Tool } from "./tools";

const REVIEWERS = ["reviewer", "administrator"];

/** Where a person has to look for what is missing. */
export function jump(check: Check): void {
  const party = doc()!.parties.find((p) => p.id === check.element);
  const take = (next: Tool) => {
    drawing.value = [];
    tool.value = next;
    document.querySelector<SVGElement>("antu-scene .sheet")?.focus();
  };
  const focus = (selector: string) => {
    chosen.value = [];
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(`antu-scene ${selector}`)?.focus()));
  };
  switch (check.rule) {
    case "north": return focus("[name=north]");
    case "street": return focus("[name=street]");
    case "change": return focus("[name=change]");
    case "summary": return focus("[name=summary]");
    case "plate": return focus(`[name=plate-${check.element}]`);
    case "parties": return focus(".add-party");
    case "rivals": return focus(".rivals button");
    case "rest": return take({ ...(party?.role === "pedestrian" ? PEDESTRIAN : { group: "people", type: "vehicle", kind: party?.kind ?? "car", how: "place" }), party: check.element } as Tool);
    case "travel": return take({ ...TRAVEL, party: check.element });
    case "impact": return take(IMPACT);
    case "fixed": return take(stamps("fixed")[0]!);
    case "marks": return take(stamps("marks")[1]!);
    case "photos": return take(stamps("photos")[0]!);
    default:
      if (find(check.element)) {
        chosen.value = [check.element];
        lookAt(check.element);
      }
  }
}

class Panel extends View {
  protected override render() {
    const now = book.value;
    if (!doc() || !now || !shelf.value) return nothing;
    const one = chosen.value.length === 1 ? find(chosen.value[0]) : undefined;
    return html`${this.#remarks()}${chosen.value.length > 1 ? this.#several() : one ? this.#element(one) : this.#scene()} ${this.#checks()} ${one ? nothing : this.#review()}`;
  }

  // what is chosen

  #several(): TemplateResult {
    return html`<section><h2>${t("scene.several", { n: chosen.value.length })}</h2><p class="row-ends">${this.#ends()}</p></section>`;
  }

  #ends(): TemplateResult | typeof nothing {
    if (!isOpen()) return nothing;
    return html`<button class="outlined" @click=${() => (copy(), paste())}>${icon("copy")}${word("copy")}</button>
      <button class="outlined" @click=${() => remove()}>${icon("bin")}${word("delete")}</button>`;
  }

  #element(one: Element): TemplateResult {
    const open = isOpen() && !one.locked;
    const kind = one.pose ? kindOf(shelf.value!, one) : null;
    const [long, wide] = kind ? sizeOf(kind, one) : [0, 0];
    const number = (name: string, label: string, value: number, unit: string, digits: number, write: (n: number) => void) =>
      html`<label class="datum"><span>${label}</span><input name=${name} inputmode="decimal" autocomplete="off" .value=${value.toFixed(digits)} ?readonly=${!open}
        @focus=${(e: FocusEvent) => (e.target as HTMLInputElement).select()}
        @keydown=${(e: KeyboardEvent) => e.key === "Enter" && (e.target as HTMLInputElement).blur()}
        @change=${(e: Event) => this.#typed(e, value, digits, write)} /><i>${unit}</i></label>`;
    const pick = (name: string, label: string, value: string, options: readonly (readonly [string, string])[], write: (v: string) => void) =>
      html`<label class="datum"><span>${label}</span><select name=${name} ?disabled=${!open} @change=${(e: Event) => write((e.target as HTMLSelectElement).value)}>${options.map(([v, s]) => html`<option value=${v} ?selected=${v === value}>${s}</option>`)}</select></label>`;
    const parties = [["", "–"], ...doc()!.parties.map((p) => [p.id, p.id] as const)] as const;
    const pose = one.pose;
    return html`<section class="element" data-of=${one.id}>
      <h2>${one.party ? html`<b class="badge c${doc()!.parties.findIndex((p) => p.id === one.party) % 6}">${one.party}</b>` : nothing}${titleOf(one)} <small>${one.label ?? ""}</small>
        <button class="round close" aria-label=${t("close")} @click=${() => (chosen.value = [])}>${icon("close")}</button></h2>
      ${pose
        ? html`${number("heading", word("heading"), pose.heading, "°", 1, (n) => set(one.id, { pose: { ...pose, heading: turned(n) } }, word("turned")))}
            ${number("x", word("east"), pose.x, "m", 2, (n) => set(one.id, { pose: { ...pose, x: tidy(n) } }, word("moved")))}
            ${number("y", word("north.m"), pose.y, "m", 2, (n) => set(one.id, { pose: { ...pose, y: tidy(n) } }, word("moved")))}
            ${one.type === "vehicle"
              ? html`${number("length", word("length"), long, "m", 2, (n) => set(one.id, { length: n > 0 ? tidy(n) : null }))}
                  ${number("width", word("width"), wide, "m", 2, (n) => set(one.id, { width: n > 0 ? tidy(n) : null }))}
                  ${pick("posture", word("posture"), one.posture ?? "upright", ["upright", "left", "right", ...(kind!.family === "four" ? ["roof"] : [])].map((v) => [v, word(`posture.${v}`)]), (v) => set(one.id, { posture: v as "upright" }))}`
              : html`<label class="check"><input type="checkbox" .checked=${!!one.lying} ?disabled=${!open} @change=${(e: Event) => set(one.id, { lying: (e.target as HTMLInputElement).checked })} />${word("lying")}</label>`}
            ${pick("role", word("role"), one.role ?? "rest", ["rest", "impact", "before", "moved"].map((v) => [v, word(`role.${v}`)]), (v) => set(one.id, { role: v }))}`
        : nothing}
      ${"party" in one && one.type !== "travel" ? pick("party", word("party"), one.party ?? "", parties, (v) => set(one.id, { party: v || null })) : nothing}
      ${one.type === "travel" ? pick("source", word("source"), one.source ?? "statement", ["statement", "video", "marks", "officer"].map((v) => [v, word(`source.${v}`)]), (v) => set(one.id, { source: v })) : nothing}
      ${one.type === "impact"
        ? html`${pick("certainty", word("certainty"), one.certainty ?? "estimated", [["definite", word("definite")], ["estimated", word("estimated")]], (v) => set(one.id, { certainty: v as "definite" }))}
            ${number("sigma", "σ", one.sigma ?? 0.5, "m", 2, (n) => set(one.id, { sigma: Math.max(0, tidy(n)) }))}`
        : nothing}
      ${one.type === "station" ? html`${number("heading", word("heading"), one.heading ?? 0, "°", 0, (n) => set(one.id, { heading: turned(n) }))}${this.#photos(one, open)}` : nothing}
      ${one.at ? html`${number("x", word("east"), one.at[0], "m", 2, (n) => set(one.id, { at: [tidy(n), one.at![1]] }))}${number("y", word("north.m"), one.at[1], "m", 2, (n) => set(one.id, { at: [one.at![0], tidy(n)] }))}` : nothing}
      ${one.path ? html`<p class="datum"><span>${word("length")}</span><output>${lengthOf(one.path).toFixed(2)}</output><i>m</i></p>` : nothing}
      ${one.type === "dimension" ? this.#dimension(one) : nothing}
      ${this.#toLines(one, open)}
      <label class="words"><span>${word(one.type === "note" ? "note" : "label")}</span>${one.type === "note"
        ? html`<textarea name="label" rows="3" maxlength="2000" .value=${one.text ?? ""} ?readonly=${!open} @change=${(e: Event) => set(one.id, { text: (e.target as HTMLTextAreaElement).value })}></textarea>`
        : html`<input name="label" maxlength="120" .value=${one.label ?? ""} ?readonly=${!open} @change=${(e: Event) => set(one.id, { label: (e.target as HTMLInputElement).value })} />`}</label>
      ${isOpen() ? html`<p class="row-ends">${this.#ends()}<button class="outlined" aria-pressed=${!!one.locked} @click=${() => set(one.id, { locked: !one.locked })}>${icon("lock")}${word("lock")}</button></p>` : nothing}
    </section>
    ${located(one, open)}`;
  }

  #typed(event: Event, before: number, digits: number, write: (n: number) => void): void {
    const field = event.target as HTMLInputElement;
    const value = Number(field.value.trim().replace("，", "."));
    if (field.value.trim() && Number.isFinite(value)) write(value);
    else field.value = before.toFixed(digits);
  }

  #dimension(one: Element): TemplateResult {
    const [a, b] = [place(shelf.value!, doc()!, one.a!), place(shelf.value!, doc()!, one.b!)];
    return html`<p class="datum"><span>${word("length")}</span><output class="measured-length">${a && b ? far(a, b).toFixed(2) : "–"}</output><i>m</i></p>
      <p class="datum"><span>${word("heading")}</span><output>${a && b ? azimuth(a, b).toFixed(1) : "–"}</output><i>°</i></p>`;
  }

  /** How far wheels are from the kerb and from lines; each can be put on the drawing with one touch. */
  #toLines(one: Element, open: boolean): TemplateResult | typeof nothing {
    if (!one.pose) return nothing;
    const names = pointsOf(shelf.value!, one).filter((p) => ["RFW", "RRW", "FW", "RW"].includes(p));
    const rows = names.flatMap((name) => {
      const p = pointOf(shelf.value!, one, name)!;
      return (["kerb", "lane", "stop"] as const).flatMap((kind) => {
        const line = nearest(street.value, p, 15, kind === "kerb" ? ["kerb", "edge"] : [kind]);
        return line ? [{ name, kind, off: line.off }] : [];
      });
    });
    return html`${rows.map(({ name, kind, off }) => html`<p class="datum"><span>${word(`point.${name}`)} – ${word(`line.${kind}`)}</span><output data-off="${name}.${kind}">${off.toFixed(2)}</output>
      <i>m</i>${open ? html`<button class="plain put-on" aria-label=${t("scene.measure.this", { what: `${word(`point.${name}`)} – ${word(`line.${kind}`)}` })} @click=${() => measure(`${one.id}.${name}`, kind)}>${icon("ruler")}</button>` : nothing}</p>`)}`;
  }

  #photos(one: Element | null, open: boolean): TemplateResult {
    const sent = book.value!.told.photos;
    const away = waiting();
    const names = one ? (one.photos ?? []) : [...sent, ...away].map((p) => p.name);
    const take = (e: Event) => {
      const field = e.target as HTMLInputElement;
      void addPhotos([...(field.files ?? [])], one);
      field.value = ""; // the same file may be taken again
    };
    return html`<ul class="photos">${[...new Set(names)].map((name) => {
        const photo = sent.find((p) => p.name === name);
        const said = [word(photo?.panorama ? "panorama" : "photo"), photo?.caption, photo?.party].filter(Boolean).join(" ");
        if (photo) return html`<li><button data-photo=${name} aria-label=${said} @click=${() => (viewing.value = name)}><img src=${photoOf(name)} alt="" loading="lazy" />${photo.panorama ? html`<b>360°</b>` : nothing}</button></li>`;
        const here = previewOf(name);
        return html`<li class="waiting">${here ? html`<img src=${here} alt=${said} />` : nothing}<small>${word("photo.waiting")}</small></li>`;
      })}</ul>
      ${open ? html`<label class="outlined upload">${icon("bring")}${word("photo.add")}<input class="unseen" type="file" multiple accept="image/jpeg,image/png,image/webp" @change=${take} /></label>` : nothing}`;
  }

  // the scene

  #scene(): TemplateResult {
    const now = doc()!;
    const open = isOpen();
    return html`<section class="parties"><h2>${word("parties")}</h2>
        ${now.parties.map((p, n) => this.#party(p, n, open))}
        ${open ? html`<button class="plain add-party" @click=${() => this.#addParty()}>${icon("plus")}${word("party.add")}</button>` : nothing}
      </section>
      <section><h2>${word("about")}</h2>
        <fieldset class="pair"><legend>${word("street.ask")}</legend>${(["unchanged", "changed"] as const).map((v) => html`<label><input type="radio" name="street" value=${v} .checked=${now.street.state === v} ?disabled=${!open} @change=${() => setScene({ street: { ...now.street, state: v } })} /><span>${word(`street.${v}`)}</span></label>`)}</fieldset>
        ${now.street.state === "changed" ? html`<label class="words"><span>${word("street.how")}</span><textarea name="change" rows="2" maxlength="2000" .value=${now.street.note} ?readonly=${!open} @change=${(e: Event) => setScene({ street: { ...now.street, note: (e.target as HTMLTextAreaElement).value } })}></textarea></label>` : nothing}
        ${now.short ? nothing : html`<label class="words"><span>${word("summary")}</span><textarea name="summary" rows="3" maxlength="2000" .value=${now.summary} ?readonly=${!open} @change=${(e: Event) => setScene({ summary: (e.target as HTMLTextAreaElement).value })}></textarea></label>`}
        <label class="datum"><span>${word("north")}</span><select name="north" ?disabled=${!open} @change=${(e: Event) => setScene({ north: (e.target as HTMLSelectElement).value as "map" })}>${["map", "compass", "unknown"].map((v) => html`<option value=${v} ?selected=${v === now.north}>${word(`north.${v}`)}</option>`)}</select></label>
        <label class="check"><input type="checkbox" name="short" .checked=${now.short} ?disabled=${!open} @change=${(e: Event) => setScene({ short: (e.target as HTMLInputElement).checked })} />${word("short")}</label>
      </section>
      <section><h2>${word("photos")} <small>${book.value!.told.photos.length + waiting().length}</small></h2>${this.#photos(null, open)}</section>
      <section class="things"><h2>${word("things")} <small>${now.elements.length}</small></h2>
        <ul>${now.elements.map((one) => html`<li><button class="plain" @click=${() => { chosen.value = [one.id]; lookAt(one.id); }}>${[one.party, titleOf(one), one.label].filter(Boolean).join(" ")}${visible(one) ? nothing : html` <small>${word("hidden")}</small>`}</button></li>`)}</ul></section>`;
  }

  #party(p: Party, n: number, open: boolean): TemplateResult {
    const kinds = Object.values(shelf.value!.classes);
    return html`<div class="party"><b class="badge c${n % 6}">${p.id}</b>
      <select aria-label=${t("scene.party.kind", { party: p.id })} ?disabled=${!open} @change=${(e: Event) => commit(word("change"), [{ op: "set", where: "parties", target: p.id, fields: { kind: (e.target as HTMLSelectElement).value } }])}>
        ${kinds.map((k) => html`<option value=${k.id} ?selected=${k.id === p.kind}>${word("lang") === "zh" ? k.zh : k.en}</option>`)}</select>
      ${p.role === "driver" ? html`<input name="plate-${p.id}" aria-label=${t("scene.plate", { party: p.id })} placeholder=${word("plate.like")} maxlength="12" autocapitalize="characters" autocomplete="off" .value=${book.value!.told.plates[p.id] ?? ""} ?readonly=${!open} @change=${(e: Event) => void setPlate(p.id, (e.target as HTMLInputElement).value)} />` : html`<span></span>`}</div>`;
  }

  #addParty(): void {
    const id = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((l) => !doc()!.parties.some((p) => p.id === l));
    if (id) commit(word("party.add"), [{ op: "add", where: "parties", body: { id, kind: "car", role: "driver", moved: false } }]);
  }

  // what is missing, and the review

  #checks(): TemplateResult {
    const all = book.value!.told.checklist;
    const good = all.filter((one) => one.ok).length;
    const name = (one: Check) => (word("lang") === "zh" ? one.zh : one.en);
    return html`<section class="checks"><h2>${word("checks")} <small>${good}／${all.length}</small></h2>
      ${this.#rivals()}
      <ul>${[...all].sort((a, b) => Number(a.ok) - Number(b.ok) || Number(b.must) - Number(a.must)).map((one) =>
        one.ok ? html`<li class="ok">${icon("check")}${name(one)}</li>` : html`<li><button class="plain ${one.must ? "must" : ""}" data-rule=${one.rule} @click=${() => jump(one)}>${icon(one.must ? "warn" : "help")}<span>${name(one)}</span>${icon("right")}</button></li>`)}</ul></section>`;
  }

  #rivals(): TemplateResult | typeof nothing {
    const all = doc()!.rivals;
    if (!all.length) return nothing;
    return html`<div class="rivals" role="group" aria-label=${word("rivals")}>${all.map((one) => html`<div><p>${t("scene.rival", { who: one.by, what: find(one.target) ? titleOf(find(one.target)!) : one.target })}</p>
      <button class="outlined" @click=${() => { chosen.value = [one.target].filter((id) => find(id)); commit(word("settled"), [{ op: "settle", rival: one.op, field: one.field, take: false }]); }}>${word("rival.keep")}</button>
      <button class="outlined" @click=${() => commit(word("settled"), [{ op: "settle", rival: one.op, field: one.field, take: true }])}>${word("rival.take")}</button></div>`)}</div>`;
  }

  #remarks(): TemplateResult | typeof nothing {
    const last = book.value!.told.steps.findLast((one) => one.after === "returned");
    if (!last || book.value!.told.state !== "returned") return nothing;
    return html`<section class="returned" role="status"><h2>${word("returned")} <small>${last.actor}</small></h2>
      ${last.remarks.map((one, n) => html`<button class="remark" aria-current=${n === remark.value ? "true" : nothing} @click=${() => showRemark(n)}>${icon("talk")}<span>${one.text}</span></button>`)}</section>`;
  }

  #review(): TemplateResult | typeof nothing {
    const now = book.value!.told;
    const may = catalogue.viewer.roles.some((role) => REVIEWERS.includes(role));
    const send = async (action: "return" | "approve" | "lock") => {
      const field = this.querySelector<HTMLTextAreaElement>("[name=reason]");
      const element = this.querySelector<HTMLSelectElement>("[name=reason-of]")?.value ?? "";
      if (action === "return" && !field?.value.trim()) return field?.focus();
      await step(action, action === "return" ? [{ text: field!.value.trim(), element }] : []);
    };
    return html`<section class="review"><h2>${word("review")} <small>${word(`state.${now.state}`)}</small></h2>
      ${now.state === "submitted" ? html`<button class="outlined" @click=${() => void step("withdraw")}>${word("withdraw")}</button>` : nothing}
      ${now.state === "submitted" && may
        ? html`<label class="words"><span>${word("reason")}</span><textarea name="reason" rows="2" maxlength="1000"></textarea></label>
            <label class="datum"><span>${word("reason.of")}</span><select name="reason-of"><option value="">–</option>${now.document.elements.map((one) => html`<option value=${one.id}>${[one.party, titleOf(one)].filter(Boolean).join(" ")}</option>`)}</select></label>
            <p class="row-ends"><button class="outlined" @click=${() => void send("return")}>${word("return")}</button><button class="filled" @click=${() => void send("approve")}>${word("approve")}</button></p>`
        : nothing}
      ${now.state === "approved" && may ? html`<button class="filled" @click=${() => void send("lock")}>${word("lock.case")}</button>` : nothing}
      <ol>${now.steps.map((one) => html`<li>${word(`state.${one.after}`)} <small>${one.actor} ${dated(one.at, { dateStyle: "short", timeStyle: "short" }, "zh-TW")}</small></li>`)}</ol>
    </section>`;
  }
}

customElements.define("antu-scene-panel", Panel);
export { colorOf, ours };
