// What officers are told when they sign in: the rules, how they were taken, a new one; and a message to who is on duty.
import { html, nothing, type TemplateResult } from "lit";
import { lang, number, t, type Key } from "../../i18n/t";
import { signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import { read, send } from "./api";
import { failed, station } from "./state";

const WHAT = ["crimes", "crashes", "calls_110", "road_defects", "wanted", "remark"] as const;
interface Rule {
  id: number;
  what: (typeof WHAT)[number];
  station: number | null;
  radius_m: number;
  days: number;
  zh: string;
  en: string;
  urgent: boolean;
  told: number;
  read: number;
  useful: number;
  useless: number;
}
export const rules = signal<readonly Rule[] | null>(null);
let event = crypto.randomUUID();

export async function readRules(): Promise<void> {
  try {
    rules.value = await read<Rule[]>("notes/rules");
  } catch (why) {
    failed(why);
  }
}

async function end(id: number): Promise<void> {
  try {
    await send(`notes/rules/${id}/end`, {});
    await readRules();
  } catch (why) {
    failed(why);
  }
}

async function make(asked: Event): Promise<void> {
  asked.preventDefault();
  const form = asked.target as HTMLFormElement;
  const said = new FormData(form);
  const hour = (name: string) => (said.get(name) ? Number(said.get(name)) : null);
  try {
    await send("notes/rules", {
      what: said.get("what"), zh: said.get("zh"), en: said.get("en"), radius_m: Number(said.get("radius")), days: Number(said.get("days")), least: Number(said.get("least")),
      from_hour: hour("from"), to_hour: hour("to"), urgent: said.has("urgent"), station: said.has("mine") ? station.peek() : null,
    });
    form.reset();
    await readRules();
  } catch (why) {
    failed(why);
  }
}

async function write(asked: Event): Promise<void> {
  asked.preventDefault();
  const form = asked.target as HTMLFormElement;
  const said = new FormData(form);
  try {
    const done = await send<{ to: string[] }>("messages", { event, text: said.get("text"), urgent: said.has("urgent"), station: station.peek() });
    event = crypto.randomUUID();
    form.reset();
    tell(t("patrol.message.sent", { n: number(done.to.length) }));
  } catch (why) {
    failed(why);
  }
}

/** The words with what the rule itself says; what is only known at the box stays in braces. */
const filled = (r: Rule): string => (lang.value === "en" ? r.en || r.zh : r.zh).replaceAll("{days}", number(r.days, 2)).replaceAll("{radius}", String(r.radius_m));

export function notesPart(): TemplateResult {
  const found = rules.value;
  return html`<header><h2 tabindex="-1">${t("patrol.notes")}</h2></header>
    <div class="scroll">
      <form class="asked" @submit=${write}>
        <label class="field"><span>${t("patrol.message")}</span><input name="text" maxlength="300" required /></label>
        <label><input type="checkbox" name="urgent" /> ${t("patrol.notes.urgent")}</label>
        <p class="apply"><button class="filled">${t("patrol.message.send")}</button></p>
      </form>
      <ol class="listed">${(found ?? []).map(
        (r) => html`<li class="fault" data-rule=${r.id}>
          <span class="name">${r.urgent ? html`<b class="due">${t("patrol.notes.urgent.short")}</b> ` : nothing}${filled(r)}</span>
          <small>${t(`patrol.notes.${r.what}`)} · ${r.radius_m} m · ${number(r.days, 2)} ${t("patrol.notes.days.unit")} · ${t("patrol.notes.taken", { told: r.told, read: r.read, useful: r.useful, useless: r.useless })}</small>
          <button class="outlined" @click=${() => void end(r.id)}>${t("patrol.notes.end")}</button>
        </li>`,
      )}</ol>
      <form class="asked" @submit=${make}>
        <h3>${t("patrol.notes.new")}</h3>
        <label class="field"><span>${t("patrol.notes.what")}</span><select name="what">${WHAT.map((w) => html`<option value=${w}>${t(`patrol.notes.${w}` as Key)}</option>`)}</select></label>
        <label class="field"><span>中文</span><input name="zh" maxlength="200" required .value=${"{days} 天內 {radius} 公尺有 {n} 件，最近 {when} {kind}"} /></label>
        <label class="field"><span>English</span><input name="en" maxlength="200" .value=${"{n} within {radius} m in {days} days; latest {when} {kind}"} /></label>
        <div class="pair"><label class="field"><span>${t("patrol.notes.radius")}</span><input type="number" name="radius" min="1" max="5000" .value=${"200"} required /></label>
          <label class="field"><span>${t("patrol.notes.days")}</span><input type="number" name="days" min="0.01" max="400" step="any" .value=${"30"} required /></label></div>
        <div class="pair"><label class="field"><span>${t("patrol.notes.least")}</span><input type="number" name="least" min="1" max="1000" .value=${"1"} required /></label>
          <label class="field"><span>${t("patrol.notes.hours")}</span><span class="pair"><input type="number" name="from" min="0" max="24" aria-label=${t("patrol.notes.from")} /><input type="number" name="to" min="0" max="24" aria-label=${t("patrol.notes.to")} /></span></label></div>
        <label><input type="checkbox" name="urgent" /> ${t("patrol.notes.urgent")}</label>
        <label><input type="checkbox" name="mine" /> ${t("patrol.notes.mine")}</label>
        <p class="apply"><button class="filled">${t("patrol.notes.make")}</button></p>
      </form>
    </div>`;
}
