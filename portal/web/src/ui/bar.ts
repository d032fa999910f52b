// The bar on top: whose map it is, search, language, light and dark, sharing, and who is looking.
import { html } from "lit";
import { Problem } from "../api/http";
import { say, t } from "../i18n/t";
import { catalogue, theme } from "../state/portal";
import "./bell";
import { icon, sign } from "./icons";
import { languages } from "./person";
import "./search";
import { tell } from "./toasts";
import { View } from "./view";

class Bar extends View {
  protected override render() {
    const { product, city, viewer } = catalogue;
    const dark = theme.value === "dark";
    return html`<header class="bar">
      <a class="brand" href="/" aria-label=${say(product)}>${sign()}<h1>${say(product)}</h1></a>
      <span class="council">${say(city.council)}</span>
      <antu-search></antu-search>
      <div class="bar-end">
        ${languages()}
        <button class="round" aria-label=${t(dark ? "theme.light" : "theme.dark")} title=${t(dark ? "theme.light" : "theme.dark")} @click=${() => (theme.value = dark ? "light" : "dark")}>
          ${icon(dark ? "sun" : "moon")}
        </button>
        <antu-bell></antu-bell>
        <button class="outlined share" aria-label=${t("share")} @click=${() => void this.#share()}>${icon("link")}<span>${t("share")}</span></button>
        ${viewer.name === null ? html`<a class="filled sign-in" href="/accounts/sign-in/?next=/">${t("sign-in")}</a>` : html`<antu-person></antu-person>`}
      </div>
    </header>`;
  }

  async #share(): Promise<void> {
    let address: string;
    try {
      const { link } = await import("../share/open");
      address = await link();
    } catch (why) {
      return tell(why instanceof Problem ? why.message : t("server.away"), "bad");
    }
    try {
      await navigator.clipboard.writeText(address);
      tell(t("share.copied"));
    } catch {
      prompt(t("share.copy"), address); // no clipboard without https
    }
  }
}

customElements.define("antu-bar", Bar);
