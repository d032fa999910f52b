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
  hours: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.500 2"/>`,
  case: svg`<rect x="5" y="4.500" width="14" height="16" rx="2"/><path d="M9 3h6v3.500H9zM8.500 11.500h7M8.500 15.500h4.500"/>`,
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
  redo: svg`<path d="m15.5 5 4.500 4.500-4.500 4.500"/><path d="M19.500 9.500H10a5.500 5.500 0 0 0 0 11h4"/>`,
  pencil: svg`<path d="M4 20l1-4.500L16.500 4l3.500 3.500L8.500 19z"/><path d="m14 6.500 3.500 3.500"/>`,
  past: svg`<path d="M4 12a8 8 0 1 0 2.700-6"/><path d="M4 4v4h4M12 8v4.500l3 2"/>`,
  bin: svg`<path d="M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 13h9l1-13M10 11v5.500M14 11v5.500"/>`,
  split: svg`<path d="M4 12h6M14 12h6M12 4v16"/><circle cx="4" cy="12" r="1.500"/><circle cx="20" cy="12" r="1.500"/>`,
  merge: svg`<path d="M4 6h5l6 6h5M4 18h5l6-6"/>`,
  lasso: svg`<path d="M5 5.500 13 3.500l7 6-3 9-9 2-4-7z" stroke-dasharray="3.200 2.600"/><g fill="currentColor" stroke="none"><circle cx="5" cy="5.500" r="1.900"/><circle cx="20" cy="9.500" r="1.900"/><circle cx="8" cy="20" r="1.900"/></g>`,
  rank: svg`<path d="M4 6h15M4 12h10M4 18h6" stroke-width="3.200"/>`,
  swipe: svg`<rect x="3.500" y="5" width="17" height="14" rx="2"/><path d="M12 3v18"/><path d="M9 9.500 6.500 12 9 14.500M15 9.500l2.500 2.500-2.500 2.500"/>`,
  twin: svg`<rect x="3" y="5" width="8" height="14" rx="1.5"/><rect x="13" y="5" width="8" height="14" rx="1.5"/>`,
  swap: svg`<path d="M4 8.5h14M14.500 5 18 8.500 14.500 12M20 15.500H6M9.500 12 6 15.500 9.500 19"/>`,
  print: svg`<path d="M7 8V3.500h10V8"/><rect x="3.500" y="8" width="17" height="8.500" rx="1.800"/><path d="M7 13.500h10v7H7z"/>`,
  talk: svg`<path d="M4 5h16v11.500H11l-4.500 4v-4H4z"/>`,
  pin: svg`<path d="M12 21s6.500-6.200 6.500-11.200a6.500 6.500 0 0 0-13 0C5.500 14.800 12 21 12 21z"/><circle cx="12" cy="9.800" r="2.200"/>`,
  bell: svg`<path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15z"/><path d="M10 21h4"/>`,
  slides: svg`<rect x="3" y="4" width="18" height="12.500" rx="1.500"/><path d="M12 16.500v3M8 20.500l4-2 4 2"/>`,
  star: svg`<path d="m12 3.800 2.500 5.200 5.700.8-4.100 4 1 5.700-5.100-2.700-5.100 2.700 1-5.700-4.100-4 5.700-.8z"/>`,
  up: svg`<path d="m6 14.500 6-6 6 6"/>`,
  pen: svg`<path d="m4 20 1-4.500L16 4.500l3.500 3.500L8.500 19z"/>`,
  one: svg`<rect x="3.500" y="5" width="17" height="14" rx="2"/>`,
  lock: svg`<rect x="5" y="10.500" width="14" height="9.500" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.500M12 14.500v2"/>`,
  keys: svg`<rect x="2.500" y="6" width="19" height="12" rx="2"/><path d="M6 10h.1M9.500 10h.1M13 10h.1M16.500 10h.1M7.500 14h9"/>`,
  car: svg`<path d="M4 16.500v-4l2-5.500h12l2 5.500v4z"/><path d="M4 12.500h16M7 15h.1M17 15h.1M6 16.500v2M18 16.500v2"/>`,
  skid: svg`<path d="M4 19c3-1 3-6 6-8s3-5 10-6" stroke-dasharray="3.400 2.600"/><path d="M4 14.500c2-1 2-4 5-6"/>`,
  span: svg`<path d="M3.500 8.500v7M20.500 8.500v7M3.500 12h17M3.500 12l3-2.500M3.500 12l3 2.500M20.500 12l-3-2.500M20.500 12l-3 2.500"/>`,
  lanes: svg`<path d="M5 3.500v17M19 3.500v17"/><path d="M12 3.500v17" stroke-dasharray="4 3"/>`,
  base: svg`<circle cx="12" cy="12" r="4.500"/><path d="M12 2.500v5M12 16.500v5M2.500 12h5M16.500 12h5"/>`,
  photo: svg`<rect x="3" y="6.500" width="18" height="13" rx="2"/><path d="m8 6.500 1.500-2.500h5L16 6.500"/><circle cx="12" cy="13" r="3.500"/>`,
  letters: svg`<path d="M5 6V4.500h14V6M12 4.500v15M9 19.500h6"/>`,
  arrow: svg`<path d="m5 4 14 6-6 2.500L10.500 19z"/>`,
  streets: svg`<path d="M8 3.5v5L3.500 10M16 3.500v5l4.500 1.500M8 20.500v-5L3.500 14M16 20.500v-5l4.500-1.500M12 3.500v3M12 10.500v3M12 17.500v3"/>`,
  patrol: svg`<circle cx="6" cy="18.5" r="2.300"/><circle cx="18" cy="5.500" r="2.300"/><path d="M8.300 18.500H15a3.500 3.500 0 0 0 0-7H9.500a3 3 0 0 1 0-6h6.200"/>`,
  unlock: svg`<rect x="5.500" y="11" width="13" height="9.500" rx="2"/><path d="M8.500 11V8a3.500 3.500 0 0 1 6.700-1.400"/>`,
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
