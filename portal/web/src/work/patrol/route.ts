// The right panel of a plan: one unit's stops in order, each with its time, and everything that can be done to them.
import { html, nothing, type TemplateResult } from "lit";
import { number, t } from "../../i18n/t";
import { icon, type IconName } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import { goTo } from "../../map/camera";
import type { Plan, Stop, Unit } from "./api";
import { aiming, passHere } from "./drag";
import { ink } from "./draw";
import { clock, day } from "./plan";
import {
  add, busy, candidates, change, changeable, chosen, current, detour, improve, lookFor, move, others, plan, publish, remove, stations, take, toMorning, turnLock, undo, undoable, unit, vary,
} from "./state";

class Route extends View {
  protected override render() {
    const now = plan.value;
    if (!now) return nothing;
    const shown = current.value;
    const can = changeable.value && !busy.value;
    return html`<section class="pane route" aria-label=${t("patrol.route")} aria-busy=${busy.value}>
      <header>
        <h2 tabindex="-1">${shown ? shown.name : t("patrol.all")}</h2>
        ${shown ? html`<button class="round close" aria-label=${t("close")} @click=${() => (unit.value = null)}>${icon("close")}</button>` : nothing}
        <div class="acts" role="toolbar" aria-label=${t("patrol.change")}>
          ${this.#act("undo", t("patrol.undo"), undo, can && undoable.value)}
          ${this.#act("home", t("patrol.to-morning"), toMorning, can && now.morning !== null)}
          ${this.#act("gear", t("patrol.improve"), improve, can)}
          ${this.#act("plus", t("patrol.add"), lookFor, can)}
          ${this.#act("copy", t("patrol.vary"), vary, can)}
          ${this.#act("print", t("patrol.print"), () => print(), true)}
        </div>
        <div class="acts">
          <button class="outlined" aria-pressed=${aiming.value} ?disabled=${!can} @click=${() => (aiming.value = !aiming.value)}>${icon("target")}${t("patrol.aim")}</button>
          ${aiming.value ? html`<button class="filled" ?disabled=${!can} @click=${passHere}>${t("patrol.pass")}</button>` : nothing}
          <button class="filled publish" ?disabled=${!can || now.status !== "draft"} @click=${publish}>${t("patrol.publish")}</button>
        </div>
        ${change.value
          ? html`<p class="changed" role="status" data-change=${change.value.minutes}>${t("patrol.changed", { minutes: signed(change.value.minutes), km: signed(change.value.km) })}</p>`
          : nothing}
      </header>
      <div class="scroll">
        ${candidates.value ? this.#candidates() : nothing} ${others.value ? this.#others() : nothing}
        ${(shown ? [shown] : now.units).map((u) => this.#unit(u))}
        <p class="hint">${t("patrol.how")}</p>
      </div>
      ${this.#sheet(now)}
    </section>`;
  }

  #act(name: IconName, label: string, act: () => unknown, on: boolean): TemplateResult {
    return html`<button class="deed" title=${label} ?disabled=${!on} @click=${() => void act()}>${icon(name)}<span>${label}</span></button>`;
  }

  #unit(u: Unit): TemplateResult {
    let n = 0;
    return html`<h3>${u.name}<small>${clock(u.begin)}–${clock(u.back)} · ${number(u.km)} km</small></h3>
      <ol class="stops" data-unit=${u.order}>
        ${u.stops.map((s, i) => {
          if (!s.via) n += 1;
          return this.#stop(u, s, i, s.via ? "·" : String(n));
        })}
      </ol>
      ${u.stops.length ? nothing : html`<p class="empty">${t("patrol.empty")}</p>`}`;
  }

  #stop(u: Unit, s: Stop, i: number, n: string): TemplateResult {
    const can = changeable.value && !busy.value;
    const on = chosen.value === s.stop && (unit.value === null || unit.value === u.order);
    return html`<li class=${on ? "on" : ""} data-stop=${s.stop}>
      <button class="plain stop" aria-pressed=${on} @click=${() => this.#point(u, s)}>
        <b class="n" ${styled({ "border-color": ink(u.order) })}>${n}</b>
        <span class="name">${s.via ? t("patrol.via") : s.name}${s.must && !s.via ? html`<i class="must">${t("patrol.must")}</i>` : nothing}</span>
        <span class="at">${clock(s.at)}</span>
      </button>
      <span class="row-acts">
        ${this.#small("up", t("patrol.up", { name: s.name }), () => move(u.order, i, -1), can && i > 0)}
        ${this.#small("down", t("patrol.down", { name: s.name }), () => move(u.order, i, 1), can && i + 1 < u.stops.length)}
        ${s.via ? nothing : html`<button class="round tiny" aria-pressed=${s.locked} aria-label=${t("patrol.lock", { name: s.name })} title=${t("patrol.lock", { name: s.name })} ?disabled=${!can} @click=${() => turnLock(u.order, s.stop)}>${icon(s.locked ? "lock" : "unlock")}</button>`}
        ${this.#small("close", t("patrol.remove", { name: s.name }), () => remove(s.stop), can)}
      </span>
    </li>`;
  }

  #small(name: IconName, label: string, act: () => unknown, on: boolean): TemplateResult {
    return html`<button class="round tiny" aria-label=${label} title=${label} ?disabled=${!on} @click=${() => void act()}>${icon(name)}</button>`;
  }

  #point(u: Unit, s: Stop): void {
    unit.value = u.order;
    chosen.value = chosen.peek() === s.stop ? null : s.stop;
    if (chosen.peek() !== null) goTo([s.lon, s.lat], 16);
  }

  #candidates(): TemplateResult {
    const found = candidates.value!;
    return html`<section class="offer" aria-label=${t("patrol.add")}>
      <h3>${t("patrol.add")}<button class="round tiny" aria-label=${t("close")} @click=${() => (candidates.value = null)}>${icon("close")}</button></h3>
      <label class="inline">${t("patrol.detour")}<input type="number" min="1" max="120" .value=${String(detour.value)} @change=${this.#within} />${t("patrol.minutes.unit")}</label>
      ${found.length ? nothing : html`<p class="empty">${t("patrol.no-candidate")}</p>`}
      <ol class="offers">
        ${found.slice(0, 12).map(
          (one, i) => html`<li><button class="plain" data-add=${one.stop} ?disabled=${busy.value} @click=${() => add(one.stop)}>
            <b class="n">${i + 1}</b><span class="name">${one.name}</span>
            <small>${t("patrol.heat", { n: number(one.prize) })} · +${number(one.minutes)} ${t("patrol.minutes.unit")}${one.fits ? "" : ` · ${t("patrol.tight")}`}</small>
          </button></li>`,
        )}
      </ol>
    </section>`;
  }

  #within = (event: Event) => {
    detour.value = Math.max(1, Number((event.target as HTMLInputElement).value) || 15);
    void lookFor();
  };

  #others(): TemplateResult {
    return html`<section class="offer" aria-label=${t("patrol.vary")}>
      <h3>${t("patrol.vary")}<button class="round tiny" aria-label=${t("close")} @click=${() => (others.value = null)}>${icon("close")}</button></h3>
      <ol class="offers">
        ${others.value!.map(
          (one) => html`<li><button class="plain" data-other=${one.order} ?disabled=${busy.value} @click=${() => take(one)}>
            <b class="n">${one.order + 1}</b><span class="name">${t("patrol.loss", { n: number((1 - one.share) * 100, 1) })}</span>
            <small>${t("patrol.overlap", { n: number(one.overlap * 100, 0) })}</small>
          </button></li>`,
        )}
      </ol>
      ${others.value!.length ? nothing : html`<p class="empty">${t("patrol.no-other")}</p>`}
    </section>`;
  }

  /** What is printed: lists of all units, without what only a screen can do. */
  #sheet(now: Plan): TemplateResult {
    const at = stations.value.find((s) => s.id === now.station)?.name ?? "";
    return html`<div class="sheet" aria-hidden="true">
      <h1>${at} ${now.name} v${now.version}</h1>
      <p>${day(now.begin)} ${clock(now.begin)}–${clock(now.finish)} · ${number(now.figures.km ?? 0)} km</p>
      ${now.units.map(
        (u) => html`<h2>${u.name} ${u.officers.join("、")}</h2>
          <table>${u.stops.filter((s) => !s.via).map((s, i) => html`<tr><td>${i + 1}</td><td>${clock(s.at)}</td><td>${s.name}</td><td>${number(s.minutes)}′</td><td>${s.must ? t("patrol.must") : ""}</td><td class="tick"></td></tr>`)}</table>`,
      )}
    </div>`;
  }
}

const signed = (value: number): string => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${number(Math.abs(value), 2)}`;

customElements.define("antu-route", Route);
