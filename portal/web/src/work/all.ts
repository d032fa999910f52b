// Which workspaces there are. A new one is one line here and one folder beside this file.
import { register } from "./workspaces";

register({
  id: "explore",
  title: { zh: "探索", en: "Explore" },
  icon: "layers",
  order: 0,
  load: async () => (await import("./explore/room")).room,
});

register({
  id: "scene",
  title: { zh: "現場圖", en: "Scenes" },
  icon: "car",
  order: 10,
  roles: ["investigator", "officer", "reviewer", "administrator"],
  load: async () => (await import("./scene/room")).room,
});
register({ id: "streets", title: { zh: "街廓", en: "Streets" }, icon: "streets", order: 30, load: async () => (await import("./streets/room")).room });
register({
  id: "council",
  title: { zh: "會議", en: "Meetings" },
  icon: "slides",
  order: 60,
  roles: ["council", "planner", "reviewer", "analyst", "administrator"],
  load: async () => (await import("./council/room")).room,
});
register({
  id: "patrol",
  title: { zh: "巡邏", en: "Patrol" },
  icon: "patrol",
  order: 30,
  roles: ["patrol_planner", "administrator"],
  load: async () => (await import("./patrol/room")).room,
});
