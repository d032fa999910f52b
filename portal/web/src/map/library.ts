// MapLibre with its worker from our own address, in a chunk that the portal and the administration share.
import { Map as Engine, setWorkerUrl, type GeoJSONSource, type VectorTileSource } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

setWorkerUrl(worker);

export { Engine, type GeoJSONSource, type VectorTileSource };
