// The portal's own line drawings, 24 × 24, in the colour of the text.
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

const DRAWN = {
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  layers: svg`<path d="m12 3.5 9 4.8-9 4.8-9-4.8z"/><path d="m3.6 12.4 8.4 4.4 8.4-4.4M3.6 16.4 12 20.8l8.4-4.4"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  north: svg`<path d="m12 3 4.2 9H7.8z" fill="currentColor"/><path d="m12 21 4.2-9H7.8z"/>`,
  locate: svg`<circle cx="12" cy="12" r="5.5"/><path d="M12 2.5v4M12 17.5v4M2.5 12h4M17.5 12h4"/>`,
  home: svg`<path d="m3.5 11 8.5-7 8.5 7"/><path d="M6 9.5V20h12V9.5"/>`,
  ruler: svg`<path d="M3 16.5 16.5 3 21 7.5 7.5 21z"/><path d="m7 12.5 2 2M10 9.5l2.8 2.8M13 6.5l2 2"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7"/>`,
  moon: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"/>`,
  link: svg`<path d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1.2 1.2"/><path d="M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1.2-1.2"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  play: svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor"/>`,
  pause: svg`<path d="M8 5.5v13M16 5.5v13" stroke-width="3.4"/>`,
  more: svg`<g fill="currentColor" stroke="none"><circle cx="5.5" cy="12" r="1.6"/><circle cx="12" cy="12" r="1.6"/><circle cx="18.5" cy="12" r="1.6"/></g>`,
  down: svg`<path d="m6 9.5 6 6 6-6"/>`,
  left: svg`<path d="m14.5 6-6 6 6 6"/>`,
  right: svg`<path d="m9.5 6 6 6-6 6"/>`,
  user: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>`,
  time: svg`<path d="M4 20V12M9.3 20V7M14.7 20v-9M20 20V4"/>`,
  list: svg`<path d="M8.5 6H20M8.5 12H20M8.5 18H20M4.3 6h.1M4.3 12h.1M4.3 18h.1"/>`,
  warn: svg`<path d="M12 4 2.8 20h18.4z"/><path d="M12 10v4.5M12 17.3v.1"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  out: svg`<path d="M14 4h6v6M20 4l-8.5 8.5"/><path d="M18 13.5V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5.5"/>`,
  data: svg`<path d="m8 8-4 4 4 4M16 8l4 4-4 4M13.5 5l-3 14"/>`,
  gear: svg`<circle cx="12" cy="12" r="3"/><path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M5.6 18.4l1.8-1.8M16.6 7.4l1.8-1.8"/>`,
  target: svg`<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="2.5" fill="currentColor"/>`,
  help: svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2 1-1.2 1.9M12 16.6v.1"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2"/>`,
  load: svg`<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5"/><path d="M4.5 19.5h15"/>`,
  bring: svg`<path d="M12 15V4M7.500 8.500 12 4l4.500 4.500"/><path d="M4.500 19.500h15"/>`,
  undo: svg`<path d="M8.5 5 4 9.500l4.500 4.500"/><path d="M4.500 9.500H14a5.500 5.500 0 0 1 0 11h-4"/>`,
  lasso: svg`<path d="M5 5.500 13 3.500l7 6-3 9-9 2-4-7z" stroke-dasharray="3.200 2.600"/><g fill="currentColor" stroke="none"><circle cx="5" cy="5.500" r="1.900"/><circle cx="20" cy="9.500" r="1.900"/><circle cx="8" cy="20" r="1.900"/></g>`,
  rank: svg`<path d="M4 6h15M4 12h10M4 18h6" stroke-width="3.200"/>`,
  swipe: svg`<rect x="3.500" y="5" width="17" height="14" rx="2"/><path d="M12 3v18"/><path d="M9 9.500 6.500 12 9 14.500M15 9.500l2.500 2.500-2.500 2.500"/>`,
  one: svg`<rect x="3.500" y="5" width="17" height="14" rx="2"/>`,
  patrol: svg`<circle cx="6" cy="18.5" r="2.300"/><circle cx="18" cy="5.500" r="2.300"/><path d="M8.300 18.500H15a3.500 3.500 0 0 0 0-7H9.500a3 3 0 0 1 0-6h6.200"/>`,
  lock: svg`<rect x="5.500" y="11" width="13" height="9.500" rx="2"/><path d="M8.500 11V8a3.500 3.500 0 0 1 7 0v3"/>`,
  unlock: svg`<rect x="5.500" y="11" width="13" height="9.500" rx="2"/><path d="M8.500 11V8a3.500 3.500 0 0 1 6.700-1.400"/>`,
  up: svg`<path d="m6 14.500 6-6 6 6"/>`,
  print: svg`<path d="M7 9V4h10v5M7 17H5a1.500 1.500 0 0 1-1.500-1.500v-5A1.500 1.500 0 0 1 5 9h14a1.500 1.500 0 0 1 1.500 1.500v5A1.500 1.500 0 0 1 19 17h-2"/><path d="M7 14h10v6.500H7z"/>`,
  filter: svg`<path d="M4 5.5h16l-6 7.5v5.5l-4 2V13z"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof DRAWN;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${DRAWN[name]}</svg>`;
}

/** The sign of the house: a compass rose whose harm is warm and whose answer is cool. */
export function sign(): TemplateResult {
  return html`<svg class="sign" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--sign)" />
    <path d="M16 4.5 19.4 12.6 16 16l-3.4-3.4z" fill="#F5B871" />
    <path d="M27.5 16 19.4 19.4 16 16l3.4-3.4z" fill="#E27D52" />
    <path d="M16 27.5 12.6 19.4 16 16l3.4 3.4z" fill="#BFE3F6" />
    <path d="M4.5 16l8.1-3.4L16 16l-3.4 3.4z" fill="#6CC3F2" />
  </svg>`;
}
