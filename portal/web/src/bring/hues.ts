// The colours that a layer of one's own may have, as radio buttons.
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/t";
import { theme } from "../state/portal";
import { colour } from "../style/palette";
import { mine } from "./state";

export function hues(group: string, chosen: string, pick: (token: string) => void): TemplateResult {
  const all = mine.value?.colours ?? ["accent"];
  return html`<span class="hues" role="radiogroup" aria-label=${t("bring.color")}>
    ${all.map(
      (token, i) => html`<label><input class="unseen" type="radio" name="hue-${group}" aria-label=${t("bring.color.n", { n: i + 1 })} value=${token} .checked=${token === chosen} @change=${() => pick(token)} />
        <svg viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="13" fill=${colour(token, theme.value)} /></svg></label>`,
    )}
  </span>`;
}
