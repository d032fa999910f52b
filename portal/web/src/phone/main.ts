// 巡簽: the officer's page. Tonight's list with the next stop, signing by tag, QR or six digits, a box out of order, a
// guard timer. An address that a tag opened is signed at once. Without a network everything works and waits.
import "virtual:palette.css";
import "./phone.css";
import { html, nothing, render, type TemplateResult } from "lit";
import { look, readable, type Watching } from "./camera";
import { drop, keep, recall, remember, RUN, waiting, type Kept } from "./outbox";
import { shrunk } from "./photo";
import { boot, claimOf, follow, here, post, sign, upload, type Answer, type Claim, type Outcome } from "./sign";
import { said, w } from "./words";
import { tellWhere } from "./whereabouts";
import { hear, mine, noticed, read as readNotice, wake, wakeable } from "./told";

interface Stop {
  id: number;
  stop: number;
  key: string;
  name: string;
  lon: number;
  lat: number;
  at: string;
  minutes: number;
  must: boolean;
  via: boolean;
  done: { at: string; judgement: string } | null;
}
interface Round {
  plan: number;
  version: number;
  plan_name: string;
  name: string;
  mode: string;
  begin: string;
  finish: string;
  stops: Stop[];
}
interface Near {
  zh: string;
  en: string;
  n: number;
  latest: readonly { at: string; metres: number; zh: string; en: string }[];
}
type Screen = { is: "list" } | { is: "signing" } | { is: "scan" } | { is: "code" } | { is: "fault" } | { is: "result"; outcome: Outcome; near: readonly Near[] | null; read: boolean; voted: boolean; took: number };

const root = document.createElement("main");
let screen: Screen = { is: "list" };
let rounds: Round[] | null = null;
let held: Kept[] = [];
let note = "";
let photo = "";
let watching: Watching | null = null;
const GUARD = "antu.guard";

const go = (next: Screen): void => {
  if (screen.is === "scan" && next.is !== "scan") watching?.stop();
  screen = next;
  draw();
  root.querySelector<HTMLElement>("[data-first]")?.focus();
};
const clock = (at: string): string => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Taipei" });

// ---- what is known

async function tonight(): Promise<void> {
  const name = `tonight ${boot.name}`;
  rounds ??= (await recall<Round[]>(name)) ?? null;
  draw();
  try {
    const response = await fetch("/api/patrol/tonight");
    if (response.status === 401) note = w("expired");
    if (!response.ok) return;
    rounds = (await response.json()) as Round[];
    await remember(name, rounds);
  } catch {
    return; // the list of before stays
  } finally {
    rounds ??= [];
    draw();
  }
}

async function recount(): Promise<void> {
  held = await waiting(boot.name ?? "");
  draw();
}

const stopsOf = (): Stop[] => (rounds ?? []).flatMap((r) => r.stops).filter((s) => !s.via);
/** Boxes by number; those that wait to be sent count as done here, not on the server. */
const isDone = (s: Stop): boolean => s.done !== null;

function next(): Stop | null {
  const all = stopsOf();
  const last = all.findLastIndex(isDone);
  return all.find((s, i) => !isDone(s) && (s.stop > 0 || (i > last && Date.parse(s.at) + s.minutes * 60_000 > Date.now()))) ?? null;
}

function metresTo(s: { lon: number; lat: number }): number | null {
  const at = here();
  if (!at) return null;
  const kx = 111_320 * Math.cos((s.lat * Math.PI) / 180);
  return Math.hypot((at.lon - s.lon) * kx, (at.lat - s.lat) * 110_574);
}

function far(s: Stop): string {
  const m = metresTo(s);
  if (m === null) return w("unknown");
  return m < 950 ? `${Math.round(m / 10) * 10} ${w("metres")}` : `${(m / 1000).toFixed(1)} ${w("km")}`;
}

// ---- doing

async function signing(claim: Claim): Promise<void> {
  const began = performance.now();
  go({ is: "signing" });
  const since = guardSince();
  const outcome = await sign(claim, since === null ? null : Math.round((Date.now() - since) / 1000));
  if (outcome.kind !== "refused" && since !== null) localStorage.removeItem(GUARD);
  go({ is: "result", outcome, near: null, read: false, voted: false, took: Math.round(performance.now() - began) });
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(outcome.kind === "refused" ? [200, 80, 200] : 60);
  await recount();
  if (outcome.kind === "signed") {
    void nearby(outcome.answer);
    await tonight();
  } else void later();
}

async function nearby(answer: Answer): Promise<void> {
  try {
    const response = await fetch(`/api/patrol/boxes/${answer.box.id}/near`);
    const found = response.ok ? ((await response.json()) as Near[]) : [];
    if (screen.is === "result" && screen.outcome.kind === "signed" && screen.outcome.answer.id === answer.id) go({ ...screen, near: found });
  } catch {
    return; // the sign-in stands without it
  }
}

async function readIt(useful: boolean | null): Promise<void> {
  if (screen.is !== "result" || screen.outcome.kind !== "signed") return;
  const now = screen;
  const { id } = screen.outcome.answer;
  try {
    const response = await post(`signins/${id}/read`, useful === null ? {} : { useful });
    if (response.ok) go({ ...now, read: true, voted: useful !== null });
    else throw new Error(response.statusText);
  } catch {
    note = w("lost");
    draw();
  }
}

async function report(event: Event): Promise<void> {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  const at = here();
  const number = crypto.randomUUID();
  const one: Kept = {
    event: number, kind: "fault", path: `boxes/${form.get("box")}/faults`, who: boot.name ?? "", at: Date.now(), steady: performance.now(), run: RUN,
    body: { event: number, kind: String(form.get("kind")), text: String(form.get("text")), photo, ...(at ? { lon: at.lon, lat: at.lat } : {}) },
  };
  await keep(one);
  photo = "";
  try {
    if (!navigator.onLine) throw new Error("offline");
    const response = await post(one.path, one.body);
    if (response.ok || (response.status >= 400 && response.status < 500 && response.status !== 401 && response.status !== 403)) await drop(number);
    note = response.ok ? w("reported") : response.status < 500 ? (((await response.json()) as { detail?: string }).detail ?? w("lost")) : w("reported_later");
  } catch {
    note = w("reported_later");
  }
  await recount();
  go({ is: "list" });
}

async function later(): Promise<void> {
  await upload((_kept, outcome) => {
    if (outcome.kind === "refused") note = `${w("refused")}：${outcome.text}`;
    if (outcome.kind === "signed" && screen.is === "result" && screen.outcome.kind === "kept") go({ ...screen, outcome });
    void recount();
  });
  await recount();
  if (!held.length) await tonight();
}

async function scan(): Promise<void> {
  if (!readable()) {
    note = w("no_reader");
    return go({ is: "code" });
  }
  go({ is: "scan" });
  try {
    watching = await look(root.querySelector("video")!, (text) => {
      const claim = claimOf(text);
      if (claim) void signing(claim);
      else {
        note = w("strange");
        draw();
      }
      return claim !== null;
    });
  } catch {
    note = w("no_camera");
    go({ is: "code" });
  }
}

const guardSince = (): number | null => Number(localStorage.getItem(GUARD)) || null;
function guard(): void {
  if (guardSince() === null) localStorage.setItem(GUARD, String(Date.now()));
  else localStorage.removeItem(GUARD);
  draw();
}

// ---- drawing

function draw(): void {
  render(view(), root);
}

function view(): TemplateResult {
  if (!boot.can)
    return html`<header><h1>${w("title")}</h1></header>
      ${boot.signed_in ? html`<p class="say">${w("not_yours")}</p>` : html`<a class="big filled" href=${`/accounts/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`}>${w("sign_in")}</a>`}`;
  return html`<header>
      ${screen.is === "list" ? html`<h1>${w("title")}</h1>` : html`<h1 class="said">${w("title")}</h1><button class="text" @click=${() => go({ is: "list" })}>‹ ${w("back")}</button>`}
      <span class="who">${boot.name}${navigator.onLine ? "" : html`<b class="off">${w("offline")}</b>`}</span>
    </header>
    ${held.length ? html`<p class="held" role="status"><b data-waiting=${held.length}>${w("waiting")} ${held.length}</b><button class="text" @click=${() => void later()}>${w("send")}</button></p>` : nothing}
    ${note ? html`<p class="note" role="alert">${note}<button class="text" aria-label=${w("back")} @click=${() => ((note = ""), draw())}>✕</button></p>` : nothing}
    ${mine().map(
      (n) => html`<section class="tell notice ${n.urgent ? "urgent" : ""}" role=${n.urgent ? "alert" : "status"} data-notice=${n.id}>
        <p>${n.urgent ? html`<b>${w("urgent")}</b> ` : nothing}${said(n)}</p><small>${n.box ? `${n.box.name} · ` : n.by ? `${n.by} · ` : ""}${clock(n.at)}</small>
        <button class="text" @click=${() => void readNotice(n.id).catch(() => ((note = w("lost")), draw()))}>${w("read")}</button>
      </section>`,
    )}
    ${body()}`;
}

function body(): TemplateResult {
  if (screen.is === "signing") return html`<p class="judged wait" role="status" data-first tabindex="-1">${w("signing")}</p>`;
  if (screen.is === "result") return result(screen);
  if (screen.is === "scan") return html`<div class="lens"><video playsinline muted aria-label=${w("aim")}></video><p>${w("aim")}</p></div><button class="big" @click=${() => go({ is: "code" })}>${w("code")}</button>`;
  if (screen.is === "code") return code();
  if (screen.is === "fault") return fault();
  return list();
}

function list(): TemplateResult {
  const to = next();
  const since = guardSince();
  return html`
    ${to
      ? html`<section class="next" aria-label=${w("next")}>
          <h2>${w("next")}</h2><p class="name">${to.name}</p>
          <p class="far"><b data-far>${far(to)}</b> · ${w("early")} ${clock(to.at)}</p>
          <a class="text" href=${`geo:${to.lat},${to.lon}?q=${to.lat},${to.lon}`}>${w("way")}</a>
        </section>`
      : rounds?.length
        ? html`<p class="say">${w("alldone")}</p>`
        : nothing}
    <p class="hint">${w("touch")}</p>
    <div class="bigs">
      <button class="big filled" @click=${() => void scan()}>${w("scan")}</button>
      <button class="big" @click=${() => go({ is: "code" })}>${w("code")}</button>
      <button class="big" @click=${() => go({ is: "fault" })}>${w("broken")}</button>
      <button class="big ${since === null ? "" : "on"}" aria-pressed=${since !== null} data-guard @click=${guard}>${w("guard")}<small>${since === null ? w("start") : elapsed(since)}</small></button>
    </div>
    ${wakeable() ? html`<button class="big" data-wake @click=${() => void wake().then((done) => ((note = w(done)), draw()))}>${w("wake")}</button>` : nothing}
    ${rounds === null ? nothing : rounds.length ? rounds.map(round) : html`<p class="say">${w("none")}</p>`}`;
}

function elapsed(since: number): string {
  const s = Math.max(0, Math.floor((Date.now() - since) / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function round(r: Round): TemplateResult {
  const all = r.stops.filter((s) => !s.via);
  const boxes = all.filter((s) => s.stop > 0);
  return html`<section aria-label="${r.plan_name} ${r.name} ${clock(r.begin)}">
    <h2 class="round" data-version=${r.version}>${r.plan_name} ${r.name} <small>v${r.version} · ${clock(r.begin)}–${clock(r.finish)} · ${boxes.filter(isDone).length}／${boxes.length} ${w("done")}</small></h2>
    <ol class="stops">
      ${all.map(
        (s, i) => html`<li class=${isDone(s) ? "done" : ""} data-stop=${s.stop}>
          <b class="n">${isDone(s) ? "✓" : i + 1}</b><span class="name">${s.name}${s.must ? html`<i>${w("must")}</i>` : nothing}</span><span class="at">${clock(s.done?.at ?? s.at)}</span>
        </li>`,
      )}
    </ol>
  </section>`;
}

function result(now: Screen & { is: "result" }): TemplateResult {
  const { outcome } = now;
  if (outcome.kind === "kept")
    return html`<section class="judged later" data-first tabindex="-1" role="status"><p class="mark">⏳</p><h2>${w("waiting")}</h2><p>${w("kept")}</p></section>`;
  if (outcome.kind === "refused")
    return html`<section class="judged bad" data-first tabindex="-1" role="alert"><p class="mark">✕</p><h2>${w("refused")}</h2><p>${outcome.text}</p></section>
      <button class="big" @click=${() => go({ is: "code" })}>${w("code")}</button>`;
  const { answer } = outcome;
  const good = answer.judgement.value === "normal";
  const told = answer.notes.length ? html`<section class="tell notes" aria-label=${w("notes")}><h2>${w("notes")}</h2>${answer.notes.map((n) => html`<p class=${n.urgent ? "urgent" : ""} data-note=${n.id}>${n.urgent ? html`<b>${w("urgent")}</b> ` : nothing}${said(n)}</p>`)}</section>` : nothing;
  const urgent = answer.notes.some((n) => n.urgent);
  const why = answer.findings.filter((f) => f.verdict !== "normal");
  return html`<section class="judged ${good ? "good" : "odd"}" data-first tabindex="-1" role="status" data-judgement=${answer.judgement.value} data-took=${now.took}>
      <p class="mark">${good ? "✓" : "!"}</p><h2>${said(answer.judgement)}</h2><p class="name">${answer.box.name}</p>
      ${why.map((f) => html`<p>${w("reason")}：${said(f)}</p>`)}
      <p class="level">${w("level")} L${answer.level} · ${w(`L${answer.level}`)} · ${clock(answer.at)}</p>
    </section>
    ${urgent ? told : nothing}
    ${answer.remarks.length ? html`<section class="tell"><h2>${w("remarks")}</h2>${answer.remarks.map((r) => html`<p>${r}</p>`)}</section>` : nothing}
    ${urgent ? nothing : told}
    ${now.near?.length
      ? html`<section class="tell near"><h2>${w("near")}</h2>
          ${now.near.map((n) => html`<p><b>${said(n)} ${n.n} ${w("times")}</b>${n.latest.slice(0, 1).map((l) => html`<small>${said(l)} · ${new Date(l.at).toLocaleDateString("sv-SE")} · ${l.metres} ${w("m")}</small>`)}</p>`)}
        </section>`
      : nothing}
    ${now.read
      ? html`<p class="say" role="status" data-read>✓ ${w("was_read")}</p>${now.voted ? nothing : html`<div class="bigs"><button class="big" @click=${() => void readIt(true)}>${w("useful")}</button><button class="big" @click=${() => void readIt(false)}>${w("useless")}</button></div>`}`
      : html`<button class="big filled" @click=${() => void readIt(null)}>${w("read")}</button>`}`;
}

function boxes(value: "key" | "id"): TemplateResult[] {
  const to = next();
  const seen = new Map(stopsOf().filter((s) => s.stop > 0).map((s) => [s.stop, s]));
  return [...seen.values()].map((s) => html`<option value=${value === "key" ? s.key : s.stop} ?selected=${s.stop === to?.stop}>${s.name}</option>`);
}

function code(): TemplateResult {
  const own = stopsOf().some((s) => s.stop > 0);
  return html`<form @submit=${(e: Event) => {
    e.preventDefault();
    const form = new FormData(e.target as HTMLFormElement);
    void signing({ how: "code", box: String(form.get("box")).trim(), code: String(form.get("code")) });
  }}>
    <label>${w("box")}${own ? html`<select name="box" required>${boxes("key")}</select>` : html`<input name="box" required autocapitalize="characters" />`}</label>
    <label>${w("digits")}<input name="code" data-first class="digits" inputmode="numeric" autocomplete="off" pattern="[0-9]{6}" maxlength="6" required /></label>
    <button class="big filled">${w("sign")}</button>
  </form>`;
}

function fault(): TemplateResult {
  return html`<form @submit=${report}>
    <label>${w("box")}<select name="box" required>${boxes("id")}</select></label>
    <label>${w("kind")}<select name="kind">${(["tag", "damaged", "gone", "moved", "other"] as const).map((k) => html`<option value=${k}>${w(k)}</option>`)}</select></label>
    <label>${w("text")}<input name="text" maxlength="300" /></label>
    <label class="big ${photo ? "on" : ""}">${photo ? `✓ ${w("photo_taken")}` : w("photo")}<input class="unseen" type="file" accept="image/*" capture="environment" @change=${(e: Event) => void taken(e)} /></label>
    <button class="big filled">${w("report")}</button>
  </form>`;
}

async function taken(event: Event): Promise<void> {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (file) photo = await shrunk(file);
  draw();
}

// ---- beginning

document.getElementById("waiting")?.remove();
document.body.append(root);
draw();
if (boot.can) {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/patrol/worker.js", { scope: "/" }).catch(() => undefined); // without it the page needs a network
  follow(draw);
  const claim = claimOf(location.href);
  if (claim) {
    history.replaceState(null, "", "/patrol"); // reloading must not touch again
    void signing(claim);
  } else void tonight();
  void recount().then(later);
  noticed(draw);
  hear();
  tellWhere(() => (rounds ?? []).some((r) => Date.parse(r.begin) <= Date.now() && Date.now() <= Date.parse(r.finish)));
  addEventListener("online", () => void later());
  addEventListener("offline", draw);
  setInterval(() => {
    if (guardSince() !== null && screen.is === "list") draw();
  }, 1000);
  setInterval(() => held.length && void later(), 20_000);
}
