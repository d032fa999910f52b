// The left panel of the workspace: the day, what there is in view, what the rules say to it, what awaits acceptance, and
// taking it along.
import { html, nothing, type TemplateResult } from "lit";
import { aborted, Latest } from "../../api/http";
import { number, say, t } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { asOf, bounds, edits, layerOf, place, shown, switchLayer } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { swatch } from "../../ui/legend";
import { View } from "../../ui/view";
import { steps } from "../explore/pane";
import { accepted, choose, chosen, LAYER, mayAccept, nodesOf, placed, round, when } from "./desk";
import { line, total, type Street } from "./model";
import { methodName, moment, name } from "./past";
import * as server from "./server";
import type { Changeset, Rule } from "./server";

/** Below this zoom there is too much in view for a list, a check or a file. */
const NEAR = 15.5;
const MOST = 60;
const FORMATS = ["geojson", "gpkg", "dxf", "xodr", "json"] as const;
type Part = "list" | "check" | "reported" | "take";

/** `2026-11-21T17:30` as the input writes local time ⇄ the moment of an address. */
const local = (moment: string): string => {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
const fromLocal = (text: string): string | null => (text && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString().slice(0, 16) + "Z" : null);

class StreetsAside extends View {
  #part = signal<Part>("list");
  #street = signal<Street | "far" | "failed" | null>(null);
  #rules = signal<readonly Rule[] | "far" | "failed" | null>(null);
  #reported = signal<readonly Changeset[] | null>(null);
  #asks = { list: new Latest(), check: new Latest(), reported: new Latest() };

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      const box = bounds.value;
      const part = this.#part.value;
      const far = place.value.zoom < NEAR || !box || box[2] - box[0] > 0.06 || box[3] - box[1] > 0.06;
      void edits.value[LAYER];
      void round.value;
      const day = when();
      void asOf.value;
      if (part === "list") {
        if (far) return void (this.#street.value = "far");
        void this.#asks.list.ask(
          (abort) => server.around(box, day, abort),
          ({ document }) => (this.#street.value = document),
          (why) => aborted(why) || (this.#street.value = "failed"),
        );
      } else if (part === "check") {
        if (far) return void (this.#rules.value = "far");
        void this.#asks.check.ask(
          (abort) => server.check(box, abort),
          (found) => (this.#rules.value = found),
          (why) => aborted(why) || (this.#rules.value = "failed"),
        );
      } else if (part === "reported") {
        void this.#asks.reported.ask(
          (abort) => server.changesets("reported", abort),
          (found) => (this.#reported.value = found),
          (why) => aborted(why) || (this.#reported.value = []),
        );
      }
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    Object.values(this.#asks).forEach((one) => one.stop());
  }

  protected override render(): TemplateResult {
    const part = this.#part.value;
    return html`<div class="streets-aside">
      <h2>${t("streets")}</h2>
      <p class="hint">${t("streets.how")}</p>
      ${this.#day()}
      ${this.#legend()}
      <div class="switch parts-of" role="group" aria-label=${t("streets.parts")}>
        ${(["list", "check", "reported", "take"] as const).map((one) => html`<button aria-pressed=${part === one} @click=${() => (this.#part.value = one)}>${t(`streets.part.${one}`)}</button>`)}
      </div>
      ${part === "list" ? this.#list() : part === "check" ? this.#check() : part === "reported" ? this.#waiting() : this.#take()}
    </div>`;
  }

  #day(): TemplateResult {
    return html`<div class="day">
      <label>${t("streets.day")}<input type="datetime-local" max=${local(new Date().toISOString())} .value=${asOf.value ? local(asOf.value) : ""} @change=${(e: Event) => (asOf.value = fromLocal((e.target as HTMLInputElement).value))} /></label>
      <button class="outlined" ?disabled=${!asOf.value} @click=${() => (asOf.value = null)}>${t("asof.today")}</button>
    </div>`;
  }

  /** How long ago each street was confirmed, as a layer that is switched here. */
  #legend(): TemplateResult | typeof nothing {
    const age = layerOf("street_age");
    if (!age) return nothing;
    const on = "street_age" in shown.value;
    return html`<div class="ages">
      <label class="check"><input type="checkbox" .checked=${on} @change=${(e: Event) => switchLayer("street_age", (e.target as HTMLInputElement).checked)} />${say(age.title)}</label>
      ${on ? html`<ul>${age.legend.map((entry) => html`<li>${swatch(entry)}${say(entry.label)}</li>`)}</ul>` : nothing}
    </div>`;
  }

  #list(): TemplateResult {
    const found = this.#street.value;
    if (found === "far") return html`<p class="empty">${t("streets.far")}</p>`;
    if (found === "failed") return html`<p class="empty" role="alert">${t("streets.failed")}</p>`;
    if (found === null) return html`<div class="bones" aria-label=${t("loading")}><i></i><i></i></div>`;
    const where = nodesOf(found);
    const [x, y] = this.#middle();
    const near = (at: readonly [number, number]) => Math.hypot(at[0] - x, at[1] - y);
    const ends = new Map<string, string[]>();
    for (const one of found.segments ?? []) for (const end of [one.a, one.b]) ends.set(end, [...(ends.get(end) ?? []), one.name ?? ""]);
    const junctions = (found.nodes ?? [])
      .filter((one) => (ends.get(one.id)?.length ?? 0) > 2)
      .map((one) => ({ object: `node/${one.id}`, at: placed(one.at), title: [...new Set(ends.get(one.id)!.filter(Boolean))].join("／") || t("streets.junction"), more: t(`streets.control.${(one.control ?? "none") as "none"}`) }));
    const streets = (found.segments ?? []).flatMap((one) => {
      const path = line(one, where);
      if (!path.length) return [];
      const middle = path.length > 2 ? path[Math.floor(path.length / 2)]! : ([(path[0]![0] + path[1]![0]) / 2, (path[0]![1] + path[1]![1]) / 2] as const);
      const strips = one.sections[0]!.strips;
      return [{ object: `segment/${one.id}`, at: placed(middle), title: one.name || t("streets.segment.unnamed"), more: t("streets.wide", { n: strips.length, width: number(total(strips), 1) }) }];
    });
    const all = [...junctions, ...streets].sort((a, b) => near(a.at) - near(b.at)).slice(0, MOST);
    if (!all.length) return html`<p class="empty">${t(asOf.value ? "streets.none-then" : "streets.none")}</p>`;
    return html`<p class="hint">${t("streets.n", { n: (found.segments ?? []).length, junctions: junctions.length })}</p>
      <div class="listed" role="group" aria-label=${t("streets.part.list")} @keydown=${steps}>${all.map(
        (one) => html`<button class="plain" aria-current=${chosen.value === one.object ? "true" : nothing} data-object=${one.object} @click=${() => this.#go(one.object, one.at)}>${icon(one.object.startsWith("node/") ? "target" : "swap")}<span class="name">${one.title}</span><small>${one.more}</small></button>`,
      )}</div>`;
  }

  #check(): TemplateResult {
    const found = this.#rules.value;
    if (found === "far") return html`<p class="empty">${t("streets.far")}</p>`;
    if (found === "failed") return html`<p class="empty" role="alert">${t("streets.failed")}</p>`;
    if (found === null) return html`<div class="bones" aria-label=${t("loading")}><i></i><i></i></div>`;
    if (!found.length) return html`<p class="empty">${icon("check")} ${t("streets.check.none")}</p>`;
    return html`<p class="hint">${t("streets.check.n", { n: found.length })}</p>
      <div class="listed rules" role="group" aria-label=${t("streets.part.check")} @keydown=${steps}>${found.map(
        (one) => html`<button class="plain ${one.severity}" data-rule=${one.rule} @click=${() => this.#visit(one)}>${icon("warn")}<span class="name"><b>${one.rule}</b> ${say(one)}</span><small>${t(`streets.severity.${one.severity}`)} · ${one.object}</small></button>`,
      )}</div>`;
  }

  #waiting(): TemplateResult {
    const found = this.#reported.value;
    if (found === null) return html`<div class="bones" aria-label=${t("loading")}><i></i></div>`;
    if (!found.length) return html`<p class="empty">${t("streets.reported.none")}</p>`;
    return html`<p class="hint">${t("streets.reported.how")}</p><ul class="reports" aria-label=${t("streets.part.reported")}>${[...found].reverse().map((one) => html`<li><antu-report .changeset=${one}></antu-report></li>`)}</ul>`;
  }

  #take(): TemplateResult {
    const box = bounds.value;
    const far = place.value.zoom < NEAR || !box;
    if (far) return html`<p class="empty">${t("streets.far")}</p>`;
    return html`<p class="hint">${t("streets.take.how")}</p>
      <div class="formats">${FORMATS.map((format) => html`<a class="outlined" download href=${server.exportAddress(box, format, asOf.value)}>${icon("load")}${t(`streets.format.${format}`)}</a>`)}</div>`;
  }

  #middle(): [number, number] {
    const { lon, lat } = place.value;
    return [lon, lat];
  }

  #go(object: string, at: readonly [number, number]): void {
    choose(object);
    goTo(at, Math.max(18, place.peek().zoom));
  }

  #visit(one: Rule): void {
    if (one.at) goTo(placed(one.at), 19);
    void this.#bearer(one.object);
  }

  /** A rule about an arm, a sign or a movement opens the junction or the street that it stands on. */
  async #bearer(name_: string): Promise<void> {
    if (/^(node|segment)\//.test(name_)) return choose(name_);
    const [kind, id, end] = name_.split("/");
    if (kind === "movement") return choose(`node/${id}`);
    if (kind === "arm") {
      const segment = await server.object<{ a: string; b: string }>(`segment/${id}`).catch(() => null);
      return choose(segment ? `node/${end === "a" ? segment.params.a : segment.params.b}` : null);
    }
    const found = await server.object<{ node?: string; segment?: string; anchor?: { segment: string } }>(name_).catch(() => null);
    const on = found?.params;
    if (on?.node) choose(`node/${on.node}`);
    else if (on?.anchor?.segment || on?.segment) choose(`segment/${on.anchor?.segment ?? on.segment}`);
  }
}

/** One edit that was reported: what it changed, where, and the button of public works. */
class Report extends View {
  static override properties = { changeset: { attribute: false } };
  declare changeset: Changeset;
  #changes = signal<Record<string, server.Difference[]> | null>(null);

  protected override firstUpdated(): void {
    void server.changeset(this.changeset.id).then(
      ({ changes }) => (this.#changes.value = changes),
      () => (this.#changes.value = {}),
    );
  }

  protected override render(): TemplateResult {
    const one = this.changeset;
    const changes = Object.entries(this.#changes.value ?? {}).filter(([, list]) => list.length);
    return html`<p><b>${moment(one.at)}</b> <small>${[one.who ? name(one.who) : "", methodName(one.method), one.accuracy ? `± ${one.accuracy} m` : "", one.note].filter(Boolean).join(" · ")}</small></p>
      ${changes.map(([object, list]) => html`<button class="plain about" @click=${() => choose(object.startsWith("arm/") ? `segment/${object.split("/")[1]}` : object)}>${object}</button><ul class="said">${list.slice(0, 5).map((change) => html`<li>${say(change)}</li>`)}</ul>`)}
      ${mayAccept ? html`<button class="filled accept" @click=${() => void accepted(one.id)}>${icon("check")}${t("streets.accept")}</button>` : nothing}`;
  }
}

customElements.define("antu-report", Report);
customElements.define("antu-streets", StreetsAside);
