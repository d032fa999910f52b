// Mine and theirs: both were made of the same version. Each difference is shown side by side, both shapes on the map, and
// what is chosen is saved as a change of theirs.
import { html, nothing, type TemplateResult } from "lit";
import type { Field, Layer } from "../api/catalogue";
import { say, t } from "../i18n/t";
import { goTo } from "../map/camera";
import { middleOf } from "../map/marks";
import { editing } from "../state/editing";
import { layerOf, place } from "../state/portal";
import { signal } from "../state/store";
import { icon } from "../ui/icons";
import { nameOf, reads } from "../ui/values";
import { View } from "../ui/view";
import { compared } from "./hand";
import type { Change, Conflict, Item } from "./outbox";
import { giveUp, outbox, settle } from "./work";

type Side = "mine" | "theirs";
const GEOMETRY = " place";

class Merge extends View {
  #chosen = signal<Readonly<Record<string, Side>>>({});

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      const item = this.#item();
      compared.value = item ? (item.conflicts ?? []).flatMap((conflict) => this.#shapes(item.changes[conflict.index]!, conflict)) : [];
      const at = compared.peek()[0] && middleOf(compared.peek()[0]!.shape);
      if (at) goTo(at, Math.max(place.peek().zoom, 17));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    compared.value = [];
  }

  #item(): Item | undefined {
    const key = editing.value?.conflict;
    return outbox.items.value.find((item) => item.key === key && item.state === "conflict");
  }

  #shapes({ after }: Change, { current }: Conflict) {
    return [
      ...(after?.geometry ? [{ role: "mine" as const, shape: after.geometry }] : []),
      ...(current?.geometry && (after?.geometry || !after) ? [{ role: "theirs" as const, shape: current.geometry }] : []),
    ];
  }

  protected override render() {
    const item = this.#item();
    const layer = item && layerOf(item.layer);
    if (!item || !layer) return nothing;
    return html`<section class="pane merge" aria-label=${t("conflict")}>
      <header><h2 tabindex="-1">${t("conflict")}</h2><button class="round close" aria-label=${t("close")} @click=${() => (editing.value = null)}>${icon("close")}</button></header>
      <div class="scroll">
        <p class="hint">${t("conflict.how")}</p>
        ${(item.conflicts ?? []).map((conflict) => this.#one(layer, item.changes[conflict.index]!, conflict))}
      </div>
      <footer>
        <button class="filled" @click=${() => void this.#save(item)}>${icon("check")}${t(this.#verb(item))}</button>
        <button class="outlined" @click=${() => (void giveUp(item), (editing.value = null))}>${t("conflict.give-up")}</button>
      </footer>
    </section>`;
  }

  #verb(item: Item): "conflict.revive" | "conflict.delete" | "conflict.save" {
    const all = item.conflicts ?? [];
    if (all.every((one) => one.current === null)) return "conflict.revive";
    return all.every((one) => item.changes[one.index]!.after === null) ? "conflict.delete" : "conflict.save";
  }

  #one(layer: Layer, change: Change, conflict: Conflict): TemplateResult {
    const { current } = conflict;
    const name = nameOf(layer, conflict.id, current?.properties ?? change.before?.properties ?? {});
    if (!current) return html`<h3>${name}</h3><p>${t("conflict.gone")}</p>`;
    if (!change.after) return html`<h3>${name}</h3><p>${t("conflict.deleted")}</p>`;
    const mine = change.after.properties ?? {};
    const fields = layer.fields.filter((f) => f.name in mine && differ(mine[f.name], current.properties[f.name]));
    const shapes = change.after.geometry && differ(change.after.geometry, current.geometry);
    return html`<h3>${name}</h3>
      ${fields.map((f) => this.#row(conflict, f.name, say(f.title), reads(f, mine[f.name]), reads(f, current.properties[f.name]), theirsChanged(f, change, current.properties[f.name])))}
      ${shapes ? this.#row(conflict, GEOMETRY, t("conflict.place"), html`<i class="key mine"></i>${t("conflict.mine")}`, html`<i class="key theirs"></i>${t("conflict.theirs")}`, true) : nothing}
      ${fields.length || shapes ? nothing : html`<p>${t("conflict.nothing")}</p>`}`;
  }

  #row({ index }: Conflict, name: string, title: string, mine: unknown, theirs: unknown, contradicts: boolean): TemplateResult {
    const key = `${index} ${name}`;
    const now = this.#chosen.value[key] ?? "mine";
    const pick = (side: Side) => () => (this.#chosen.value = { ...this.#chosen.peek(), [key]: side });
    const option = (side: Side, value: unknown) => html`<label class="pick-one"><input type="radio" name=${key} .checked=${now === side} @change=${pick(side)} /><small>${t(`conflict.${side}`)}</small><span>${value}</span></label>`;
    return html`<fieldset class="differ ${contradicts ? "contradicts" : ""}" data-field=${name.trim()}><legend>${title}</legend>${option("mine", mine)}${option("theirs", theirs)}</fieldset>`;
  }

  async #save(item: Item): Promise<void> {
    const settled = new Map<number, Change>();
    for (const conflict of item.conflicts ?? []) settled.set(conflict.index, this.#settled(item.changes[conflict.index]!, conflict));
    editing.value = null;
    await settle(item, settled);
  }

  #settled(change: Change, { index, current }: Conflict): Change {
    const { ref, before, after } = change;
    // what others deleted is made again whole: what it was, with mine
    if (!current) return { ref, before: null, after: after && { geometry: after.geometry ?? before?.geometry ?? null, properties: { ...before?.properties, ...after.properties } } };
    if (!after) return { ref, before: { geometry: current.geometry, properties: current.properties }, after: null };
    const wanted = (name: string) => (this.#chosen.peek()[`${index} ${name}`] ?? "mine") === "mine";
    const names = Object.keys(after.properties ?? {});
    const some = (of: Readonly<Record<string, unknown>>, or: Readonly<Record<string, unknown>>) => Object.fromEntries(names.map((name) => [name, (wanted(name) ? of[name] : or[name]) ?? null]));
    const theirs = Object.fromEntries(names.map((name) => [name, current.properties[name] ?? null]));
    const shape = after.geometry ? { geometry: wanted(GEOMETRY) ? after.geometry : current.geometry } : {};
    return { ref, before: { properties: theirs, ...(after.geometry ? { geometry: current.geometry } : {}) }, after: { properties: some(after.properties ?? {}, current.properties), ...shape } };
  }
}

const differ = (a: unknown, b: unknown) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
/** Whether they changed it too, so that there is something to decide. */
const theirsChanged = (field: Field, { before }: Change, theirs: unknown) => differ(before?.properties?.[field.name], theirs);

customElements.define("antu-conflict", Merge);
