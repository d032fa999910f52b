// Supervision: which boxes are unsigned at an hour, where signing failed and why, whether we are where the risk is; cars
// near a place and how soon they came.
import { html, nothing, type TemplateResult } from "lit";
import { type Key, dated, lang, number, t } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { signal } from "../../state/store";
import { centre } from "../../map/seen";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { switchLayer } from "../../state/portal";
import { clock } from "./plan";
import { notesPart, readRules, rules } from "./notes";
import { plan, station, task } from "./state";
import { arrivals, at, cars, close, count, drive, driven, driving, faults, hearing, latest, look, near, picked, presence, reached, units, unsigned } from "./watching";

type Part = "unsigned" | "failed" | "presence" | "faults" | "track" | "notes";
const part = signal<Part>("unsigned");
const words = (one: { zh: string; en: string }): string => (lang.value === "en" ? one.en : one.zh);

/** The lower half of the left panel. */
export function watchHead(): TemplateResult {
  if (task.value === "cars") return carHead();
  const now = unsigned.value;
  const parts: readonly [Part, Key, number | null][] = [
    ["unsigned", "patrol.unsigned", now?.boxes.length ?? null],
    ["failed", "patrol.failed", now?.failed.length ?? null],
    ["presence", "patrol.presence", presence.value ? presence.value.spots.filter((s) => !s.visits).length : null],
    ["faults", "patrol.faults", faults.value.length],
    ["track", "patrol.track", units.value.size],
    ["notes", "patrol.notes", rules.value?.length ?? null],
  ];
  return html`
    <p class="live ${hearing.value ? "on" : ""}" role="status">${hearing.value ? t("patrol.live") : t("patrol.live.off")}</p>
    <label class="field"><span>${t("patrol.hour")}</span><input type="time" .value=${at.value ?? ""} @change=${(e: Event) => ((at.value = (e.target as HTMLInputElement).value || null), void look())} /></label>
    ${now ? html`<p class="hint">${t("patrol.window", { from: clock(now.since), to: clock(now.at) })}</p>` : nothing}
    <ul class="units">
      ${parts.map(([id, title, n]) => html`<li><button class="plain" aria-pressed=${part.value === id} data-part=${id} @click=${() => turn(id)}><b>${t(title)}</b><strong data-count=${id}>${n === null ? "…" : number(n)}</strong></button></li>`)}
    </ul>
    <h2 class="sub">${t("patrol.reports")}</h2>
    <p class="hint">${t("patrol.reports.how")}</p>
    ${([["patrol.day", 1], ["patrol.month", 31]] as const).map(
      ([title, days]) => html`<p class="links saved"><span>${t(title)}</span>
        ${(["xlsx", "pdf"] as const).map((kind) => html`<a class="outlined" href=${report(days, kind)} download aria-label="${t(title)} ${kind.toUpperCase()}">${icon("load")}${kind.toUpperCase()}</a>`)}</p>`,
    )}`;
}

function turn(to: Part): void {
  part.value = to;
  driving.value = to === "track";
  if (to === "track") void drive();
  if (to === "notes") void readRules();
}

function report(days: number, kind: "xlsx" | "pdf"): string {
  const end = new Date();
  const begin = new Date(end.getTime() - days * 86_400_000);
  const of = new URLSearchParams({ begin: begin.toISOString(), end: end.toISOString() });
  if (station.value !== null) of.set("station", String(station.value));
  if (kind === "pdf") of.set("lang", lang.value);
  return `/api/patrol/reports/signins.${kind}?${of}`;
}

function carHead(): TemplateResult {
  const now = arrivals.value;
  return html`<p class="hint">${t("patrol.near.how")}</p>
    <button class="outlined wide" @click=${() => centre.peek() && void near(centre.peek()!)}>${icon("target")}${t("patrol.near.here")}</button>
    <h2 class="sub">${t("patrol.arrivals")}</h2>
    ${now
      ? html`<dl class="figures"><div><dt>${t("patrol.calls")}</dt><dd>${number(now.calls)}</dd></div>
          <div><dt>${t("patrol.within", { n: now.limit })}</dt><dd>${now.calls ? `${number((now.within / now.calls) * 100)}%` : "–"}</dd></div>
          <div><dt>${t("patrol.median")}</dt><dd>${now.median === null ? "–" : number(now.median)}</dd></div></dl>`
      : html`<p class="empty">…</p>`}`;
}

class WatchList extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    let before = "";
    this.when(() => {
      const now = `${task.value} ${station.value}`;
      if (now === before) return;
      before = now;
      if (task.value === "watch") {
        void look();
        void readRules();
        if (driving.peek()) void drive();
      }
      else if (task.value === "cars" && !arrivals.peek()) void count();
    });
  }

  protected override render() {
    return html`<section class="pane" aria-label=${t("patrol.list")}>${this.#part()}</section>`;
  }

  #part(): TemplateResult {
    if (task.value === "cars") return this.#cars();
    const parts = { unsigned: () => this.#unsigned(), failed: () => this.#failed(), presence: () => this.#presence(), faults: () => this.#faults(), track: () => this.#track(), notes: () => notesPart() };
    return parts[part.value]();
  }

  #head(title: Key, under: TemplateResult | typeof nothing = nothing): TemplateResult {
    return html`<header><h2 tabindex="-1">${t(title)}</h2>${under}</header>`;
  }

  #unsigned(): TemplateResult {
    const now = unsigned.value;
    return html`${this.#head("patrol.unsigned")}
      <div class="scroll">
        <ol class="listed" data-unsigned>
          ${(now?.boxes ?? []).map(
            (b) => html`<li><button class="plain wide-row" data-box=${b.id} aria-pressed=${picked.value === b.id} @click=${() => this.#go(b.id, b.lon, b.lat)}>
              <span class="name">${b.name}</span>
              <small>${b.due ? html`<b class="due">${t("patrol.due", { at: clock(b.due) })}</b>` : t("patrol.undue")}${b.tried ? ` · ${t("patrol.tried")}` : ""} · ${b.latest ? t("patrol.latest", { at: ago(b.latest) }) : t("patrol.never")}</small>
            </button></li>`,
          )}
        </ol>
        ${now && !now.boxes.length ? html`<p class="empty">${t("patrol.all-signed")}</p>` : nothing}
      </div>`;
  }

  #failed(): TemplateResult {
    const now = unsigned.value;
    return html`${this.#head("patrol.failed")}
      <div class="scroll">
        <ol class="listed" data-failed>
          ${(now?.failed ?? []).map(
            (f) => html`<li><button class="plain wide-row" data-judgement=${f.judgement} ?disabled=${f.lon === null} @click=${() => this.#go(f.box ?? 0, f.lon!, f.lat!)}>
              <span class="name">${f.name || f.key || t("patrol.unknown-box")} <b class="due">${t(`patrol.judgement.${f.judgement}` as Key) || f.judgement}</b></span>
              <small>${clock(f.at)} · ${f.findings.filter((x) => x.verdict !== "normal").map(words).join("；") || t("patrol.no-reason")}</small>
            </button></li>`,
          )}
        </ol>
        ${now && !now.failed.length ? html`<p class="empty">${t("patrol.none-failed")}</p>` : nothing}
        <h3>${t("patrol.latest-signins")}</h3>
        <ol class="listed">
          ${latest.value.slice(0, 30).map(
            (s) => html`<li><button class="plain wide-row" @click=${() => this.#go(s.box.id, s.lon, s.lat)}>
              <span class="name">${s.box.name} · ${t(`patrol.judgement.${s.judgement}` as Key) || s.judgement}</span><small>${clock(s.at)} · L${s.level} · ${s.officer ?? ""}</small>
            </button></li>`,
          )}
        </ol>
      </div>`;
  }

  #presence(): TemplateResult {
    const now = presence.value;
    return html`${this.#head("patrol.presence", html`<p class="choice"><button class="outlined" @click=${() => switchLayer("patrol_presence", true)}>${icon("layers")}${t("patrol.presence.layer")}</button></p>`)}
      <div class="scroll">
        ${now ? html`<p class="hint">${t("patrol.presence.how", { share: number(now.share * 100), days: now.days })}</p>` : nothing}
        <ol class="listed">
          ${(now?.spots ?? []).map(
            (s) => html`<li><button class="plain wide-row" @click=${() => this.#go(-s.spot, s.lon, s.lat)}>
              <span class="name">${t("patrol.spot", { n: s.spot })}</span><small>${t("patrol.heat", { n: number(s.weight) })} · ${s.visits ? t("patrol.visits", { n: number(s.visits) }) : html`<b class="due">${t("patrol.unvisited")}</b>`}</small>
            </button></li>`,
          )}
        </ol>
      </div>`;
  }

  #track(): TemplateResult {
    const ways = driven.value;
    return html`${this.#head("patrol.track")}
      <div class="scroll">
        <p class="hint">${plan.value ? t("patrol.track.how", { name: `${plan.value.name} v${plan.value.version}` }) : t("patrol.track.none")}</p>
        ${(ways ?? []).map(
          (d) => html`<section data-track=${d.unit}>
            <h3>${d.name}</h3>
            <dl class="figures"><div><dt>${t("patrol.track.km")}</dt><dd data-km>${number(d.km, 1)} / ${number(d.km_planned, 1)}</dd></div>
              <div><dt>${t("patrol.track.share")}</dt><dd data-share>${d.share === null ? "–" : `${number(d.share * 100)}%`}</dd></div>
              <div><dt>${t("patrol.track.stops")}</dt><dd>${number(d.count.signed + d.count.late + d.count.passed)} / ${number(d.stops.length)}</dd></div></dl>
            ${d.fixes ? nothing : html`<p class="empty">${t("patrol.track.silent")}</p>`}
            <ol class="listed">${d.stops.map(
              (s) => html`<li><button class="plain wide-row" data-state=${s.state} @click=${() => this.#go(s.stop, s.lon, s.lat)}>
                <span class="name">${s.name} ${s.state === "missed" || s.state === "late" ? html`<b class="due">${t(`patrol.track.${s.state}`)}</b>` : t(`patrol.track.${s.state}`)}</span>
                <small>${t("patrol.track.planned", { at: clock(s.planned) })}${s.at ? ` · ${t("patrol.track.made", { at: clock(s.at) })}` : ""}</small>
              </button></li>`,
            )}</ol>
          </section>`,
        )}
      </div>`;
  }

  #faults(): TemplateResult {
    return html`${this.#head("patrol.faults")}
      <div class="scroll"><ol class="listed">
        ${faults.value.map(
          (f) => html`<li class="fault" data-fault=${f.id}>
            <span class="name">${f.box.name} · ${f.word}</span><small>${ago(f.at)} · ${f.by}${f.text ? ` · ${f.text}` : ""}</small>
            ${f.photo ? html`<a href=${`/api/patrol/faults/${f.id}/photo`} target="_blank"><img loading="lazy" src=${`/api/patrol/faults/${f.id}/photo`} alt=${t("patrol.photo", { name: f.box.name })} /></a>` : nothing}
            <button class="outlined" @click=${() => close(f.id)}>${icon("check")}${t("patrol.mended")}</button>
          </li>`,
        )}
      </ol>${faults.value.length ? nothing : html`<p class="empty">${t("patrol.no-fault")}</p>`}</div>`;
  }

  #cars(): TemplateResult {
    const found = cars.value;
    return html`${this.#head("patrol.nearest")}
      <div class="scroll">
        ${found
          ? html`<ol class="listed" data-cars>${found.map(
              (one, i) => html`<li><button class="plain wide-row" aria-pressed=${picked.value === one.id} @click=${() => this.#go(one.id, one.lon, one.lat)}>
                <span class="name">${i + 1}. ${one.name}</span><small>${one.minutes === null ? t("patrol.unreachable") : `${number(one.minutes)} ${t("patrol.minutes.unit")}`} · ${number(one.metres / 1000, 1)} km · ${ago(one.at)}</small>
              </button></li>`,
            )}</ol>${found.length ? nothing : html`<p class="empty">${t("patrol.no-car")}</p>`}`
          : html`<p class="empty">${t("patrol.near.how")}</p>`}
        ${reached.value ? html`<p class="hint">${t("patrol.ten")}</p>` : nothing}
        ${arrivals.value?.slow.length ? html`<h3>${t("patrol.slow", { n: arrivals.value.limit })}</h3><ol class="listed">${arrivals.value.slow.map((c) => html`<li><button class="plain wide-row" @click=${() => this.#call(c.lon, c.lat)}><span class="name">${words(c)} · ${number(c.minutes)} ${t("patrol.minutes.unit")}</span><small>${ago(c.at)}</small></button></li>`)}</ol>` : nothing}
      </div>`;
  }

  #call(lon: number, lat: number): void {
    goTo([lon, lat], 14);
    void near([lon, lat]);
  }

  #go(id: number, lon: number, lat: number): void {
    picked.value = id;
    goTo([lon, lat], 16);
  }
}

function ago(then: string): string {
  return dated(new Date(then), { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Taipei" }, lang.value === "en" ? "en-GB" : "zh-TW");
}

customElements.define("antu-watch-list", WatchList);
