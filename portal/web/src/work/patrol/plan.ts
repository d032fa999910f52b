// The left panel: what one does (plan, watch, cars), whose station, which plan; a plan not made yet is asked for here.
import { html, nothing, type TemplateResult } from "lit";
import { type Key, dated, lang, number, t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import type { Head, Plan } from "./api";
import { ink } from "./draw";
import { busy, choose, coverage, make, open, plan, plans, see, show, station, stations, task, unit, type Task } from "./state";
import { watchHead } from "./watch";

const TASKS: readonly [Task, Key][] = [["plan", "patrol.plan"], ["watch", "patrol.watch"], ["cars", "patrol.cars"]];
const SHIFTS: Readonly<Record<string, readonly [from: number, hours: number]>> = { day: [8, 8], evening: [16, 6], night: [22, 8] };
const wanted = signal(false);

export const clock = (at: string | null): string => (at ? dated(at, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Taipei" }, "en-GB") : "–");
export const day = (at: string): string => dated(at, { month: "numeric", day: "numeric", weekday: "short", timeZone: "Asia/Taipei" });

class Patrol extends View {
  protected override render() {
    return html`<div class="patrol">
      <div class="switch tasks" role="group" aria-label=${t("patrol.tasks")}>
        ${TASKS.map(([id, title]) => html`<button aria-pressed=${task.value === id} data-task=${id} @click=${() => (task.value = id)}>${t(title)}</button>`)}
      </div>
      <label class="field"><span>${t("patrol.station")}</span>
        <select @change=${(e: Event) => void choose(Number((e.target as HTMLSelectElement).value))}>
          ${stations.value.map((s) => html`<option value=${s.id} ?selected=${s.id === station.value}>${s.name}</option>`)}
        </select>
      </label>
      ${task.value === "plan" ? this.#planning() : watchHead()}
    </div>`;
  }

  #planning(): TemplateResult {
    const all = plans.value;
    const now = plan.value;
    return html`${all?.length
        ? html`<label class="field"><span>${t("patrol.shift")}</span>
            <select data-plans @change=${(e: Event) => void open(Number((e.target as HTMLSelectElement).value))}>
              ${all.map((p) => html`<option value=${p.id} ?selected=${p.id === now?.id}>${this.#named(p)}</option>`)}
            </select></label>`
        : nothing}
      ${now ? this.#shown(now) : all && !all.length ? html`<p class="empty">${t("patrol.none")}</p>` : nothing}
      ${wanted.value || (all && !all.length)
        ? this.#form()
        : html`<button class="outlined wide" @click=${() => (wanted.value = true)}>${icon("plus")}${t("patrol.new")}</button>`}`;
  }

  #named(p: Head): string {
    return `${day(p.begin)} ${clock(p.begin)} ${p.name} v${p.version} · ${t(`patrol.status.${p.status}`)}`;
  }

  #shown(now: Plan): TemplateResult {
    if (now.status === "making")
      return html`<div class="making" role="status"><progress max="100" value=${now.progress} aria-label=${t("patrol.making")}></progress><p>${now.message || t("patrol.making")}</p></div>`;
    if (now.status === "failed") return html`<p class="wrong" role="alert">${now.message}</p>`;
    const f = now.figures;
    const seen = coverage.value;
    return html`
      <p class="state"><span class="chip ${now.status === "published" ? "" : "quiet"}" data-status=${now.status}>${t(`patrol.status.${now.status}`)} v${now.version}</span>
        <small>${clock(now.begin)}–${clock(now.finish)}</small></p>
      <dl class="figures" data-figures>
        <div><dt>${t("patrol.minutes")}</dt><dd data-minutes>${number(Math.round(f.minutes ?? 0))}</dd></div>
        <div><dt>${t("patrol.km")}</dt><dd data-km>${number(f.km ?? 0)}</dd></div>
        <div><dt>${t("patrol.stops")}</dt><dd>${number(f.stops ?? 0)}</dd></div>
      </dl>
      ${now.blocked.map((b) => html`<p class="wrong" role="alert">${b.name}：${lang.value === "en" ? b.en : b.zh}</p>`)}
      <ul class="units" aria-label=${t("patrol.units")}>
        ${now.units.map(
          (u) => html`<li><button class="plain" aria-pressed=${unit.value === u.order} data-unit=${u.order} @click=${() => this.#choose(now, u.order)}>
            <i class="line-mark" ${styled({ background: ink(u.order) })}></i><b>${u.name}</b><span>${t("patrol.mode", { mode: t(`patrol.mode.${u.mode}` as Key) })}</span>
            <small>${u.stops.filter((s) => !s.via).length} ${t("patrol.stops.unit")} · ${number(u.km)} km · ${clock(u.back)} ${t("patrol.back")}</small>
          </button></li>`,
        )}
      </ul>
      <button class="outlined wide" aria-pressed=${seen !== null} data-coverage @click=${() => (seen ? (coverage.value = null) : void see())}>${icon("layers")}${t("patrol.coverage")}</button>
      ${seen
        ? html`<table class="covered"><caption>${t("patrol.coverage.what")}</caption>
            <thead><tr><th></th><th scope="col">${t("patrol.morning")}</th><th scope="col">${t("patrol.now")}</th></tr></thead>
            <tbody>
              <tr><th scope="row">${t("patrol.coverage.share")}</th><td data-before>${this.#percent(seen.before.share)}</td><td data-after>${this.#percent(seen.after.share)}</td></tr>
              <tr><th scope="row">${t("patrol.coverage.spots", { n: seen.spots })}</th><td>${seen.before.spots}</td><td>${seen.after.spots}</td></tr>
            </tbody></table>
            <p class="keys"><i class="gained"></i>${t("patrol.gained")}<i class="lost"></i>${t("patrol.lost")}<i class="both"></i>${t("patrol.both")}<i class="neither"></i>${t("patrol.neither")}</p>`
        : html`<p class="hint">${t("patrol.coverage.line", { before: this.#percent(f.coverage_before ?? 0), after: this.#percent(f.coverage ?? 0) })}</p>`}`;
  }

  #percent(share: number): string {
    return `${number(share * 100, 1)}%`;
  }

  #choose(now: Plan, order: number): void {
    unit.value = unit.peek() === order ? null : order;
    show(now);
  }

  #form(): TemplateResult {
    const today = dated(new Date(), { timeZone: "Asia/Taipei" }, "sv-SE");
    const hour = Number(dated(new Date(), { hour: "2-digit", timeZone: "Asia/Taipei" }, "en-GB"));
    const next = hour < 8 ? "day" : hour < 16 ? "evening" : "night";
    return html`<form class="asked" @submit=${this.#ask}>
      <h2>${t("patrol.new")}</h2>
      <div class="pair">
        <label class="field"><span>${t("patrol.date")}</span><input type="date" name="date" required .value=${today} /></label>
        <label class="field"><span>${t("patrol.shift")}</span><select name="shift">
          ${Object.keys(SHIFTS).map((id) => html`<option value=${id} ?selected=${id === next}>${t(`patrol.shift.${id}` as Key)}</option>`)}
        </select></label>
      </div>
      ${[0, 1, 2, 3].map(
        (i) => html`<div class="pair unit-row">
          <label class="field"><span>${t("patrol.unit", { n: i + 1 })}</span><input name="officers" placeholder=${t("patrol.officers")} /></label>
          <label class="field"><span>${t("patrol.by")}</span><select name="mode">
            <option value="" ?selected=${i > 1}>${t("patrol.unit.none")}</option>
            ${["car", "motorcycle", "foot"].map((m) => html`<option value=${m} ?selected=${(i === 0 && m === "car") || (i === 1 && m === "motorcycle")}>${t(`patrol.mode.${m}` as Key)}</option>`)}
          </select></label>
        </div>`,
      )}
      <div class="pair">
        <label class="field"><span>${t("patrol.hours")}</span><input type="number" name="hours" min="0.5" max="12" step="0.5" .value=${"2"} required /></label>
        <label class="field"><span>${t("patrol.spots")}</span><input type="number" name="spots" min="0" max="30" .value=${"6"} required /></label>
      </div>
      <p class="apply"><button class="filled" ?disabled=${busy.value}>${t("patrol.make")}</button>
        ${plans.value?.length ? html`<button type="button" class="outlined" @click=${() => (wanted.value = false)}>${t("close")}</button>` : nothing}</p>
    </form>`;
  }

  #ask = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const shift = String(form.get("shift"));
    const [from] = SHIFTS[shift]!;
    const begin = new Date(`${form.get("date")}T${String(from).padStart(2, "0")}:00:00+08:00`);
    const finish = new Date(begin.getTime() + Number(form.get("hours")) * 3.6e6);
    const officers = form.getAll("officers").map(String);
    const units = form.getAll("mode").flatMap((mode, i) =>
      mode ? [{ name: t("patrol.unit", { n: i + 1 }), mode: String(mode), officers: officers[i]!.split(/[\s,、]+/).filter(Boolean) }] : [],
    );
    await make({ station: station.peek()!, name: t(`patrol.shift.${shift}` as Key), begin: begin.toISOString(), finish: finish.toISOString(), units, spots: Number(form.get("spots")), seconds: 4 });
    wanted.value = false;
  };
}

customElements.define("antu-patrol", Patrol);
