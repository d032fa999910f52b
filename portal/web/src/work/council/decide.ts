// Recording a decision while the meeting runs: the outcome is a button, what it says, who does it and until when beside it.
import { html } from "lit";
import type { Item, Meeting, Outcome } from "../../api/council";
import { t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { record } from "./run";

const OUTCOMES: readonly Outcome[] = ["approved", "amended", "deferred", "rejected"];

class Decide extends View {
  static override properties = { meeting: {}, item: {}, key: {} };
  declare meeting: Meeting;
  declare item: Item;
  declare key: string;
  #outcome = signal<Outcome | null>(null);
  #busy = signal(false);
  #of = "";

  /** Another item begins with an empty form. */
  override willUpdate(): void {
    if (this.#of === this.key) return;
    this.#of = this.key;
    this.#outcome.value = null;
    this.querySelector("form")?.reset();
  }

  #choose(one: Outcome): void {
    this.#outcome.value = one;
    this.querySelector<HTMLInputElement>("input[name=unit]")?.focus();
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    const outcome = this.#outcome.peek();
    if (!outcome || this.#busy.peek()) return;
    const target = event.target as HTMLFormElement;
    const form = new FormData(target);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    this.#busy.value = true;
    const done = await record(this.meeting, this.item, { outcome, text: said("text"), unit: said("unit"), due: said("due") || null });
    this.#busy.value = false;
    if (!done) return;
    target.reset();
    this.#outcome.value = null;
    document.querySelector<HTMLElement>(".current .next:not(:disabled)")?.focus();
  }

  protected override render() {
    const now = this.#outcome.value;
    return html`<form class="deciding" @submit=${(e: Event) => void this.#send(e)}>
      <p class="outcomes" role="group" aria-label=${t("decision")}>${OUTCOMES.map((one) => html`<button type="button" class="outlined" aria-pressed=${now === one} @click=${() => this.#choose(one)}>${t(`outcome.${one}`)}</button>`)}</p>
      <p class="pair"><label>${t("unit")}<input name="unit" maxlength="60" /></label><label>${t("decision.due")}<input type="date" name="due" /></label></p>
      <label>${t("decision.text")}<textarea name="text" rows="2" maxlength="2000"></textarea></label>
      <p class="apply"><button class="filled" ?disabled=${!now || this.#busy.value}>${icon("check")}${t("decision.record")}</button></p>
    </form>`;
  }
}

customElements.define("antu-decide", Decide);
