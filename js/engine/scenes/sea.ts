// The sea under a sky with a sun or a moon: waves that move as water does, and a road of light.
import type { Canvas } from "../draw/canvas";
import { mix } from "../draw/colour";
import type { Look } from "../draw/look";
import { floorToEven } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Boat } from "../elements/boat";
import { Sky } from "../elements/sky";
import { Water } from "../elements/water";
import type { Scene } from "./scene";

const [HORIZON, BOAT_ROW] = [0.56, 0.8];

export class Sea implements Scene {
  private readonly sky: Sky;
  private readonly water: Water;
  private readonly boat: Boat | undefined;

  constructor(stage: Stage, look: Look, dice: Dice) {
    const horizon = floorToEven(stage.height * HORIZON);
    this.sky = new Sky(stage, look, dice, horizon);
    this.water = new Water(stage, look, dice, this.sky, horizon);
    const light = mix(look.colour("lit"), look.colour("sky"), 0.25);
    if (stage.props.includes("boat"))
      this.boat = new Boat(stage, 74 * stage.unit, BOAT_ROW * stage.height, light);
  }

  draw(canvas: Canvas, seconds: number): void {
    this.sky.draw(canvas, seconds);
    this.water.draw(canvas, seconds);
    this.boat?.draw(canvas, seconds);
  }
}
