/** The head of a story: its name, what its shots have in common, what is asked, and what holds it back. */

import { Icon, type IconName } from "../components/icons";
import type { StoryView } from "../kernel/protocol.gen";
import { ExportMenu } from "../sheet/export-menu";
import { Notices } from "../sheet/notices";
import { Question } from "../sheet/question";
import type { Desk } from "./desk";
import { JoinIcon } from "./icons";
import { strings } from "./strings";
import { isMaking } from "./words";

export interface PartProps {
  readonly desk: Desk;
  readonly story: StoryView;
}

interface ActionProps {
  readonly icon: IconName;
  readonly label: string;
  readonly hint?: string;
  readonly onClick: () => void;
}

function Action({ icon, label, hint, onClick }: ActionProps) {
  return (
    <button type="button" class="videogen-button" title={hint ?? label} onClick={onClick}>
      <Icon name={icon} />
      <span class="videogen-brief">{label}</span>
    </button>
  );
}

const exportKinds = ["html", "zip", "csv"] as const;

function Actions({ desk, story }: PartProps) {
  const isOpen = story.shots.some((shot) => isMaking(shot) || shot.state === "waiting");
  const isHeld = story.state === "paused" || (story.state === "planned" && story.question === null);
  return (
    <fieldset class="videogen-story-actions" aria-label={strings.actions} data-part="actions">
      {story.state === "running" && isOpen && (
        <Action
          icon="pause"
          label={strings.pause}
          hint={strings.pauseHint}
          onClick={() => void desk.act("pause")}
        />
      )}
      {isHeld && <Action icon="play" label={strings.resume} onClick={() => void desk.act("resume")} />}
      {/* Only then: nobody cancels a story with one slip of the hand. */}
      {story.state === "paused" && isOpen && (
        <Action icon="close" label={strings.cancelRest} onClick={() => void desk.act("cancel")} />
      )}
      <ExportMenu kinds={exportKinds} onPick={(kind) => void desk.export(kind)} />
    </fieldset>
  );
}

/** What holds the story back, and what the kernel refused. */
function StoryNotices({ desk, story }: PartProps) {
  const isAway = desk.session.connection.disconnected.value;
  const lines = [story.state === "elsewhere" && strings.elsewhere, ...story.notices];
  return <Notices isAway={isAway} lines={lines} fault={desk.fault} />;
}

export function Header({ desk, story }: PartProps) {
  const { question } = story;
  return (
    <div class="videogen-story-head">
      <div class="videogen-story-title">
        <JoinIcon />
        <h3 title={story.name}>
          <bdi>{story.name}</bdi>
        </h3>
        <span class="videogen-hint">
          <bdi>{story.facts}</bdi>
        </span>
        {!desk.isStill && <Actions desk={desk} story={story} />}
      </div>
      {question && !desk.isStill && (
        <div data-part="question">
          <Question
            key={question.token}
            question={question}
            onAnswer={(answer) => void desk.answer(answer, question)}
          />
        </div>
      )}
      <StoryNotices desk={desk} story={story} />
    </div>
  );
}
