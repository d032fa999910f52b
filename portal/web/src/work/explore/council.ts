// The way from a junction's panel to what the council has about it; its own program comes only when it is needed.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../../api/catalogue";
import { catalogue } from "../../state/portal";

const PLACE = "junctions";
const knows = catalogue.viewer.clearance !== "public";

const mine = (layer: Layer): boolean => knows && (layer.id === PLACE || layer.about === PLACE);

export const council = {
  /** The layer whose figures the council's parts stand among. */
  counted: "crashes",
  mine,
  parts(layer: Layer, id: number | string): readonly (TemplateResult | typeof nothing)[] {
    if (!mine(layer) || typeof id !== "number") return [];
    void import("../council/diagram").catch(() => undefined); // the panel goes on without it
    void import("../council/review").catch(() => undefined);
    return [html`<antu-diagram></antu-diagram>`, html`<antu-review></antu-review>`];
  },
  propose(layer: Layer, id: number | string): TemplateResult | typeof nothing {
    if (!mine(layer) || typeof id !== "number") return nothing;
    void import("../council/propose").catch(() => undefined);
    return html`<antu-propose .junction=${id}></antu-propose>`;
  },
};
