// A panorama of 360° on a canvas: one triangle over the screen, and for every pixel the direction it looks in is looked up
// in the equirectangular picture. Nothing is kept but the picture; whoever has no WebGL is told so and sees it flat.

export interface Look {
  /** Degrees right of the picture's middle, up from the horizon, and of the height of the window. */
  yaw: number;
  pitch: number;
  fov: number;
}
export const START: Look = { yaw: 0, pitch: 0, fov: 70 };
export const FOV = [25, 110] as const;

const VERTEX = `#version 300 es
out vec2 at;
void main() {
  vec2 p = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  at = p;
  gl_Position = vec4(p, 0.0, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
out vec4 color;
uniform sampler2D picture;
uniform vec2 turn;
uniform vec2 wide;
const float PI = 3.14159265358979;
void main() {
  vec3 ray = normalize(vec3(at * wide, 1.0));
  float c = cos(turn.y), s = sin(turn.y);
  ray = vec3(ray.x, c * ray.y + s * ray.z, c * ray.z - s * ray.y);
  float lon = atan(ray.x, ray.z) + turn.x;
  float lat = asin(clamp(ray.y, -1.0, 1.0));
  color = textureLod(picture, vec2(0.5 + lon / (2.0 * PI), 0.5 - lat / PI), 0.0);
}`;

export const tidied = ({ yaw, pitch, fov }: Look): Look => ({
  yaw: ((((yaw + 180) % 360) + 360) % 360) - 180,
  pitch: Math.max(-89, Math.min(89, pitch)),
  fov: Math.max(FOV[0], Math.min(FOV[1], fov)),
});

export class Sphere {
  #gl: WebGL2RenderingContext;
  #turn: WebGLUniformLocation | null;
  #wide: WebGLUniformLocation | null;
  #look = START;
  #frame = 0;
  #deaf = new AbortController();
  #fingers = new Map<number, { x: number; y: number }>();

  /** Throws where there is no WebGL; `lost` when it goes away later. */
  constructor(
    readonly canvas: HTMLCanvasElement,
    image: HTMLImageElement,
    readonly turned: (look: Look) => void,
    lost: () => void,
  ) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false });
    if (!gl) throw new Error("WebGL 2");
    this.#gl = gl;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "WebGL");
    gl.useProgram(program);
    this.#turn = gl.getUniformLocation(program, "turn");
    this.#wide = gl.getUniformLocation(program, "wide");
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, fitting(image, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number));
    for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR], [gl.TEXTURE_WRAP_S, gl.REPEAT], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]] as const) gl.texParameteri(gl.TEXTURE_2D, name, value);
    this.#listen(lost);
    this.look(START);
  }

  /** Looks there: what is left out stays. */
  look(next: Partial<Look>): void {
    this.#look = tidied({ ...this.#look, ...next });
    this.turned(this.#look);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  end(): void {
    this.#deaf.abort();
    cancelAnimationFrame(this.#frame);
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext(); // browsers hold few of them
  }

  #draw(): void {
    this.#frame = 0;
    const gl = this.#gl;
    const { clientWidth, clientHeight } = this.canvas;
    const dense = Math.min(devicePixelRatio, 2);
    const [width, height] = [Math.round(clientWidth * dense), Math.round(clientHeight * dense)];
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const high = Math.tan((this.#look.fov * Math.PI) / 360);
    gl.viewport(0, 0, width, height);
    gl.uniform2f(this.#turn, (this.#look.yaw * Math.PI) / 180, (this.#look.pitch * Math.PI) / 180);
    gl.uniform2f(this.#wide, (high * width) / height, high);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #listen(lost: () => void): void {
    const { canvas } = this;
    const on = <K extends keyof HTMLElementEventMap>(name: K, work: (event: HTMLElementEventMap[K]) => void) => canvas.addEventListener(name, work, { signal: this.#deaf.signal });
    const watching = new ResizeObserver(() => this.look({}));
    watching.observe(canvas);
    this.#deaf.signal.addEventListener("abort", () => watching.disconnect());
    canvas.addEventListener("webglcontextlost", lost, { signal: this.#deaf.signal });
    on("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    on("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"] as const) on(name, (event) => this.#fingers.delete(event.pointerId));
    on("wheel", (event) => {
      event.preventDefault();
      this.look({ fov: this.#look.fov * Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0015) });
    });
    on("keydown", (event) => {
      const step = this.#look.fov / 12;
      const { yaw, pitch, fov } = this.#look;
      const next: Partial<Look> | undefined = { ArrowLeft: { yaw: yaw - step }, ArrowRight: { yaw: yaw + step }, ArrowUp: { pitch: pitch + step }, ArrowDown: { pitch: pitch - step }, "+": { fov: fov / 1.25 }, "=": { fov: fov / 1.25 }, "-": { fov: fov * 1.25 }, Home: START }[event.key];
      if (!next) return;
      event.preventDefault();
      event.stopPropagation();
      this.look(next);
    });
  }

  #move(event: PointerEvent): void {
    const was = this.#fingers.get(event.pointerId);
    if (!was) return;
    const spread = () => {
      const [a, b] = [...this.#fingers.values()];
      return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    const before = spread();
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = spread();
    const { yaw, pitch, fov } = this.#look;
    if (before && after) return this.look({ fov: (fov * before) / after });
    const per = fov / this.canvas.clientHeight;
    this.look({ yaw: yaw - (event.clientX - was.x) * per, pitch: pitch + (event.clientY - was.y) * per });
  }
}

/** The picture, no larger than the graphics card takes. */
function fitting(image: HTMLImageElement, most: number): TexImageSource {
  if (image.naturalWidth <= most) return image;
  const canvas = Object.assign(document.createElement("canvas"), { width: most, height: Math.round((image.naturalHeight * most) / image.naturalWidth) });
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
