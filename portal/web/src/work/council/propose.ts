// Puts the chosen junction on an agenda: the view of the moment is saved and goes with it, so that the meeting sees what
// was seen now.
import { html, nothing } from "lit";
import { meetings, propose, type Meeting } from "../../api/council";
import { t } from "../../i18n/t";
import { save } from "../../share/kept";
import { shown } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { View } from "../../ui/view";
import { csrf, mayWrite, written } from "./known";
import { tried } from "./run";
import "./council.css";

class Propose extends View {
  static override properties = { junction: {} };
  declare junction: number;
  #open = signal(false);
  #busy = signal(false);
  #coming = signal<readonly Meeting[] | null>(null);

  async #begin(): Promise<void> {
    this.#open.value = true;
    await this.updateComplete;
    this.querySelector("textarea")?.focus();
    if (this.#coming.peek()) return;
    const found = await tried(meetings);
    this.#coming.value = (found ?? []).filter((one) => one.state !== "closed").sort((a, b) => a.held_on.localeCompare(b.held_on));
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#busy.peek()) return;
    this.#busy.value = true;
    const form = new FormData(event.target as HTMLFormElement);
    const meeting = Number(form.get("meeting"));
    const done = await tried(async () => {
      const view = await save(null, shown.peek());
      return propose({ ...(meeting ? { meeting } : {}), junction: this.junction, note: String(form.get("note") ?? ""), view: view.id }, csrf);
    });
    this.#busy.value = false;
    if (!done) return;
    this.#open.value = false;
    written.value += 1;
    tell(t("propose.done", { meeting: done.meeting_title, n: done.number }));
  }

  protected override render() {
    if (!mayWrite) return nothing;
    if (!this.#open.value) return html`<button class="filled propose" @click=${() => void this.#begin()}>${icon("plus")}${t("propose")}</button>`;
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#open.value = false;
    };
    return html`<form class="proposing card" @submit=${(e: Event) => void this.#send(e)} @keydown=${escape}>
      <label>${t("propose.note")}<textarea name="note" rows="3" maxlength="2000" placeholder=${t("propose.hint")}></textarea></label>
      <label>${t("propose.meeting")}<select name="meeting">${(this.#coming.value ?? []).map((one) => html`<option value=${one.id}>${one.held_on} ${one.title}</option>`)}</select></label>
      <p class="apply"><button class="filled" ?disabled=${this.#busy.value}>${t("propose.send")}</button>
        <button type="button" class="outlined" @click=${() => (this.#open.value = false)}>${t("council.cancel")}</button></p>
    </form>`;
  }
}

customElements.define("antu-propose", Propose);
