// What every element of the portal is: Lit in the light DOM, drawn again when a signal that it read has changed.
import { LitElement, noChange, type PropertyValues } from "lit";
import { directive, Directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";
import { t } from "../i18n/t";
import { effect, watch } from "../state/store";

export abstract class View extends LitElement {
  #watched = watch(() => this.requestUpdate());
  #effects: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override update(changed: PropertyValues): void {
    try {
      this.#watched.run(() => super.update(changed));
    } catch (failure) {
      this.#broken(failure);
    }
  }

  /** A panel that cannot be drawn says so in its place; the rest of the page goes on. */
  #broken(failure: unknown): void {
    reportError(failure);
    const said = document.createElement("p");
    said.className = "empty";
    said.setAttribute("role", "alert");
    said.textContent = t("trouble.panel");
    this.replaceChildren(said);
  }

  /** An effect that ends with the element. */
  protected when(work: () => void): void {
    this.#effects.push(effect(work));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watched.stop();
    this.#effects.splice(0).forEach((end) => end());
  }
}

/** Sets styles through the CSSOM: a `style` attribute would be refused by our Content-Security-Policy. */
class Styled extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("styled() stands on an element.");
  }
  override update(part: ElementPart, [styles]: [Record<string, string>]): typeof noChange {
    for (const [name, value] of Object.entries(styles)) (part.element as HTMLElement).style.setProperty(name, value);
    return noChange;
  }
  render(_styles: Record<string, string>): typeof noChange {
    return noChange;
  }
}
export const styled = directive(Styled);
