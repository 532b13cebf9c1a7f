// Northern lights over mountains, and again in a lake.
import type { Canvas } from "../draw/canvas";
import type { Ramp } from "../draw/colour";
import type { Look } from "../draw/look";
import { floorToEven } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Curtains } from "../elements/curtains";
import { Lake } from "../elements/lake";
import { Range } from "../elements/range";
import { Stars } from "../elements/stars";
import type { Scene } from "./scene";

const SHORE = 0.76;

export class Aurora implements Scene {
  private readonly shore: number;
  private readonly sky: Ramp;
  private readonly stars: Stars;
  private readonly curtains: Curtains;
  private readonly range: Range;
  private readonly lake: Lake;

  constructor(stage: Stage, look: Look, dice: Dice) {
    this.shore = floorToEven(stage.height * SHORE);
    this.sky = look.ramp("sky");
    this.stars = new Stars(stage, dice, this.shore, look.colour("star"));
    this.curtains = new Curtains(stage, look, dice, this.shore);
    this.range = new Range(stage, look, dice, this.shore);
    this.lake = new Lake(stage, look, dice, this.shore);
  }

  /** The lake comes last, because it mirrors all the rest. */
  draw(canvas: Canvas, seconds: number): void {
    canvas.gradient(this.sky, this.shore, (row) => row / this.shore);
    this.stars.draw(canvas, seconds);
    this.curtains.draw(canvas, seconds);
    this.range.draw(canvas);
    this.lake.draw(canvas, seconds);
  }
}
