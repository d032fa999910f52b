// What a workspace lays on the map of its own: sources and layers above the ground, and layers that step aside for them.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { signal } from "../state/store";

export interface Laid {
  sources: Readonly<Record<string, SourceSpecification>>;
  layers: readonly LayerSpecification[];
  /** Layers of the catalogue of which only the names are drawn meanwhile. */
  instead: ReadonlySet<string>;
}

export const laid = signal<Laid | null>(null);
