// The guided tour: offered once to whoever has not taken it, kept per person on the server, left at any moment.
import { html, nothing, render } from "lit";
import { getJson } from "../api/http";
import { say, t } from "../i18n/t";
import { catalogue } from "../state/portal";
import { effect, signal } from "../state/store";
import { icon } from "../ui/icons";
import { sheet } from "../ui/shell";
import { styled } from "../ui/view";
import { TOURS, tourFor, type Step } from "./steps";

interface Progress {
  step: number;
  done: boolean;
}

const GAP = 14;
const at = signal(-1);
/** Counts whenever the page has moved under the tour. */
const moved = signal(0);
let known: Progress | undefined;
let tour = "everybody";
let end: (() => void) | undefined;
let waiting: Progress | null = null;
let sending = false;

const steps = (): readonly Step[] => TOURS[tour]!;

/** Unasked it only offers itself, and only to somebody who has neither done nor declined it. */
export async function offer(asked: boolean): Promise<void> {
  tour = tourFor(catalogue.viewer.roles);
  if (end) return;
  if (asked) return begin(0);
  known = (await getJson<Record<string, Progress>>("/api/tours"))[tour];
  if (!known?.done) invite(Math.min(known?.step ?? 0, steps().length - 1));
}

/** One after the other, and of those that wait the latest alone: two on their way at once could arrive in either order. */
async function keep(progress: Progress): Promise<void> {
  if (!catalogue.viewer.account) return;
  waiting = progress;
  if (sending) return;
  sending = true;
  while (waiting) await sent();
  sending = false;
}

async function sent(): Promise<void> {
  const headers = { "content-type": "application/json", "x-csrftoken": catalogue.viewer.csrf };
  const body = JSON.stringify(waiting);
  waiting = null;
  // not remembered is no harm: it is offered once more
  await fetch(`/api/tours/${tour}`, { method: "PUT", headers, body, keepalive: true }).catch(() => undefined);
}

addEventListener("pagehide", () => waiting && void sent());

function invite(from: number): void {
  const card = document.createElement("section");
  card.className = "tour-offer card";
  card.setAttribute("aria-label", t("tour.offer"));
  const close = () => card.remove();
  render(
    html`<p><strong>${t("tour.offer")}</strong> <small>${t("tour.offer.long", { n: steps().length })}</small></p>
      <p class="ends">
        <button class="outlined" @click=${() => (close(), void keep({ step: from, done: true }))}>${t("tour.never")}</button>
        <button class="filled" @click=${() => (close(), begin(from))}>${from ? t("tour.resume", { n: from + 1 }) : t("tour.start")}</button>
      </p>`,
    card,
  );
  document.body.append(card);
}

function begin(from: number): void {
  document.querySelector(".tour-offer")?.remove();
  const before = document.activeElement as HTMLElement | null;
  const place = document.createElement("div");
  place.className = "tour";
  document.body.append(place);
  at.value = from;
  const follow = () => (moved.value += 1);
  addEventListener("resize", follow);
  document.addEventListener("keydown", key, true);
  const stop = effect(() => {
    void moved.value;
    sheet.value = steps()[at.value]?.sheet ?? null;
    draw(place);
    requestAnimationFrame(() => draw(place)); // a sheet may still be coming out
  });
  void keep({ step: from, done: false });
  end = () => {
    stop();
    removeEventListener("resize", follow);
    document.removeEventListener("keydown", key, true);
    place.remove();
    sheet.value = null;
    end = undefined;
    before?.focus();
  };
  place.querySelector<HTMLElement>(".tour-card")?.focus();
}

function to(n: number): void {
  if (n >= steps().length) return leave();
  at.value = Math.max(0, n);
  void keep({ step: at.peek(), done: false });
  document.querySelector<HTMLElement>(".tour-card")?.focus();
}

/** Done, whether to its end or not: what was skipped once is not offered again. */
function leave(): void {
  void keep({ step: at.peek(), done: true });
  end?.();
}

function key(event: KeyboardEvent): void {
  const act = { Escape: leave, ArrowRight: () => to(at.peek() + 1), ArrowLeft: () => to(at.peek() - 1) }[event.key];
  if (!act || !(event.target as HTMLElement).closest(".tour, body")) return;
  if (event.key !== "Escape" && !(event.target as HTMLElement).closest(".tour")) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** Where the step's control is on the page; null if it is not there or not to be seen. */
function boxOf(step: Step): DOMRect | null {
  for (const found of document.querySelectorAll<HTMLElement>(step.at)) {
    const box = found.getBoundingClientRect();
    if (box.width > 0 && box.height > 0 && found.checkVisibility()) return box;
  }
  return null;
}

function placed(box: DOMRect | null): { ring: Record<string, string> | null; card: Record<string, string> } {
  const width = Math.min(340, innerWidth - 24);
  const high = 210;
  const whole = box && box.width > innerWidth * 0.5 && box.height > innerHeight * 0.5;
  if (!box || whole) return { ring: null, card: { left: `${(innerWidth - width) / 2}px`, top: `${Math.max(12, (innerHeight - high) / 2)}px`, width: `${width}px` } };
  const ring = { left: `${box.left - 4}px`, top: `${box.top - 4}px`, width: `${box.width + 8}px`, height: `${box.height + 8}px` };
  const below = box.bottom + GAP + high < innerHeight;
  const beside = box.right + GAP + width < innerWidth;
  const left = below || box.top - GAP - high > 0 ? Math.min(Math.max(12, box.left), innerWidth - width - 12) : beside ? box.right + GAP : Math.max(12, box.left - GAP - width);
  const top = below ? box.bottom + GAP : box.top - GAP - high > 0 ? box.top - GAP - high : Math.max(12, Math.min(box.top, innerHeight - high - 12));
  return { ring, card: { left: `${left}px`, top: `${top}px`, width: `${width}px` } };
}

function draw(place: HTMLElement): void {
  const n = at.peek();
  const step = steps()[n];
  if (!step || !place.isConnected) return;
  const { ring, card } = placed(boxOf(step));
  const last = n === steps().length - 1;
  render(
    html`${ring ? html`<div class="tour-ring" aria-hidden="true" ${styled(ring)}></div>` : nothing}
      <div class="tour-card card" role="dialog" aria-labelledby="tour-title" aria-describedby="tour-text" tabindex="-1" ${styled(card)}>
        <p class="tour-head"><small>${t("tour.step", { n: n + 1, all: steps().length })}</small><button class="round" aria-label=${t("tour.skip")} title=${t("tour.skip")} @click=${leave}>${icon("close")}</button></p>
        <h2 id="tour-title">${say(step.title)}</h2>
        <p id="tour-text">${say(step.text)}</p>
        <p class="ends">
          ${n ? html`<button class="outlined" @click=${() => to(n - 1)}>${t("tour.back")}</button>` : html`<span></span>`}
          <button class="filled" @click=${() => (last ? leave() : to(n + 1))}>${t(last ? "tour.end" : "tour.next")}</button>
        </p>
      </div>`,
    place,
  );
}
