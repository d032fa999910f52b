// The form of a measure, and pictures of one.
import { html } from "lit";
import { measure, picture } from "../../api/council";
import { t, type Key } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { View } from "../../ui/view";
import { csrf, known, written } from "./known";
import { tried } from "./run";

const KINDS = ["engineering", "enforcement", "education"] as const;
const STATES = ["planned", "works", "done"] as const;

class Form extends View {
  static override properties = { junction: {} };
  declare junction: number;
  #busy = signal(false);

  override firstUpdated(): void {
    this.querySelector<HTMLInputElement>("input[name=name]")?.focus();
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#busy.peek()) return;
    this.#busy.value = true;
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    const done = await tried(() =>
      measure(
        {
          name: said("name"), junction: this.junction, kind: said("kind"), state: said("state"), targets: form.getAll("targets").join(","), unit: said("unit"),
          began_on: said("began_on") || null, done_on: said("done_on") || null, note: said("note"),
        },
        csrf,
      ),
    );
    this.#busy.value = false;
    if (!done) return;
    tell(t("measure.saved", { name: done.name }));
    written.value += 1;
    this.dispatchEvent(new CustomEvent("done", { bubbles: true }));
  }

  protected override render() {
    const now = known.value;
    const families = now && now !== "failed" ? [...new Map(now.bundles.map((one) => [one.family, one.words])).keys()].slice(0, 8) : [];
    return html`<form class="paper-form card" @submit=${(e: Event) => void this.#send(e)}>
      <label>${t("measure")}<input name="name" required maxlength="120" placeholder=${t("measure.hint")} /></label>
      <p class="pair"><label>${t("measure.kind")}<select name="kind">${KINDS.map((one) => html`<option value=${one}>${t(`measure.${one}`)}</option>`)}</select></label>
        <label>${t("measure.state")}<select name="state">${STATES.map((one) => html`<option value=${one}>${t(`measure.${one}`)}</option>`)}</select></label></p>
      <fieldset><legend>${t("measure.targets")}</legend>${families.map((one) => html`<label class="tick"><input type="checkbox" name="targets" value=${one} />${t(`family.${one}` as Key)}</label>`)}</fieldset>
      <label>${t("unit")}<input name="unit" maxlength="60" /></label>
      <p class="pair"><label>${t("measure.began")}<input type="date" name="began_on" /></label><label>${t("measure.done_on")}<input type="date" name="done_on" /></label></p>
      <label>${t("measure.note")}<textarea name="note" rows="2" maxlength="2000"></textarea></label>
      <p class="apply"><button class="filled" ?disabled=${this.#busy.value}>${t("measure.save")}</button></p>
    </form>`;
  }
}

customElements.define("antu-measure", Form);

class Pictures extends View {
  static override properties = { measure: {} };
  declare measure: number;
  #busy = signal(false);

  async #take(event: Event, after: boolean): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    this.#busy.value = true;
    try {
      await picture(this.measure, file, after, csrf);
      written.value += 1;
    } catch (why) {
      tell(why instanceof Error ? why.message : t("server.away"), "bad");
    } finally {
      this.#busy.value = false;
      input.value = "";
    }
  }

  protected override render() {
    return html`<p class="add-pictures" aria-busy=${this.#busy.value}>${[false, true].map(
      (after) => html`<label class="plain adds">${icon("plus")}${t(after ? "measure.picture.after" : "measure.picture.before")}<input class="unseen" type="file" accept="image/jpeg,image/png,image/webp" @change=${(e: Event) => void this.#take(e, after)} /></label>`,
    )}</p>`;
  }
}

customElements.define("antu-pictures", Pictures);
