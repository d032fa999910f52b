// Presents a meeting: one junction a page in big type, the diagram beside the figures. Arrow keys, space, Home and End
// turn pages, F fills the screen, Escape ends and gives the focus back.
import { html, nothing, type TemplateResult } from "lit";
import { junction, type Junction, type Meeting } from "../../api/council";
import { interval } from "../../chart/interval";
import { number, say, t } from "../../i18n/t";
import { datetimeOf, filterOf, layerOf } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { View } from "../../ui/view";
import { diagram } from "./diagram";
import { meeting as readMeeting } from "../../api/council";
import { tried } from "./run";

const showing = signal<{ meeting: Meeting; at: number } | null>(null);
const told = signal<Readonly<Record<number, Junction | "failed">>>({});
let from: HTMLElement | null = null;

export async function showSlides(of: Meeting): Promise<void> {
  const whole = await tried(() => readMeeting(of.id));
  if (!whole?.items?.length) return;
  from = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  told.value = {};
  if (!document.querySelector("antu-council-slides")) document.body.append(document.createElement("antu-council-slides"));
  const at = whole.items.findIndex((one) => one.number === whole.current);
  turn(whole, Math.max(0, at));
}

function turn(meeting: Meeting, wanted: number): void {
  const at = Math.min(meeting.items!.length - 1, Math.max(0, wanted));
  showing.value = { meeting, at };
  for (const item of [meeting.items![at], meeting.items![at + 1]]) if (item?.junction) void ask(item.junction);
}

async function ask(id: number): Promise<void> {
  if (told.peek()[id]) return;
  const crashes = layerOf("crashes");
  try {
    const found = await junction(id, { datetime: crashes ? datetimeOf(crashes) : null, filter: crashes ? filterOf(crashes) : "" });
    told.value = { ...told.peek(), [id]: found };
  } catch {
    told.value = { ...told.peek(), [id]: "failed" };
  }
}

function end(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  document.querySelector("antu-council-slides")?.remove();
  showing.value = null;
  from?.focus();
}

class Slides extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key, true);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".slide h2")?.focus());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key, true);
  }

  #key = (event: KeyboardEvent) => {
    const now = showing.peek();
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLButtonElement && [" ", "Enter"].includes(event.key)) return;
    const step = (by: number) => () => turn(now.meeting, now.at + by);
    const act = {
      ArrowRight: step(1), ArrowDown: step(1), PageDown: step(1), " ": step(1), Enter: step(1),
      ArrowLeft: step(-1), ArrowUp: step(-1), PageUp: step(-1), Backspace: step(-1),
      Home: () => turn(now.meeting, 0), End: () => turn(now.meeting, now.meeting.items!.length - 1), f: () => this.#fill(), Escape: end,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  #fill(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => tell(t("slides.full.refused"), "bad"));
  }

  protected override render() {
    const now = showing.value;
    if (!now) return nothing;
    const { meeting, at } = now;
    const item = meeting.items![at]!;
    return html`<section class="council-slides" role="dialog" aria-modal="true" aria-label=${meeting.title}>
      <article class="slide">
        <header aria-live="polite"><p>${meeting.title} · ${t("meeting.item", { n: item.number })}</p><h2 tabindex="-1">${item.name ? say(item.name) : item.title}</h2>${item.note ? html`<p class="slide-note">${item.note}</p>` : nothing}</header>
        ${item.junction === null ? nothing : this.#body(told.value[item.junction])}
        ${item.decisions.length ? html`<p class="slide-decision">${item.decisions.map((d) => html`<b>${t(`outcome.${d.outcome}`)}</b> ${[d.text, d.unit, d.due ? t("due", { day: d.due }) : ""].filter(Boolean).join(" · ")}`)}</p>` : nothing}
      </article>
      <footer role="toolbar" aria-label=${t("meeting.present")}>
        <button class="round" aria-label=${t("slides.previous")} ?disabled=${at === 0} @click=${() => turn(meeting, at - 1)}>${icon("left")}</button>
        <output>${at + 1} / ${meeting.items!.length}</output>
        <button class="round" aria-label=${t("slides.next")} ?disabled=${at === meeting.items!.length - 1} @click=${() => turn(meeting, at + 1)}>${icon("right")}</button>
        <button class="outlined" @click=${() => this.#fill()}>${t("slides.full")} <kbd>F</kbd></button>
        <button class="round" aria-label=${t("slides.end")} @click=${end}>${icon("close")}</button>
      </footer>
    </section>`;
  }

  #body(found: Junction | "failed" | undefined): TemplateResult {
    if (!found) return html`<div class="bones"><i></i><i></i><i></i></div>`;
    if (found === "failed") return html`<p class="empty" role="alert">${t("detail.failed")}</p>`;
    const sum = (name: "a1" | "a2" | "a3" | "epdo") => found.standing.years.slice(-3).reduce((all, year) => all + year[name], 0);
    const measure = found.measures.find((one) => one.effect);
    return html`<div class="slide-body">
      ${diagram(found, () => undefined, null)}
      <div>
        <div class="slide-figures">${(["a1", "a2", "a3", "epdo"] as const).map((name) => html`<div><span>${name === "epdo" ? "EPDO" : name.toUpperCase()}</span><strong>${number(sum(name))}</strong></div>`)}</div>
        <ul class="slide-bundles">${found.bundles.slice(0, 4).map((one) => html`<li><span>${say(one.words)}</span><b>${one.count}</b></li>`)}</ul>
        ${measure?.effect ? html`<h3>${measure.name} <small>${t("effect.since", { day: measure.done_on ?? "" })}</small></h3>${interval(
          measure.effect.rows.map((row) => ({ label: say(row.title), value: row.theta, low: row.low, high: row.high, kind: row.name === "comparison" ? ("quiet" as const) : ("main" as const) })),
          { caption: t("effect"), none: t("effect.no"), value: t("effect.ratio"), low: t("effect.low"), high: t("effect.high") },
        )}<p class="slide-sentence">${say(measure.effect.sentence)}</p>` : nothing}
      </div></div>`;
  }
}

customElements.define("antu-council-slides", Slides);
