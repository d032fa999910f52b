// The state as the map draws it: what a style is composed of, for the page's own map, its other half and the sheet.
import { lang } from "../i18n/t";
import type { Condition } from "../api/cql2";
import { enclosed } from "../state/enclosed";
import { catalogue, conditionOf, datetimeOf, edits, filterOf, period, shown, theme } from "../state/portal";
import type { Period } from "../state/url";
import { warmth } from "../state/warmth";
import { colour } from "../style/palette";
import type { Picture } from "./compose";
import { laid } from "./laid";
import { drafted, drawn, marked, overlay } from "./marks";

/** What is to be seen now; in a comparison, the other side is of another period or filtered otherwise. */
export function picture(within: Period | null = period.value, condition: (id: string) => Condition = conditionOf): Picture {
  return {
    catalogue,
    theme: theme.value,
    lang: lang.value,
    shown: shown.value,
    filter: (layer) => filterOf(layer, condition(layer.id)),
    datetime: (layer) => datetimeOf(layer, within),
    warmth: warmth.value,
    edits: edits.value,
    marked: marked.value,
    enclosed: enclosed.value?.shape ?? null,
    drawn: drawn.value,
    drafted: drafted.peek(),
    laid: laid.value,
    overlay: overlay.value,
    colour,
    origin: location.origin,
  };
}
