"""Campaigns and agents of the call centre (SPIKON API, chapter 4.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

from spikon_async.sandbox.errors import Refusal, not_found

Direction: TypeAlias = Literal["in", "out"]
NO_CAMPAIGN = 0


@attrs.frozen
class Campaign:
    """A campaign of the call centre."""

    id: int
    name: str


@attrs.frozen
class Agent:
    """An agent and the campaigns for incoming and outgoing calls that the agent works in."""

    id: int
    name: str
    sip: str
    ddi: str
    in_campaigns: tuple[int, ...]
    out_campaigns: tuple[int, ...]
    default_out_campaign: int


class CallCenter:
    """The campaigns and who works in them."""

    def __init__(self, campaigns: Iterable[Campaign], agents: Iterable[Agent]) -> None:
        self._campaigns = {campaign.id: campaign for campaign in campaigns}
        self._agents = {agent.id: agent for agent in agents}

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaigns by id."""
        return tuple(self._campaigns.values())

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The agents by id."""
        return tuple(self._agents.values())

    def members(self, campaign_id: int) -> tuple[Agent, ...]:
        """Return the agents that work in the campaign."""
        self._check(campaign_id)
        return tuple(
            agent
            for agent in self._agents.values()
            if campaign_id in agent.in_campaigns + agent.out_campaigns
        )

    def add_agent(self, direction: Direction, agent_id: int, campaign_id: int) -> None:
        """Let an agent work in a campaign; error -10 if it is so already."""
        agent = self._agent(agent_id, campaign_id)
        joined = _campaigns_of(agent, direction)
        if campaign_id in joined:
            raise Refusal(-10)
        self._agents[agent_id] = _with_campaigns(agent, direction, (*joined, campaign_id))

    def remove_agent(self, direction: Direction, agent_id: int, campaign_id: int) -> None:
        """Take an agent out of a campaign; error -8 if the agent isn't in it.

        An agent that leaves its default campaign has none, which is shown as 0.
        """
        agent = self._agent(agent_id, campaign_id)
        joined = _campaigns_of(agent, direction)
        if campaign_id not in joined:
            raise not_found(f"agent {agent_id} in campaign", campaign_id)
        left = tuple(sorted(set(joined) - {campaign_id}))
        if direction == "out" and agent.default_out_campaign == campaign_id:
            agent = attrs.evolve(agent, default_out_campaign=NO_CAMPAIGN)
        self._agents[agent_id] = _with_campaigns(agent, direction, left)

    def set_default(self, agent_id: int, campaign_id: int) -> None:
        """Set an agent's default campaign, which needn't be one of the agent's own.

        The document's own sample has an agent with a default outside of the agent's campaigns.
        """
        agent = self._agent(agent_id, campaign_id)
        self._agents[agent_id] = attrs.evolve(agent, default_out_campaign=campaign_id)

    def clear(self) -> None:
        """Remove all campaigns and agents."""
        self._campaigns.clear()
        self._agents.clear()

    def _agent(self, agent_id: int, campaign_id: int) -> Agent:
        if agent_id not in self._agents:
            raise not_found("agent", agent_id)
        self._check(campaign_id)
        return self._agents[agent_id]

    def _check(self, campaign_id: int) -> None:
        if campaign_id not in self._campaigns:
            raise not_found("campaign", campaign_id)


def _campaigns_of(agent: Agent, direction: Direction) -> tuple[int, ...]:
    return agent.in_campaigns if direction == "in" else agent.out_campaigns


def _with_campaigns(agent: Agent, direction: Direction, campaigns: tuple[int, ...]) -> Agent:
    if direction == "in":
        return attrs.evolve(agent, in_campaigns=campaigns)
    return attrs.evolve(agent, out_campaigns=campaigns)
