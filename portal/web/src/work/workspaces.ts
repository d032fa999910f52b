// The workspaces of the portal. One registers itself with a name, a picture and a way to load its chunk; the shell
// shows it in the rail to whoever may use it, and gives it the panels and the map while it is open.
import type { TemplateResult } from "lit";
import type { Words } from "../api/catalogue";
import type { IconName } from "../ui/icons";

export interface Room {
  /** What stands in the left panel, below the map, and in the right panel; null leaves the place to the map. */
  left?: () => TemplateResult | null;
  /** In the upper corner of the map. */
  over?: () => TemplateResult | null;
  dock?: () => TemplateResult | null;
  right?: () => TemplateResult | null;
  enter?: () => void;
  leave?: () => void;
}

export interface Workspace {
  id: string;
  title: Words;
  icon: IconName;
  order: number;
  /** Roles that see it in the rail; empty is everybody. */
  roles?: readonly string[];
  load: () => Promise<Room>;
}

const all = new Map<string, Workspace>();

export function register(workspace: Workspace): void {
  all.set(workspace.id, workspace);
}

export function workspacesFor(roles: readonly string[]): Workspace[] {
  const open = (w: Workspace) => !w.roles?.length || w.roles.some((role) => roles.includes(role));
  return [...all.values()].filter(open).sort((a, b) => a.order - b.order);
}
