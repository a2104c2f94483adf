"""Chapter 4.5: campaigns and agents of the call centre."""

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.session import Resource

from ..errors import AlreadyExists, NoElementsFound, SpikonApiError
from ..models.call_center import ActionState, ActionStatus, Agent, Campaign, CampaignMonitor
from ..session import SpikonSession
from .emptiness import empty_if_none_found

#: What to do about a refusal that says that the work is done, or that there is nothing to do.
_ADVICE: dict[type[SpikonApiError], str] = {
    AlreadyExists: "The agent is in the campaign already: there is nothing to do.",
    NoElementsFound: (
        "The agent is not in the campaign, or there is no such agent or campaign: see agents() and"
        " campaigns()."
    ),
}


class CallCenterResource(Resource[SpikonSession]):
    """Campaigns, the agents in them, and the monitor.

    Adding and removing agents may be repeated without harm. When a repetition finds the work done
    ("Already exist" after an addition, "No elements found" after a removal) because the answer to
    the attempt before was lost, that is success.
    """

    async def campaigns(self, *, timeout: float | None = None) -> tuple[Campaign, ...]:
        """List the campaigns. SPIKON 4.5.1."""
        call = Call("/api/cc_campaigns/list", tuple[Campaign, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def agents(self, *, timeout: float | None = None) -> tuple[Agent, ...]:
        """List the agents, with the campaigns that they are in. SPIKON 4.5.2."""
        call = Call("/api/cc_agent/list", tuple[Agent, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def add_to_incoming(
        self, agent_id: str, campaign_id: str, *, timeout: float | None = None
    ) -> ActionStatus:
        """Add an agent to a campaign of incoming calls. SPIKON 4.5.3."""
        return await self._act(
            "cc_in_campaign/add_agent", agent_id, campaign_id, AlreadyExists, timeout
        )

    async def remove_from_incoming(
        self, agent_id: str, campaign_id: str, *, timeout: float | None = None
    ) -> ActionStatus:
        """Remove an agent from a campaign of incoming calls. SPIKON 4.5.4."""
        return await self._act(
            "cc_in_campaign/remove_agent", agent_id, campaign_id, NoElementsFound, timeout
        )

    async def add_to_outgoing(
        self, agent_id: str, campaign_id: str, *, timeout: float | None = None
    ) -> ActionStatus:
        """Add an agent to a campaign of outgoing calls. SPIKON 4.5.5."""
        return await self._act(
            "cc_out_campaign/add_agent", agent_id, campaign_id, AlreadyExists, timeout
        )

    async def remove_from_outgoing(
        self, agent_id: str, campaign_id: str, *, timeout: float | None = None
    ) -> ActionStatus:
        """Remove an agent from a campaign of outgoing calls. SPIKON 4.5.6."""
        return await self._act(
            "cc_out_campaign/remove_agent", agent_id, campaign_id, NoElementsFound, timeout
        )

    async def set_default_outgoing(
        self, agent_id: str, campaign_id: str, *, timeout: float | None = None
    ) -> ActionStatus:
        """Set an agent's default campaign of outgoing calls. SPIKON 4.5.7."""
        return await self._act("cc_out_campaign/set_default", agent_id, campaign_id, None, timeout)

    async def monitor(self, campaign_id: str, *, timeout: float | None = None) -> CampaignMonitor:
        """Return the figures, agents and waiting calls of a campaign right now. SPIKON 4.5.8."""
        params = {"cc_campaign_id": checks.text("campaign_id", campaign_id, "SPIKON 4.5.8")}
        call = Call("/api/cc_monitor/show", CampaignMonitor, params)
        return await self._send(call, timeout=timeout)

    async def _act(
        self,
        method: str,
        agent_id: str,
        campaign_id: str,
        done: type[SpikonApiError] | None,
        timeout: float | None,
    ) -> ActionStatus:
        """Carry out an action; `done` is the refusal that a repetition of it may meet."""
        source = "SPIKON 4.5.3 to 4.5.7"
        params = {
            "agent_id": checks.text("agent_id", agent_id, source),
            "campaign_id": checks.text("campaign_id", campaign_id, source),
        }
        call = Call(f"/api/{method}", ActionStatus, params, Semantics.IDEMPOTENT)
        try:
            return await self._send(call, timeout=timeout)
        except SpikonApiError as error:
            if done is None or type(error) is not done:
                raise
            if not error.repeated:
                error.advice = _ADVICE[done]
                raise
            return ActionStatus(status=ActionState.OK)
