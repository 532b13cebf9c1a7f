"""The widget of a blind vote: nothing that it tells the page says whose clips are on view."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.media.blind import BlindClip
from jupyter_videogen.widget.base import BaseWidget
from jupyter_videogen.widget.history import LARGEST_PIECE
from jupyter_videogen.widget.protocol import (
    BlindPiece,
    CastVote,
    LeaderboardView,
    MeetingView,
    PageMessage,
    StandingView,
    VoteAct,
    VoteView,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.judging.vote import Vote
    from jupyter_videogen.api.tables.leaderboard import Leaderboard
    from jupyter_videogen.core.votes import Pairing


class VoteWidget(BaseWidget):
    """A blind vote, as long as its page is open."""

    def __init__(self, vote: Vote) -> None:
        self._vote = vote
        self._pair: Pairing | None = None
        self._token = ""
        self._clips: dict[str, BlindClip] = {}
        super().__init__(vote=self._view())
        vote.listeners.append(self._renew)

    def close(self) -> None:
        """Hear of no more votes."""
        if self._renew in self._vote.listeners:
            self._vote.listeners.remove(self._renew)
        super().close()

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Take a vote; the rest is every widget's."""
        match message:
            case CastVote():
                self._check(message.token)
                self._vote.choose(message.choice, message.seconds)
            case VoteAct():
                self._act(message)
            case BlindPiece():
                return {"buffers": [self._read_piece(message)]}
            case _:
                return super()._handle(message, buffers)
        return None

    def _admitted(self, message: PageMessage) -> PageMessage:
        """Let visitors vote: that is what the page was made for."""
        return message if isinstance(message, CastVote | VoteAct | BlindPiece) else super()._admitted(message)

    def _act(self, message: VoteAct) -> None:
        match message.action:
            case "undo":
                self._vote.undo()
            case "finish":
                self._vote.finish()
            case "more":
                self._vote.go_on()
            case "rater":
                self._vote.rater = message.name
            case "skip_left" | "skip_right":
                self._check(message.token)
                self._vote.skip("left" if message.action == "skip_left" else "right")

    def _check(self, token: str) -> None:
        """Refuse what was meant for a pair that is not on view any more: one click is one vote."""
        if not token or token != self._token:
            raise VideogenError("That pair is judged already.", next="Vote on the pair that is shown now.")

    def _read_piece(self, asked: BlindPiece) -> bytes:
        self._check(asked.token)
        if asked.side not in self._clips:
            self._clips[asked.side] = self._open(asked.side)
        try:
            return self._clips[asked.side].read(max(asked.offset, 0), min(max(asked.length, 0), LARGEST_PIECE))
        except OSError:
            raise _unreadable() from None

    def _open(self, side: str) -> BlindClip:
        name = "" if self._pair is None else self._pair.left if side == "left" else self._pair.right
        try:
            return BlindClip(self._vote.ballot.clips[name].clip.path)
        except OSError:
            raise _unreadable() from None

    def _renew(self) -> None:
        self.vote = self._view()

    def _view(self) -> dict[str, Any]:
        vote, pair = self._vote, self._vote.pair
        if pair is not self._pair or not self._token:
            self._pair, self._clips, self._token = pair, {}, secrets.token_hex(8)
        gone = vote.ballot.gone
        view = VoteView(
            name=vote.name,
            by=vote.ballot.key.by,
            rater=vote.rater,
            raters=vote.raters,
            done=vote.done,
            total=vote.total,
            left=vote.seconds_left,
            token=self._token if pair else "",
            prompt=vote.prompt,
            last=vote.last or "",
            notes=(f"{gone} {'clip is' if gone == 1 else 'clips are'} left out: the file is gone.",) if gone else (),
            leaderboard=leaderboard_view(vote.leaderboard) if vote.finished else None,
        )
        return dict(msgspec.to_builtins(view))


def _unreadable() -> VideogenError:
    """Return an error that does not name the file: the vote is blind."""
    return VideogenError("The clip can't be read.", next="It is left out, and the next pair is shown.")


def leaderboard_view(leaderboard: Leaderboard) -> LeaderboardView:
    """Return a leaderboard as the page draws it."""
    result = leaderboard.result
    return LeaderboardView(
        votes=result.votes,
        raters=result.raters,
        verdict=result.verdict,
        advice=result.advice,
        standings=tuple(
            StandingView(
                name=row.name,
                score=row.score,
                low=row.score_low,
                high=row.score_high,
                share=row.share,
                seconds=row.seconds,
                cost=row.cost,
                cost_per_win=row.cost_per_win,
            )
            for row in result.standings
        ),
        meetings=tuple(MeetingView(**msgspec.structs.asdict(meeting)) for meeting in result.meetings),
        notes=result.notes,
    )
