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
  id: "patrol",
  title: { zh: "巡邏", en: "Patrol" },
  icon: "patrol",
  order: 30,
  roles: ["patrol_planner", "administrator"],
  load: async () => (await import("./patrol/room")).room,
});
