// Cutting a street at a place, typed or picked on the map, and joining it with the one it runs on into.
import { html, nothing, type TemplateResult } from "lit";
import { aborted, Latest } from "../../api/http";
import { number, t } from "../../i18n/t";
import { drawn, NOTHING } from "../../map/marks";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { askPlace, asked, drop } from "./choose";
import { boxAround, carry, did, nodesOf, piece, placed, street, when } from "./desk";
import { along, beyond, windOf, length, line, pointAlong, type Joint, type Segment } from "./model";
import * as server from "./server";

/** A street is cut no nearer to its ends. */
const LEAST = 1;
type Found = Joint & { etags: Record<string, string> };

class StreetCut extends View {
  #open = signal(false);
  #at = signal<{ of: string; s: number } | null>(null);
  #joints = signal<{ of: string; list: readonly Found[] } | null>(null);
  #asks = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      const own = piece.value;
      if (!this.#open.value || !own || !street.value) return;
      void this.#look(own.object, own.params as Segment);
    });
    this.when(() => {
      const own = piece.value;
      const now = this.#at.value;
      const path = own ? line(own.params as Segment, nodesOf(street.value?.document)) : [];
      drawn.value =
        now && now.of === own?.object && path.length
          ? { type: "FeatureCollection", features: [{ type: "Feature", properties: { out: false }, geometry: { type: "Point", coordinates: placed(pointAlong(path, now.s)) } }] }
          : NOTHING;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asks.stop();
    if (asked.peek() === "cut") drop();
    drawn.value = NOTHING;
  }

  protected override render(): TemplateResult | typeof nothing {
    const own = piece.value;
    const segment = own?.params as Segment | undefined;
    if (!own || !segment?.sections) return nothing;
    const path = line(segment, nodesOf(street.value?.document));
    const whole = length(path);
    const wind = (end: "a" | "b") => (path.length ? t(`streets.wind.${windOf(path, end)}`) : "");
    const s = this.#at.value?.of === own.object ? this.#at.value.s : null;
    const joints = this.#joints.value?.of === own.object ? this.#joints.value.list : null;
    const fits = s !== null && s >= LEAST && s <= whole - LEAST;
    return html`<details class="adding cutting" @toggle=${(e: Event) => (this.#open.value = (e.target as HTMLDetailsElement).open)}><summary>${t("streets.cut")}</summary>
      <p class="hint">${t("streets.cut.how", { length: number(whole, 1), wind: wind("a") })}</p>
      <div class="numbers"><label>${t("streets.cut.at")}<input type="number" inputmode="decimal" min=${LEAST} max=${Math.floor((whole - LEAST) * 10) / 10} step="0.1" .value=${s === null ? "" : String(s)}
        @change=${(e: Event) => this.#put(own.object, (e.target as HTMLInputElement).value)} /></label></div>
      <p class="acts">
        <button class="outlined" aria-pressed=${asked.value === "cut"} @click=${(e: MouseEvent) => askPlace("cut", (at) => this.#put(own.object, along(at, path).s), e.detail === 0)}>${icon("pin")}${t("streets.pick")}</button>
        <button class="filled" ?disabled=${!fits} @click=${() => void this.#cut(own.object, s!)}>${icon("split")}${t("streets.cut.do")}</button></p>
      ${joints === null
        ? nothing
        : joints.length
          ? html`<p class="acts">${joints.map((one) => html`<button class="outlined join" data-with=${one.other.id} @click=${() => void this.#join(own.object, one)}>${icon("merge")}${t("streets.join.do", { name: one.other.name || t("streets.segment.unnamed"), wind: wind(one.end) })}</button>`)}</p>`
          : html`<p class="hint">${t("streets.join.none")}</p>`}
    </details>`;
  }

  #put(of: string, s: number | string): void {
    const value = typeof s === "number" ? s : s === "" ? NaN : Number(s);
    this.#at.value = Number.isFinite(value) ? { of, s: Math.round(value * 10) / 10 } : null;
  }

  async #look(of: string, segment: Segment): Promise<void> {
    const where = nodesOf(street.peek()?.document);
    await this.#asks.ask(
      async (abort) => {
        const ends = (["a", "b"] as const).filter((end) => where.has(segment[end]));
        const around = await Promise.all(ends.map((end) => server.around(boxAround(where.get(segment[end])!, 3), when(), abort)));
        return ends.flatMap((end, i) => beyond(segment, end, around[i]!.document.segments ?? []).map((joint): Found => ({ ...joint, etags: around[i]!.etags })));
      },
      (list) => (this.#joints.value = { of, list }),
      (why) => aborted(why) || (this.#joints.value = null),
    );
  }

  async #cut(object: string, s: number): Promise<void> {
    if (await carry([{ op: "split", object, s }], did("streets.did.cut"))) this.#at.value = null;
  }

  async #join(object: string, { other, etags }: Found): Promise<void> {
    const second = `segment/${other.id}`;
    await carry([{ op: "merge", object, second }], did("streets.did.joined"), etags[second] ? { [second]: etags[second] } : {});
  }
}

customElements.define("antu-cut", StreetCut);
