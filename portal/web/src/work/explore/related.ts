// What happened at a chosen place: for layers with a time that refer to it (crashes at a junction), the figures by
// class, weekday, hour and month, and the latest few.
import { classesOf, type Layer } from "../../api/catalogue";
import { hold } from "../../api/cql2";
import { features, summary, type Feature, type Summary } from "../../api/questions";
import { catalogue, conditionOf, datetimeOf, filterOf } from "../../state/portal";

export interface Happened {
  layer: Layer;
  /** The field that says which place each one belongs to. */
  field: string;
  summary: Summary;
  /** The sum of a number that weighs each one (EPDO), where the layer has one. */
  weight: number | null;
  latest: readonly Feature[];
}

const WEIGHT = "epdo";
const LATEST = 8;

/** The layers whose features say that they belong to a feature of this one. */
export function referring(layer: Layer): { layer: Layer; field: string }[] {
  const place = layer.about ?? layer.id;
  return catalogue.layers.flatMap((other) => {
    const field = other.time && other.items ? other.fields.find((f) => f.of === place) : undefined;
    return field ? [{ layer: other, field: field.name }] : [];
  });
}

export async function happened(at: { layer: Layer; field: string }, id: number | string, abort: AbortSignal): Promise<Happened> {
  const { layer, field } = at;
  const classes = classesOf(layer);
  const weighs = layer.fields.some((f) => f.name === WEIGHT);
  const asked = {
    datetime: datetimeOf(layer),
    filter: filterOf(layer, hold(conditionOf(layer.id), field, [id])),
  };
  const by = ["weekday*hour", classes ? `month*${classes.field}` : "month", ...(classes ? [classes.field] : []), ...(weighs ? [WEIGHT] : [])];
  const [found, latest] = await Promise.all([
    summary(layer, { ...asked, by }, abort),
    features(layer, { ...asked, limit: LATEST, sortby: `-${layer.time}` }, abort),
  ]);
  const weight = weighs ? (found.by[WEIGHT] ?? []).reduce((sum, [each, n]) => sum + Number(each ?? 0) * Number(n), 0) : null;
  return { layer, field, summary: found, weight, latest };
}
