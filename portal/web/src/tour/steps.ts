// What the guided tours say, and beside what. One tour a role; a step whose place is not on the page stands in the
// middle. A workspace that wants a step of its own adds it here, with the selector of a control that stays.
import type { Words } from "../api/catalogue";

export interface Step {
  at: string;
  title: Words;
  text: Words;
  /** The sheet that the place is on, on a small screen. */
  sheet?: "left" | "dock";
}

const COLOURS: Step = {
  at: ".middle .map",
  title: { zh: "暖色是傷害，冷色是作為", en: "Warm is harm, cool is response" },
  text: { zh: "看得最清楚的地方最嚴重。拖曳移動、滾輪縮放；點任何東西看內容。", en: "What stands out most is worst. Drag to move, scroll to zoom; click anything to read about it." },
};
const LAYERS: Step = {
  at: ".left .layer, .left",
  sheet: "left",
  title: { zh: "圖層就是圖例，也是篩選", en: "Layers are legend and filter" },
  text: { zh: "點名稱開關圖層，點類別只看其中幾類；數字是畫面內的件數。", en: "Click a name to switch a layer, a class to leave only some; figures count what is in view." },
};
const TIME: Step = {
  at: ".timeline .strip, .timeline",
  sheet: "dock",
  title: { zh: "在這裡選期間", en: "Choose the period here" },
  text: { zh: "在月份上拖曳；地圖、件數與圖表一起改變。右邊可選一天中的時段。", en: "Drag over the months; map, figures and charts follow. To the right, hours of the day." },
};
const SEARCH: Step = {
  at: ".search input",
  title: { zh: "找路口、案號或座標", en: "Find a junction, a case or coordinates" },
  text: { zh: "按 / 開始輸入；也可貼上 TWD97 或 WGS 84 座標。", en: "Press / and type, or paste TWD97 or WGS 84 coordinates." },
};
const RANK: Step = {
  at: ".ways .way:nth-of-type(2), .ways",
  title: { zh: "哪裡最該改善", en: "Where to act first" },
  text: { zh: "「排行」依傷亡排出路口、路段與里；「比較」看改善前後。", en: "“Ranking” orders junctions, sections and wards by harm; “Swipe” shows before and after." },
};
const SHARE: Step = {
  at: ".share",
  title: { zh: "把這個畫面交給別人", en: "Hand this view to others" },
  text: { zh: "網址記得範圍、圖層、期間與條件；對方打開就是同一畫面。", en: "The address remembers place, layers, period and conditions; whoever opens it sees the same." },
};
const LIST: Step = {
  at: ".ways .way:nth-of-type(3), .ways",
  title: { zh: "不用滑鼠也能看", en: "Without a mouse" },
  text: { zh: "「清單」列出畫面內的每一筆；方向鍵移動、Enter 打開。按 ? 看所有按鍵。", en: "“List” holds everything in view: arrow keys to step, Enter to open. Press ? for all keys." },
};
const TAKE: Step = {
  at: ".ways .way:last-of-type, .ways",
  title: { zh: "把篩選的資料帶走", en: "Take what is filtered" },
  text: { zh: "八種檔案格式，或 OGC API、圖磚與樣式的網址，QGIS 直接可用。", en: "Eight file formats, or addresses of OGC API, tiles and style, ready for QGIS." },
};
const LASSO: Step = {
  at: ".tools .tool:last-of-type",
  title: { zh: "圈一塊地方來算", en: "Count inside an area" },
  text: { zh: "圈出範圍，所有件數、排行與下載都只算裡面。", en: "Draw an area: counts, rankings and downloads are then held to it." },
};
const SELF: Step = {
  at: ".person summary",
  title: { zh: "您的帳號在這裡", en: "Your account is here" },
  text: { zh: "角色與權限、語言、登入安全與說明；這份導覽也能從這裡再看一次。", en: "Roles and clearance, language, sign-in security and help; this tour can be taken again from here." },
};

export const TOURS: Readonly<Record<string, readonly Step[]>> = {
  council: [COLOURS, LAYERS, TIME, RANK, SHARE, SELF],
  investigator: [SEARCH, LAYERS, TIME, LIST, SELF],
  planner: [COLOURS, LAYERS, LASSO, RANK, TAKE, SELF],
  patrol_planner: [COLOURS, TIME, LASSO, RANK, SELF],
  everybody: [COLOURS, LAYERS, TIME, SEARCH, SHARE],
};

/** The tour for these roles: the first that there is one for. */
export function tourFor(roles: readonly string[]): string {
  return Object.keys(TOURS).find((id) => roles.includes(id)) ?? "everybody";
}
